import { basename, join, posix } from 'node:path'
import { SkyloopError } from '../../../core/errors.ts'
import { isObject, type Json } from '../../../core/json.ts'
import { className, requireDistinct } from '../class-map.ts'
import { namesIn, splitOfName } from '../image-index.ts'
import { readJsonLists } from '../json-stream.ts'
import type { LabelLedger } from '../label-issue.ts'
import type { LabelSource, SourceBox, SourceImage, SourceOptions } from '../labelled-image.ts'
import { SPLIT_FOLDERS, type Split } from '../splits.ts'
import { cocoBox, type CocoBox } from './coco-box.ts'
import { openCocoStore, type CocoStore } from './coco-store.ts'

interface CocoFile {
  readonly path: string
  /** Relative to the source. */
  readonly shownAs: string
  readonly split: Split | undefined
}

interface CocoImage {
  readonly name: string
  readonly size: readonly [number, number] | undefined
  readonly isBackground: boolean
}

/**
 * One COCO file, or a folder with several (one a split, told by their names).
 *
 * Categories are joined by name across files; their numbers need not be without gaps. `bbox` is left, top, width, height
 * in pixels, counted from the corner of the frame.
 *
 * @source https://cocodataset.org/#format-data
 */
export async function openCoco(files: readonly CocoFile[], options: SourceOptions): Promise<LabelSource> {
  const opened: OpenFile[] = []
  const close = async (): Promise<void> => {
    for (const { store } of opened) await store[Symbol.asyncDispose]()
  }
  try {
    for (const file of files) opened.push(await openFile(file, options))
  } catch (error) {
    await close()
    throw error
  }
  return {
    classes: [...new Set(opened.flatMap(({ categories }) => [...categories.values()]))],
    images: async function* () {
      for (const file of opened) yield* imagesOf(file, options)
    },
    close,
  }
}

interface OpenFile {
  readonly file: CocoFile
  readonly store: CocoStore
  /** Name by number. */
  readonly categories: ReadonlyMap<string, string>
}

/** Files of a COCO folder. */
export interface CocoFiles {
  readonly files: readonly CocoFile[]
  /** JSON files beside them that are of another kind, such as captions and key points; relative to the folder. */
  readonly leftOut: readonly string[]
}

/**
 * COCO files of a folder: those in `annotations/`, else those in folders of splits, else those at the top; where some are
 * named `instances*`, as the format's own set does, only those.
 */
export async function findCocoFiles(root: string): Promise<CocoFiles> {
  const splits = (await namesIn(root)).filter((name) => Object.hasOwn(SPLIT_FOLDERS, name))
  for (const folders of [['annotations'], splits, ['']]) {
    const paths: string[] = []
    for (const inner of folders) {
      for (const name of await namesIn(join(root, inner)))
        if (name.endsWith('.json')) paths.push(posix.join(inner, name))
    }
    if (paths.length === 0) continue
    const instances = paths.filter((path) => posix.basename(path).startsWith('instances'))
    const taken = instances.length > 0 ? instances : paths
    return {
      files: taken.map((path) => cocoFile(join(root, path), path)),
      leftOut: paths.filter((path) => !taken.includes(path)),
    }
  }
  return { files: [], leftOut: [] }
}

export function cocoFile(path: string, shownAs = basename(path)): CocoFile {
  return { path, shownAs, split: splitOfName(shownAs) }
}

/** Reads the file once, in whatever order its lists stand. */
async function openFile(file: CocoFile, { ledger, signal }: SourceOptions): Promise<OpenFile> {
  const store = await openCocoStore()
  const categories = new Map<string, string>()
  try {
    const lists = readJsonLists(file.path, file.shownAs, ['images', 'annotations', 'categories'])
    for await (const { list, index, value } of lists) {
      signal?.throwIfAborted()
      if (list === 'images') addImage(store, file, index, value, ledger)
      else if (list === 'annotations') addAnnotation(store, file, index, value, ledger)
      else addCategory(categories, file, index, value)
    }
    if (categories.size === 0) throw noClasses(file, 'has no list "categories", so its classes have no names')
    requireDistinct([...categories.values()], file.shownAs)
  } catch (error) {
    await store[Symbol.asyncDispose]()
    throw error
  }
  return { file, store, categories }
}

function addCategory(categories: Map<string, string>, file: CocoFile, index: number, value: Json): void {
  const [id, name] = isObject(value) ? [idOf(value['id']), value['name']] : []
  if (id === undefined || typeof name !== 'string') throw noClasses(file, `has no id or name in category ${index}`)
  const other = categories.get(id)
  if (other !== undefined) throw noClasses(file, `gives the category number ${id} to "${other}" and "${name}"`)
  categories.set(id, className(name))
}

function noClasses({ shownAs }: CocoFile, message: string): SkyloopError {
  return new SkyloopError({ code: 'data.classes', message: `${shownAs} ${message}` })
}

async function* imagesOf(
  { file, store, categories }: OpenFile,
  { ledger, unlabelled }: SourceOptions,
): AsyncGenerator<SourceImage> {
  for (const { imageId, value } of store.orphans()) {
    if (value === LOST) continue
    ledger.issue('unknown-image', 'dropped', placeOf(file, `image ${imageId}`, JSON.parse(value) as Json))
  }
  for (const { id, value } of store.images()) {
    const image = JSON.parse(value) as CocoImage
    const all = store.annotationsOf(id)
    const annotations = all.filter((text) => text !== LOST).map((text) => JSON.parse(text) as Record<string, Json>)
    const boxes: SourceBox[] = []
    for (const annotation of annotations) {
      const place = placeOf(file, image.name, annotation)
      const category = categories.get(idOf(annotation['category_id']) ?? '')
      const box: CocoBox | undefined =
        category === undefined
          ? (ledger.issue('unknown-class', 'dropped', place) as undefined)
          : cocoBox(annotation, (kind, outcome) => ledger.issue(kind, outcome, place))
      if (box) boxes.push({ className: category!, ...box, place })
    }
    const place = { file: file.shownAs, line: 0, text: image.name }
    const isKnown = image.isBackground || unlabelled === 'background'
    if (all.length === 0 && !isKnown) ledger.issue('not-annotated', 'none', place)
    const isLost = all.length > 0 && boxes.length === 0
    if (isLost) ledger.issue('all-lost', 'none', place)
    yield {
      name: image.name,
      split: file.split,
      ...(image.size ? { statedSizePx: image.size } : {}),
      unit: 'pixels',
      boxes: isLost || (all.length === 0 && !isKnown) ? undefined : boxes,
      place,
    }
  }
}

function addImage(store: CocoStore, file: CocoFile, index: number, value: Json, ledger: LabelLedger): void {
  const id = isObject(value) ? idOf(value['id']) : undefined
  const name = isObject(value) ? value['file_name'] : undefined
  if (!isObject(value) || id === undefined || typeof name !== 'string' || name === '') {
    throw new SkyloopError({
      code: 'data.coco',
      message: `${file.shownAs} has no id or file_name in image ${index}: ${JSON.stringify(value).slice(0, 120)}`,
    })
  }
  const [width, height] = [value['width'], value['height']]
  const size = isSide(width) && isSide(height) ? ([width, height] as const) : undefined
  const image: CocoImage = { name, size, isBackground: value['background'] === true }
  if (!store.addImage(id, JSON.stringify(image))) {
    ledger.issue('doubled-id', 'none', { file: file.shownAs, line: 0, text: `image ${id}: ${name}` })
  }
}

function addAnnotation(store: CocoStore, file: CocoFile, index: number, value: Json, ledger: LabelLedger): void {
  ledger.read()
  const imageId = isObject(value) ? idOf(value['image_id']) : undefined
  if (!isObject(value) || imageId === undefined) {
    ledger.issue('malformed-box', 'dropped', placeOf(file, `annotation ${index}`, value))
    return
  }
  const lose = (kind: 'doubled-id' | 'not-finite'): void => {
    ledger.issue(kind, 'dropped', placeOf(file, `image ${imageId}`, value))
    // The image is then one of which something was said, so that it cannot pass for background.
    store.addAnnotation(undefined, imageId, LOST)
  }
  // JSON text has no infinity, but a number beyond all doubles reads as one.
  const sides = value['bbox']
  if (Array.isArray(sides) && sides.some((side) => typeof side === 'number' && !Number.isFinite(side))) {
    lose('not-finite')
    return
  }
  // A mask is longer than all else together, and only whether there is one matters beside a box.
  const { segmentation, ...rest } = value
  const kept = sides === undefined ? value : { ...rest, hasSegmentation: segmentation !== undefined }
  if (!store.addAnnotation(idOf(value['id']), imageId, JSON.stringify(kept))) lose('doubled-id')
}

/** Stands for an annotation that was told as dropped when it was read. */
const LOST = '{"lost":true}'

/** Numbers of images and annotations; texts are taken too, because some tools write them. */
function idOf(value: unknown): string | undefined {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value)
  return typeof value === 'string' && value !== '' ? value : undefined
}

function isSide(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0
}

function placeOf(file: CocoFile, of: string, annotation: unknown): { file: string; line: number; text: string } {
  const { segmentation: _, hasSegmentation: __, ...shown } = isObject(annotation) ? annotation : { annotation }
  return { file: file.shownAs, line: 0, text: `${of}: ${JSON.stringify(shown)}`.slice(0, 120) }
}
