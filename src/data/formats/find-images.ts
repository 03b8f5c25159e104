import { readdir } from 'node:fs/promises'
import { join, parse, posix } from 'node:path'
import { codeOf, SkyloopError } from '../../core/errors.ts'
import { imagesOfDataYaml, labelFolderOf, type SplitImages } from './listed-images.ts'
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
  /** `data.yaml`: as that file says. `darknet`: `obj_train_data`, with labels beside the images. */
  readonly layout: 'split/images' | 'images/split' | 'flat' | 'data.yaml' | 'darknet'
  /** Top-level folders that hold images but are no part of the layout. */
  readonly ignored: readonly string[]
  /** Label files without an image. */
  readonly orphanLabels: readonly string[]
}

const IMAGE_ENDINGS = new Set(['.jpg', '.jpeg', '.png', '.webp', '.tif', '.tiff'])

/** A folder of images and the one of their labels; with `only`, just those images of it. */
interface Pair {
  readonly split: Split | undefined
  readonly images: string
  readonly labels: string
  readonly only?: ReadonlySet<string>
}

/**
 * Finds the images of a YOLO data set where its `data.yaml` says, or in any of the usual layouts.
 *
 * @throws SkyloopError `data.empty` when there is no image; `data.duplicate-name` when two images of one folder would
 *   share a label file (`a.jpg` and `a.png`); `data.yaml`, `data.list` when a part of what `data.yaml` names is missing
 */
export async function findImages(root: string): Promise<FoundImages> {
  const top = await foldersIn(root)
  const named = await imagesOfDataYaml(root)
  const { layout, pairs } = named ? { layout: 'data.yaml' as const, pairs: pairsOf(named) } : await layoutOf(root, top)
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

async function layoutOf(
  root: string,
  top: readonly string[],
): Promise<{ layout: FoundImages['layout']; pairs: Pair[] }> {
  const pairs: Pair[] = []
  const splits = (folders: readonly string[]): string[] => folders.filter((name) => Object.hasOwn(SPLIT_FOLDERS, name))
  for (const name of splits(top)) {
    if (!(await foldersIn(join(root, name))).includes('images')) continue
    pairs.push({ split: SPLIT_FOLDERS[name], images: `${name}/images`, labels: `${name}/labels` })
  }
  if (pairs.length > 0) return { layout: 'split/images', pairs }
  for (const name of top) {
    const split = /^obj_(\w+)_data$/i.exec(name)?.[1]?.toLowerCase()
    if (split !== undefined) pairs.push({ split: SPLIT_FOLDERS[split], images: name, labels: name })
  }
  if (pairs.length > 0) return { layout: 'darknet', pairs }
  if (!top.includes('images')) return { layout: 'flat', pairs }
  for (const name of splits(await foldersIn(join(root, 'images')))) {
    pairs.push({ split: SPLIT_FOLDERS[name], images: `images/${name}`, labels: `labels/${name}` })
  }
  if (pairs.length > 0) return { layout: 'images/split', pairs }
  return { layout: 'flat', pairs: [{ split: undefined, images: 'images', labels: 'labels' }] }
}

function pairsOf(named: readonly SplitImages[]): Pair[] {
  return named.flatMap((one) => {
    if ('folder' in one) return [{ split: one.split, images: one.folder, labels: labelFolderOf(one.folder) }]
    const byFolder = Map.groupBy(one.images, (image) => posix.dirname(image))
    return [...byFolder].map(([folder, images]) => ({
      split: one.split,
      images: folder,
      labels: labelFolderOf(folder),
      only: new Set(images.map((image) => posix.basename(image))),
    }))
  })
}

async function collect(root: string, pair: Pair, images: FoundImage[], orphanLabels: string[]): Promise<void> {
  const stems = new Map<string, string>()
  for (const name of await filesIn(join(root, pair.images))) {
    const { name: stem, ext } = parse(name)
    if (!IMAGE_ENDINGS.has(ext.toLowerCase()) || pair.only?.has(name) === false) continue
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
  // Labels of images that a list leaves out may be another list's.
  if (pair.only) return
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
