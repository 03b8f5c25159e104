import { randomBytes } from 'node:crypto'
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { codeOf, internalError, ProblemsError, SkyloopError } from '../../../core/errors.ts'
import { joinClasses, type ClassMap } from '../class-map.ts'
import { readImageHeader, type ImageHeader } from '../image-header.ts'
import { indexImages, type ImageIndex } from '../image-index.ts'
import { describeIssue, openLedger, type LabelIssueKind, type LabelLedger, type LabelReport } from '../label-issue.ts'
import {
  LABEL_FORMATS,
  type LabelFormat,
  type LabelSource,
  type LabelWriter,
  type SourceImage,
} from '../labelled-image.ts'
import { FORMATS, type GivenSource } from './formats.ts'
import { openMetadataCarrier, type MetadataCarrier } from './carry-metadata.ts'
import { inOrder } from './in-order.ts'
import { nameImages } from './name-images.ts'
import { placeImage, type ImageMode } from './place-image.ts'
import { readyImage } from './ready-image.ts'

export interface ConvertOptions {
  /** Folder or file. */
  readonly source: string
  readonly from: LabelFormat
  readonly to: LabelFormat
  /** A folder that is not there, or empty. */
  readonly output: string
  /** Old class name → new one. */
  readonly rename?: ReadonlyMap<string, string>
  /** New class names to keep, in this order; by default all. */
  readonly classes?: readonly string[]
  /** @default 'copy' */
  readonly images?: ImageMode
  /** Where the image files lie; by default the source's folder. */
  readonly imageRoot?: string
  /** Fails, and leaves nothing, when a box would be lost or an image left out. @default false */
  readonly strict?: boolean
  /** What a COCO or CVAT file means by an image without annotations. @default 'unknown' */
  readonly unlabelled?: 'unknown' | 'background'
  /** Ground Truth: the attribute with the boxes, read and written. */
  readonly labelAttribute?: string
  /** Ground Truth: where the images will lie, `s3://bucket/prefix`. */
  readonly imagePrefix?: string
  readonly now: Date
  readonly signal?: AbortSignal
  readonly onProgress?: (images: number) => void
}

/** What went in and what came out. `images` sums up: `read = labelled + background + unknown + leftOut`. */
export interface ConversionReport {
  readonly from: LabelFormat
  readonly to: LabelFormat
  readonly output: string
  readonly classes: readonly { readonly name: string; readonly boxes: number }[]
  readonly images: {
    readonly read: number
    /** Written with boxes. */
    readonly labelled: number
    /** Written, and known to show none of the classes. */
    readonly background: number
    /** Written without labels, because nobody has said what they show, or what was said is lost. */
    readonly unknown: number
    /** Not written: the file is missing or broken, or the target cannot list an image of which nothing is known. */
    readonly leftOut: number
  }
  readonly labels: LabelReport
}

const CONCURRENCY = 8

/**
 * Reads a labelled data set in one format and writes it in another, image by image.
 *
 * Nothing is lost without a word: of all label records read, each stands in the target or in the report as dropped, and
 * everything that was changed on the way is counted there too. What `metadata.jsonl` says of an image goes with it. The target appears whole, by one rename, or not at all.
 *
 * @throws SkyloopError `data.output` when the output holds something; `data.images` when no image file is found;
 *   `data.loss` under `strict`; see the readers for what is wrong with a source
 */
export async function convertDataset(options: ConvertOptions): Promise<ConversionReport> {
  const { from, to } = options
  const openWriter = FORMATS[to].write
  if (!openWriter) {
    const known = LABEL_FORMATS.filter((format) => FORMATS[format].write)
    throw new SkyloopError({
      code: 'data.format',
      message: `writing ${to} is not implemented; written are ${known.join(', ')}`,
    })
  }
  if (to === 'ground-truth' && from !== 'ground-truth' && options.imagePrefix === undefined) {
    throw new SkyloopError({
      code: 'data.image-prefix',
      message: 'a Ground Truth manifest names images by their S3 addresses, and none is known',
      hint: 'say where the images will lie: --image-prefix s3://bucket/prefix',
    })
  }
  await requireFree(options.output)
  const given = await givenSource(options.source)
  const ledger = openLedger()
  const source = await FORMATS[from].open(given, {
    ledger,
    unlabelled: options.unlabelled ?? 'unknown',
    ...(options.signal ? { signal: options.signal } : {}),
    ...(options.labelAttribute === undefined ? {} : { labelAttribute: options.labelAttribute }),
  })
  const folder = `${resolve(options.output)}.${randomBytes(4).toString('hex')}.partial`
  try {
    const map = joinClasses(source.classes, options.rename ?? new Map(), options.classes)
    const imageRoot = options.imageRoot ?? given.folder
    const index = await indexImages(imageRoot)
    await mkdir(folder, { recursive: true })
    const writer = await openWriter({
      folder,
      classes: map.classes,
      ledger,
      now: options.now,
      ...(options.imagePrefix === undefined ? {} : { imagePrefix: options.imagePrefix }),
      ...(options.labelAttribute === undefined ? {} : { labelAttribute: options.labelAttribute }),
    })
    const metadata = await openMetadataCarrier(imageRoot, folder)
    const totals = await writeImages({
      options,
      source,
      map,
      index,
      imageRoot,
      writer,
      folder,
      ledger,
      metadata,
    }).catch(async (error: unknown) => {
      await writer.abandon?.()
      await metadata.close()
      throw error
    })
    await writer.finish()
    await metadata.close()
    const labels = ledger.report()
    if (labels.lines !== labels.kept + labels.dropped) {
      throw internalError(`${labels.lines} labels read, ${labels.kept} kept and ${labels.dropped} dropped`)
    }
    if (options.strict) refuseLoss(labels, totals.images)
    options.signal?.throwIfAborted()
    // A folder takes the place of an empty one in one step.
    await rename(folder, options.output)
    return { from, to, output: options.output, ...totals, labels }
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  } finally {
    await source.close?.()
  }
}

interface Work {
  readonly options: ConvertOptions
  readonly source: LabelSource
  readonly map: ClassMap
  readonly index: ImageIndex
  readonly imageRoot: string
  readonly writer: LabelWriter
  readonly folder: string
  readonly ledger: LabelLedger
  readonly metadata: MetadataCarrier
}

async function writeImages(work: Work): Promise<Pick<ConversionReport, 'classes' | 'images'>> {
  const { options, source, writer, ledger, map } = work
  const mode = options.images ?? 'copy'
  const counts = { read: 0, labelled: 0, background: 0, unknown: 0, leftOut: 0 }
  const classes = map.classes.map((name) => ({ name, boxes: 0 }))
  const isFlat = writer.imagePath('train', 'a') === writer.imagePath('val', 'a')
  const nameOf = nameImages(isFlat, ledger)
  let missing = 0
  for await (const { image, file, header } of inOrder(source.images(), CONCURRENCY, (one) => locate(one, work))) {
    options.signal?.throwIfAborted()
    counts.read++
    options.onProgress?.(counts.read)
    const isMissing = file === undefined && mode !== 'none'
    if (isMissing) missing++
    const lost = isMissing
      ? ({ kind: 'missing-image', text: image.name } as const)
      : typeof header === 'string'
        ? ({ kind: 'unreadable-image', text: `${file}: ${header}` } as const)
        : undefined
    if (lost) ledger.issue(lost.kind, 'none', { ...image.place, text: lost.text })
    const name = lost ? undefined : nameOf(image, file)
    if (name === undefined) {
      for (const box of image.boxes ?? []) ledger.issue(lost?.kind ?? 'doubled-image', 'dropped', box.place)
      counts.leftOut++
      continue
    }
    const ready = readyImage(image, name, typeof header === 'string' ? undefined : header, map, ledger)
    const written = await writer.add(ready)
    ledger.keep(written.kept.length)
    for (const { classId } of written.kept) classes[classId]!.boxes++
    counts[written.as === 'left-out' ? 'leftOut' : written.as]++
    if (written.as === 'left-out') continue
    const target = writer.imagePath(image.split, name)
    await work.metadata.carry(file, target)
    if (file !== undefined && mode !== 'none')
      await placeImage(join(work.imageRoot, file), join(work.folder, target), mode)
  }
  if (missing > 0 && missing === counts.read) throw noImages(counts.read, work)
  return { images: counts, classes }
}

interface Located {
  readonly image: SourceImage
  /** Relative to the image root. */
  readonly file: string | undefined
  /** Undefined without a file; a text says why it cannot be read. */
  readonly header: ImageHeader | string | undefined
}

async function locate(image: SourceImage, { index, imageRoot }: Work): Promise<Located> {
  const file = image.file ?? index.find(image.name, image.split)
  return { image, file, header: file === undefined ? undefined : await readImageHeader(join(imageRoot, file)) }
}

async function givenSource(path: string): Promise<GivenSource> {
  try {
    return (await stat(path)).isDirectory()
      ? { folder: path, file: undefined }
      : { folder: dirname(path), file: basename(path) }
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' && codeOf(error) !== 'ELOOP') throw error
    throw new SkyloopError({ code: 'data.source', message: `there is no file or folder ${path}` })
  }
}

async function requireFree(output: string): Promise<void> {
  const names = await readdir(output).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return []
    if (codeOf(error) === 'ENOTDIR') return ['it']
    throw error
  })
  if (names.length === 0) return
  throw new SkyloopError({
    code: 'data.output',
    message: `${output} is there already and not an empty folder`,
    hint: 'give a folder that is not there; nothing is overwritten',
  })
}

function noImages(images: number, { imageRoot, index }: Work): SkyloopError {
  return new SkyloopError({
    code: 'data.images',
    message: `none of the ${images} images is below ${imageRoot}, which holds ${index.count} image files`,
    hint: 'say where they are with --image-root <folder>, or convert labels alone with --images none',
  })
}

function refuseLoss(labels: LabelReport, images: ConversionReport['images']): void {
  if (labels.dropped === 0 && images.leftOut === 0) return
  const lost = labels.examples.filter(({ kind, outcome }) => outcome === 'dropped' || IMAGE_LOSS.has(kind))
  throw new ProblemsError(
    'data.loss',
    `${labels.dropped} of ${labels.lines} boxes and ${images.leftOut} of ${images.read} images would be lost; the first of each kind`,
    lost.map(describeIssue),
    'mend them, or convert without --strict and keep the report',
  )
}

const IMAGE_LOSS: ReadonlySet<LabelIssueKind> = new Set([
  'missing-image',
  'unreadable-image',
  'doubled-image',
  'not-carried',
])
