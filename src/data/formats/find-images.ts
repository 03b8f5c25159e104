import { readdir } from 'node:fs/promises'
import { join, parse, posix } from 'node:path'
import { codeOf, SkyloopError } from '../../core/errors.ts'
import { SPLIT_FOLDERS, type Split } from './splits.ts'

export { SPLITS, type Split } from './splits.ts'

/** An image of a data set and where its labels should be; paths relative to the data set, forward slashes. */
export interface FoundImage {
  readonly split: Split | undefined
  readonly image: string
  readonly label: string
  /** File name without folder and ending. */
  readonly stem: string
}

export interface FoundImages {
  /** Sorted by path. */
  readonly images: readonly FoundImage[]
  /** `split/images`, `images/split` or `flat`. */
  readonly layout: 'split/images' | 'images/split' | 'flat'
  /** Top-level folders that hold images but are no part of the layout. */
  readonly ignored: readonly string[]
  /** Label files without an image. */
  readonly orphanLabels: readonly string[]
}

const IMAGE_ENDINGS = new Set(['.jpg', '.jpeg', '.png', '.webp', '.tif', '.tiff'])

/**
 * Finds the images of a YOLO data set in any of the three usual layouts.
 *
 * @throws SkyloopError `data.empty` when there is no image; `data.duplicate-name` when two images of one folder would
 *   share a label file (`a.jpg` and `a.png`)
 */
export async function findImages(root: string): Promise<FoundImages> {
  const top = await foldersIn(root)
  const pairs: { split: Split | undefined; images: string; labels: string }[] = []
  let layout: FoundImages['layout'] = 'flat'
  for (const name of top.filter((folder) => Object.hasOwn(SPLIT_FOLDERS, folder))) {
    const inner = await foldersIn(join(root, name))
    if (!inner.includes('images')) continue
    layout = 'split/images'
    pairs.push({ split: SPLIT_FOLDERS[name], images: `${name}/images`, labels: `${name}/labels` })
  }
  if (pairs.length === 0 && top.includes('images')) {
    for (const name of (await foldersIn(join(root, 'images'))).filter((folder) =>
      Object.hasOwn(SPLIT_FOLDERS, folder),
    )) {
      layout = 'images/split'
      pairs.push({ split: SPLIT_FOLDERS[name], images: `images/${name}`, labels: `labels/${name}` })
    }
    if (pairs.length === 0) pairs.push({ split: undefined, images: 'images', labels: 'labels' })
  }
  const images: FoundImage[] = []
  const orphanLabels: string[] = []
  for (const pair of pairs) await collect(root, pair, images, orphanLabels)
  if (images.length === 0) {
    throw new SkyloopError({
      code: 'data.empty',
      message: `${root} holds no images; it has ${top.length === 0 ? 'no folders' : `the folders ${top.join(', ')}`}`,
      hint: 'expected train/images and train/labels, images/train and labels/train, or images and labels',
    })
  }
  const used = new Set(pairs.flatMap((pair) => [pair.images.split('/')[0]!, pair.labels.split('/')[0]!]))
  const ignored: string[] = []
  for (const name of top) {
    if (!used.has(name) && (await foldersIn(join(root, name))).includes('images')) ignored.push(name)
  }
  images.sort((a, b) => (a.image < b.image ? -1 : 1))
  return { images, layout, ignored, orphanLabels: orphanLabels.sort() }
}

async function collect(
  root: string,
  pair: { split: Split | undefined; images: string; labels: string },
  images: FoundImage[],
  orphanLabels: string[],
): Promise<void> {
  const stems = new Map<string, string>()
  for (const name of await filesIn(join(root, pair.images))) {
    const { name: stem, ext } = parse(name)
    if (!IMAGE_ENDINGS.has(ext.toLowerCase())) continue
    const other = stems.get(stem)
    if (other !== undefined) {
      throw new SkyloopError({
        code: 'data.duplicate-name',
        message: `${pair.images}/${other} and ${pair.images}/${name} would share the label file ${stem}.txt`,
      })
    }
    stems.set(stem, name)
    images.push({
      split: pair.split,
      image: posix.join(pair.images, name),
      label: posix.join(pair.labels, `${stem}.txt`),
      stem,
    })
  }
  for (const name of await filesIn(join(root, pair.labels))) {
    const { name: stem, ext } = parse(name)
    if (ext === '.txt' && stem !== 'classes' && !stems.has(stem)) orphanLabels.push(posix.join(pair.labels, name))
  }
}

async function foldersIn(folder: string): Promise<string[]> {
  return (await entries(folder))
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
}

async function filesIn(folder: string): Promise<string[]> {
  return (await entries(folder))
    .filter((entry) => !entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
}

async function entries(folder: string): ReturnType<typeof readFolder> {
  try {
    return await readFolder(folder)
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return []
    throw error
  }
}

function readFolder(folder: string) {
  return readdir(folder, { withFileTypes: true })
}
