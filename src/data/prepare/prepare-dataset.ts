import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { codeOf, ProblemsError, SkyloopError } from '../../core/errors.ts'
import { readClassList } from '../formats/class-list.ts'
import { findImages, SPLITS } from '../formats/find-images.ts'
import { flightOf, readImageMetadata, type ImageMetadata } from '../formats/image-metadata.ts'
import { describeIssue, summarizeLabels } from '../formats/label-issue.ts'
import type { GeoPoint } from '../geo/local-frame.ts'
import { perceptualHash } from '../version/perceptual-hash.ts'
import { augmentImages } from './augment/augment-images.ts'
import { mapConcurrent } from './map-concurrent.ts'
import { chooseBackground, planParts, type PlannedFrame } from './plan-parts.ts'
import { planSplits, splitsAnything } from './plan-splits.ts'
import type { PreparedDataset, PrepareSettings, SkippedImage } from './prepared-dataset.ts'
import { isBroken, readSource, type SourceFrame } from './read-source.ts'
import { writeParts } from './write-frame.ts'
import { writeRecords } from './write-records.ts'

export interface PrepareOptions extends PrepareSettings {
  /** A YOLO data set in one of the usual layouts. */
  readonly input: string
  /** A folder that is empty or not there yet. */
  readonly output: string
  /** `fail` names every broken image and ends; `skip` leaves them out and reports them. @default 'fail' */
  readonly onCorrupt?: 'fail' | 'skip'
  /** Frames in work at a time. @default 4 */
  readonly concurrency?: number
  /** Under which licence the source may be used, for the card. It changes nothing else. */
  readonly licence?: string
  /** Where the source is from, for the card. */
  readonly origin?: string
  readonly onProgress?: (done: number, total: number) => void
}

/**
 * Turns a raw YOLO data set into one that training can use: checked labels, a split without leaks, tiles, whole frames
 * for evaluation, `dataset.json`, `data.yaml`, `classes.txt`, `metadata.jsonl` and a card.
 *
 * @throws SkyloopError `data.empty`, `data.classes`, `data.split`, `data.prepare.output`, `data.prepare.options`,
 *   `data.duplicate-name`;
 *   ProblemsError `data.corrupt`, `data.unknown-class` or `data.missing-labels` naming every file
 */
export async function prepareDataset(options: PrepareOptions): Promise<PreparedDataset> {
  const { input, output } = options
  if (options.tile && options.letterbox !== null) {
    throw new SkyloopError({
      code: 'data.prepare.options',
      message: `frames are cut into tiles of ${options.tile.size} px or fitted into squares of ${options.letterbox} px, not both`,
    })
  }
  const concurrency = options.concurrency ?? 4
  await requireEmpty(output)
  const classes = await readClassList(input)
  const found = await findImages(input)
  const metadata = await readImageMetadata(
    input,
    SPLITS.flatMap((split) => [split, `images/${split}`]),
  )
  const sources = await mapConcurrent(found.images, concurrency, (image) => readSource(input, image, classes.length))
  const corrupt: SkippedImage[] = sources.filter(isBroken).map(({ found: { image }, reason }) => ({ image, reason }))
  const frames = sources.filter((source): source is SourceFrame => !isBroken(source))
  const labels = summarizeLabels(frames.flatMap((frame) => (frame.labels ? [frame.labels] : [])))
  checkClasses(options, frames, classes)
  const missingLabels = frames.filter((frame) => !frame.labels).map((frame) => frame.found.image)
  if (options.missingLabels === 'fail' && missingLabels.length > 0) {
    throw new ProblemsError('data.missing-labels', 'images without a label file', missingLabels.slice(0, 50))
  }
  const usable = options.missingLabels === 'skip' ? frames.filter((frame) => frame.labels) : frames
  if (usable.length === 0) throw nothingLeft(corrupt, missingLabels)
  const described = await describe(usable, metadata, options)
  const plan = planSplits(described, options)
  let rescuedBoxes = 0
  const planned = described.map(({ frame, flight, place, metadata: about }): PlannedFrame => {
    const boxes = frame.labels?.boxes ?? []
    const split = plan.splits.get(frame.found.image) ?? 'train'
    const cut = planParts(frame, boxes, options)
    rescuedBoxes += cut.rescued
    const group = plan.groups.get(frame.found.image)
    return { frame, split, flight, group, place, metadata: about, boxes, parts: cut.parts }
  })
  refuseSameNames(planned)
  const leftOut = chooseBackground(planned, options)
  const chosen = planned.map((item) => ({ ...item, parts: item.parts.filter((part) => !leftOut.has(part)) }))

  for (const split of SPLITS) {
    for (const folder of [split, `frames/${split}`]) {
      if (split === 'test' && !chosen.some((item) => item.split === 'test')) continue
      await mkdir(join(output, folder, 'images'), { recursive: true })
      await mkdir(join(output, folder, 'labels'), { recursive: true })
    }
  }
  let done = 0
  const late = await mapConcurrent(chosen, concurrency, async (item): Promise<SkippedImage | undefined> => {
    const broken = await writeOne(item, options)
    options.onProgress?.(++done, chosen.length)
    return broken === undefined ? undefined : { image: item.frame.found.image, reason: broken }
  })
  corrupt.push(...late.filter((item) => item !== undefined))
  corrupt.sort((a, b) => (a.image < b.image ? -1 : 1))
  if (corrupt.length > 0 && (options.onCorrupt ?? 'fail') === 'fail') {
    throw new ProblemsError(
      'data.corrupt',
      'images that cannot be decoded',
      corrupt.map(({ image, reason }) => `${image}: ${reason}`),
      'repair or remove them, or go on without them: --on-corrupt skip',
    )
  }
  const written = chosen.filter((_, k) => late[k] === undefined)
  if (written.length === 0) throw nothingLeft(corrupt, missingLabels)
  const train = written.filter((item) => item.split === 'train').flatMap((item) => item.parts)
  const copies = options.augment
    ? await augmentImages(join(output, 'train'), train, options.augment, {
        seed: options.seed,
        minVisible: options.minVisible,
        concurrency,
      })
    : []
  return writeRecords(written, {
    options,
    classes,
    labels,
    corrupt,
    missingLabels,
    leftOut: leftOut.size,
    rescuedBoxes,
    found,
    joined: plan.joined,
    copies,
  })
}

async function requireEmpty(output: string): Promise<void> {
  const there = await readdir(output).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return []
    throw error
  })
  if (there.length > 0) {
    throw new SkyloopError({ code: 'data.prepare.output', message: `${output} is not empty; it has ${there[0]}` })
  }
}

function checkClasses(options: PrepareOptions, frames: readonly SourceFrame[], classes: readonly string[]): void {
  if (options.unknownClass === 'drop') return
  const unknown = frames
    .flatMap((frame) => frame.labels?.issues ?? [])
    .filter((issue) => issue.kind === 'unknown-class')
  if (unknown.length === 0) return
  throw new ProblemsError(
    'data.unknown-class',
    `${unknown.length} box(es) have a class number outside 0 to ${classes.length - 1} (${classes.join(', ')})`,
    unknown.slice(0, 50).map(describeIssue),
    'correct classes.txt or the labels, or leave such boxes out: --unknown-class drop',
  )
}

function nothingLeft(corrupt: readonly SkippedImage[], missing: readonly string[]): SkyloopError {
  return new SkyloopError({
    code: 'data.empty',
    message: `no usable image is left: ${corrupt.length} broken, ${missing.length} without a label file`,
    hint:
      missing.length > 0 ? 'treat images without a label file as background: --missing-labels background' : undefined,
  })
}

interface Described {
  readonly frame: SourceFrame
  readonly metadata: ImageMetadata | undefined
  readonly image: string
  readonly flight: string
  readonly split: SourceFrame['found']['split']
  readonly sha256: string
  readonly classIds: readonly number[]
  readonly place: GeoPoint | undefined
  readonly look: Uint32Array | undefined
}

/** What splitting asks of frames; how they look is asked only where it decides. */
async function describe(
  frames: readonly SourceFrame[],
  metadata: ReadonlyMap<string, ImageMetadata>,
  options: PrepareOptions,
): Promise<Described[]> {
  const looks =
    options.splitBy === 'group' &&
    splitsAnything(
      frames.map((frame) => frame.found),
      options,
    )
  return mapConcurrent(frames, options.concurrency ?? 4, async (frame) => {
    const { found, sha256 } = frame
    const about = metadata.get(found.image)
    return {
      frame,
      metadata: about,
      image: found.image,
      flight: flightOf(found.stem, about),
      split: found.split,
      sha256,
      classIds: frame.labels?.boxes.map(({ classId }) => classId) ?? [],
      place: placeOf(frame, about),
      // An image that does not decode looks like nothing; writing it will say why.
      look: looks ? await perceptualHash(join(options.input, found.image)).catch(() => undefined) : undefined,
    }
  })
}

/** `latitude` and `longitude` of the metadata, else what the camera wrote. */
function placeOf(frame: SourceFrame, about: ImageMetadata | undefined): GeoPoint | undefined {
  const [latitude, longitude] = [about?.['latitude'], about?.['longitude']]
  if (typeof latitude === 'number' && typeof longitude === 'number') {
    return { latitudeDeg: latitude, longitudeDeg: longitude }
  }
  const { latitudeDeg, longitudeDeg } = frame.camera
  return latitudeDeg === undefined || longitudeDeg === undefined ? undefined : { latitudeDeg, longitudeDeg }
}

/** Frames of one name in several of the source's splits are one file when they come into the same split. */
function refuseSameNames(planned: readonly PlannedFrame[]): void {
  const seen = new Map<string, string>()
  for (const { split, frame } of planned) {
    const key = `${split}/${frame.found.stem}`
    const other = seen.get(key)
    if (other !== undefined) {
      throw new SkyloopError({
        code: 'data.duplicate-name',
        message: `${other} and ${frame.found.image} have the same name and would both be in ${split}`,
        hint: 'rename one of them',
      })
    }
    seen.set(key, frame.found.image)
  }
}

/** @returns why the frame cannot be decoded, or undefined */
async function writeOne(item: PlannedFrame, options: PrepareOptions): Promise<string | undefined> {
  const source = join(options.input, item.frame.found.image)
  const scale = options.tile?.scale ?? options.scale
  try {
    await writeParts(source, join(options.output, item.split), item.parts, scale)
  } catch (error) {
    if (error instanceof SkyloopError && error.code === 'data.image.corrupt') return error.message
    throw error
  }
  return undefined
}
