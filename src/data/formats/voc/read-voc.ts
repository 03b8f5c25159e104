import { readdir } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { codeOf, SkyloopError } from '../../../core/errors.ts'
import { className, requireDistinct } from '../class-map.ts'
import { parseClassText } from '../class-list.ts'
import { IMAGE_ENDINGS, namesIn, splitOfName } from '../image-index.ts'
import type { LabelSource, SourceBox, SourceImage, SourceOptions } from '../labelled-image.ts'
import { readTraits } from '../read-traits.ts'
import type { Split } from '../splits.ts'
import { labelLines } from '../yolo-labels.ts'
import { readLabelText } from '../text-file.ts'
import { childOf, readXmlChildren, textOf, type XmlElement } from '../xml-elements.ts'
import { vocBox } from './voc-box.ts'

/** An annotation file, relative to the source. */
interface VocFile {
  readonly path: string
  readonly split: Split | undefined
}

/**
 * A folder with Pascal VOC files, one an image, in `Annotations/` or anywhere below it; splits by `ImageSets/Main/*.txt`
 * or by folder names. Classes are those of `labelmap.txt` or `classes.txt`; else those that occur, by name.
 *
 * An image of `JPEGImages/` without an annotation file is one of which nothing is known.
 *
 * @source The PASCAL Visual Object Classes Challenge 2012 development kit, section "Annotation"
 */
export async function openVoc(root: string, file: string | undefined, options: SourceOptions): Promise<LabelSource> {
  const { ledger } = options
  const files = file === undefined ? await findVocFiles(root) : [{ path: file, split: undefined }]
  if (files.length === 0) {
    throw new SkyloopError({
      code: 'data.format',
      message: `${root} holds no Pascal VOC file, Annotations/*.xml or *.xml`,
    })
  }
  return {
    classes: (await readLabelMap(root)) ?? (await findClasses(root, files, options)),
    images: async function* () {
      for (const one of files) {
        const found = await readDocument(root, one.path)
        if (typeof found === 'string') {
          // The file is of some image, of which nothing is known then.
          const place = { file: one.path, line: 0, text: found }
          ledger.issue('unreadable-labels', 'none', place)
          yield { name: posix.parse(one.path).name, split: one.split, unit: 'pixels', boxes: undefined, place }
        } else yield readImage(one, found, options)
      }
      if (file === undefined) yield* unlabelledImages(root, files, options)
    },
  }
}

async function* unlabelledImages(
  root: string,
  files: readonly VocFile[],
  { ledger }: SourceOptions,
): AsyncGenerator<SourceImage> {
  const labelled = new Set(files.map(({ path }) => posix.parse(path).name))
  const splits = await readImageSets(root)
  for (const base of await namesIn(join(root, 'JPEGImages'))) {
    const { name, ext } = posix.parse(base)
    if (!IMAGE_ENDINGS.has(ext.toLowerCase()) || labelled.has(name)) continue
    const image = posix.join('JPEGImages', base)
    const place = { file: posix.join('Annotations', `${name}.xml`), line: 0, text: image }
    ledger.issue('missing-file', 'none', place)
    yield { name: image, file: image, split: splits.get(name), unit: 'pixels', boxes: undefined, place }
  }
}

export async function findVocFiles(root: string): Promise<VocFile[]> {
  const splits = await readImageSets(root)
  const files: VocFile[] = []
  const walk = async (inner: string): Promise<void> => {
    for (const entry of (await readdir(join(root, inner), { withFileTypes: true })).sort((a, b) =>
      a.name < b.name ? -1 : 1,
    )) {
      const path = posix.join(inner, entry.name)
      if (entry.isDirectory()) await walk(path)
      else if (entry.name.toLowerCase().endsWith('.xml')) {
        const folders = inner.split('/')
        const split = splits.get(posix.parse(entry.name).name) ?? folders.map(splitOfName).find((name) => name)
        files.push({ path, split })
      }
    }
  }
  await walk('')
  return files
}

/** `ImageSets/Main/train.txt` and its like: one image a line, with or without a folder before it. */
async function readImageSets(root: string): Promise<Map<string, Split>> {
  const splits = new Map<string, Split>()
  for (const name of await namesIn(join(root, 'ImageSets', 'Main'))) {
    // Only lists of a whole split; `car_train.txt` lists the images of one class with a mark each.
    const split = /^[a-z]+\.txt$/i.test(name) ? splitOfName(name.slice(0, -4)) : undefined
    if (!split) continue
    const shownAs = posix.join('ImageSets', 'Main', name)
    for (const { line } of labelLines(await readLabelText(join(root, shownAs), shownAs))) {
      const stem = posix.parse(line).base.replace(/\.(jpe?g|png|webp|tiff?)$/i, '')
      splits.set(stem, split)
      // Lists of one class put a mark after the name; names may hold blanks themselves.
      const unmarked = stem.replace(/\s+-?[01]$/, '')
      if (!splits.has(unmarked)) splits.set(unmarked, split)
    }
  }
  return splits
}

/** `labelmap.txt` as CVAT writes it (`name:colour:parts:actions`), or `classes.txt`. */
async function readLabelMap(root: string): Promise<readonly string[] | undefined> {
  for (const name of ['labelmap.txt', 'classes.txt']) {
    const text = await readLabelText(join(root, name), name).catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return undefined
      throw error
    })
    if (text === undefined) continue
    const names =
      name === 'classes.txt'
        ? parseClassText(text).map(className)
        : labelLines(text)
            .filter(({ line }) => !line.startsWith('#'))
            .map(({ line }) => className(line.split(':')[0]!))
            .filter((one) => one !== 'background')
    return requireDistinct(names, name)
  }
  return undefined
}

async function findClasses(
  root: string,
  files: readonly VocFile[],
  { signal }: SourceOptions,
): Promise<readonly string[]> {
  const names = new Set<string>()
  for (const { path } of files) {
    signal?.throwIfAborted()
    const found = await readDocument(root, path)
    if (typeof found === 'string') continue
    for (const element of found) {
      if (element.name === 'object') names.add(className(textOf(element, 'name') ?? ''))
    }
  }
  names.delete('')
  return [...names].sort()
}

/** Elements of one file; a text says why it cannot be read. */
async function readDocument(root: string, path: string): Promise<XmlElement[] | string> {
  try {
    const elements: XmlElement[] = []
    for await (const element of readXmlChildren(join(root, path), path, ['annotation'])) elements.push(element)
    return elements
  } catch (error) {
    if (error instanceof SkyloopError) return error.message
    if (codeOf(error) === 'ELOOP') return 'the file is a link in a circle of links'
    throw error
  }
}

function readImage({ path, split }: VocFile, elements: readonly XmlElement[], { ledger }: SourceOptions): SourceImage {
  const document: XmlElement = { name: 'annotation', attributes: new Map(), children: elements, text: '', line: 1 }
  const stem = posix.parse(path).name
  const stated = textOf(document, 'filename')
  // Some tools write a name without its ending, some that of another file; labels belong to their own name.
  const name = stated !== undefined && posix.parse(stated).name === stem ? stated : stem
  const size = childOf(document, 'size')
  const [width, height] = [Number(textOf(size, 'width')), Number(textOf(size, 'height'))]
  const objects = elements.filter((element) => element.name === 'object')
  const boxes: SourceBox[] = []
  for (const object of objects) {
    ledger.read()
    const className_ = className(textOf(object, 'name') ?? '')
    const place = { file: path, line: object.line, text: `${className_} ${cornersText(object)}` }
    const note = (kind: Parameters<typeof ledger.issue>[0], outcome: Parameters<typeof ledger.issue>[1]): void =>
      ledger.issue(kind, outcome, place)
    if (className_ === '') {
      note('malformed-box', 'dropped')
      continue
    }
    const boxXyxy = vocBox(object, note)
    if (boxXyxy) boxes.push({ className: className_, boxXyxy, traits: traitsOf(object), place })
  }
  const place = { file: path, line: 0, text: name }
  const isLost = objects.length > 0 && boxes.length === 0
  if (isLost) ledger.issue('all-lost', 'none', place)
  return {
    name,
    split,
    ...(width > 0 && height > 0 && Number.isInteger(width) && Number.isInteger(height)
      ? { statedSizePx: [width, height] as const }
      : {}),
    unit: 'pixels',
    boxes: isLost ? undefined : boxes,
    place,
  }
}

function cornersText(object: XmlElement): string {
  const box = childOf(object, 'bndbox')
  return box ? box.children.map((side) => `${side.name} ${side.text}`).join(' ') : 'without bndbox'
}

/** `pose` as most tools write it says nothing; attributes as CVAT writes them are read. */
function traitsOf(object: XmlElement): SourceBox['traits'] {
  const given: [string, unknown][] = []
  for (const name of ['difficult', 'truncated', 'occluded']) {
    const text = textOf(object, name)
    if (text !== undefined) given.push([name, text])
  }
  const pose = textOf(object, 'pose')
  if (pose !== undefined && pose.toLowerCase() !== 'unspecified') given.push(['pose', pose])
  for (const attribute of childOf(object, 'attributes')?.children ?? []) {
    const name = textOf(attribute, 'name')
    const value = textOf(attribute, 'value')
    if (name !== undefined && value !== undefined) given.push([name, name === 'rotation' ? Number(value) : value])
  }
  return readTraits(Object.fromEntries(given))
}
