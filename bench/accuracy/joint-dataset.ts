import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hashBytes } from '../../src/data/version/content-hash.ts'
import { prepareDataset } from '../../src/data/prepare/prepare-dataset.ts'
import { DEFAULT_SETTINGS } from '../../src/data/prepare/prepared-dataset.ts'

/** A folder of the data directory and how its frames become tiles of the network's size. */
export interface Source {
  readonly folder: string
  readonly tile: { readonly size: number; readonly overlap: number; readonly scale: number }
  /** Of train, every so many-th frame is used, in the order of the names: consecutive frames are near-duplicates. */
  readonly trainEvery: number
}

/** H and W of the tiles. Small, so that a training from scratch has many updates within minutes on a few cores. */
export const TILE_SIDE_PX = 192

/** A car is about 25 px long in the tiles of both: frames from a drone at half size, aerial images as they are. */
export const SOURCES: readonly Source[] = [
  { folder: 'minsk-drone-cars', tile: { size: 2 * TILE_SIDE_PX, overlap: 0, scale: 0.5 }, trainEvery: 2 },
  { folder: 'kit-ais-munich-vehicles', tile: { size: TILE_SIDE_PX, overlap: 0, scale: 1 }, trainEvery: 5 },
]

export interface JointDataset {
  readonly folder: string
  readonly classNames: readonly string[]
  readonly images: Readonly<Record<'train' | 'val', number>>
  /** Of the labels and names of all tiles: results of different tiles are not comparable. */
  readonly hash: string
}

/**
 * Cuts the sources with the product's own preparation and joins them into one YOLO data set, classes by name; names that
 * no box has are left out. Writes `train` and `val` (each `images` and `labels`), `classes.txt` and `data.yaml`.
 *
 * @param dataDir holds the sources' folders
 * @param output made anew
 */
export async function joinDatasets(dataDir: string, output: string): Promise<JointDataset> {
  await rm(output, { recursive: true, force: true })
  const scratch = await mkdtemp(join(tmpdir(), 'skyloop-accuracy-'))
  try {
    const prepared = []
    for (const source of SOURCES) {
      const folder = join(scratch, source.folder)
      const dataset = await prepareDataset({
        ...DEFAULT_SETTINGS,
        input: join(dataDir, source.folder),
        output: folder,
        tile: source.tile,
        trainFrames: 0,
      })
      prepared.push({ source, folder, dataset })
    }
    const used = new Set(
      prepared.flatMap(({ dataset }) =>
        Object.entries(dataset.boxesPerClass).flatMap(([name, { train }]) => (train > 0 ? [name] : [])),
      ),
    )
    const classNames = [...used]
    const images = { train: 0, val: 0 }
    const content: string[] = []
    for (const split of ['train', 'val'] as const) {
      for (const kind of ['images', 'labels']) await mkdir(join(output, split, kind), { recursive: true })
      for (const { source, folder, dataset } of prepared) {
        const toJoint = dataset.classes.map((name) => classNames.indexOf(name))
        const every = split === 'train' ? source.trainEvery : 1
        for (const stem of await stemsOfFrames(join(folder, split), every)) {
          const name = `${source.folder}__${stem}`
          await copyFile(join(folder, split, 'images', `${stem}.jpg`), join(output, split, 'images', `${name}.jpg`))
          const labels = renumber(await readFile(join(folder, split, 'labels', `${stem}.txt`), 'utf8'), toJoint)
          await writeFile(join(output, split, 'labels', `${name}.txt`), labels)
          content.push(`${split}/${name}\n${labels}`)
          images[split]++
        }
      }
    }
    await writeFile(join(output, 'classes.txt'), `${classNames.join('\n')}\n`)
    const names = classNames.map((name, k) => `  ${k}: ${name}\n`).join('')
    await writeFile(
      join(output, 'data.yaml'),
      `path: ${output}\ntrain: train/images\nval: val/images\nnames:\n${names}`,
    )
    return { folder: output, classNames, images, hash: hashBytes(Buffer.from(content.sort().join('\n'))).slice(0, 16) }
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

/** Tiles of every `every`-th frame; a tile is named `<frame>__x<left>_y<top>`. */
async function stemsOfFrames(folder: string, every: number): Promise<string[]> {
  const stems = (await readdir(join(folder, 'labels'))).map((name) => name.slice(0, -'.txt'.length)).sort()
  const frames = [...new Set(stems.map(frameOf))]
  const kept = new Set(frames.filter((_, k) => k % every === 0))
  return stems.filter((stem) => kept.has(frameOf(stem)))
}

function frameOf(stem: string): string {
  return stem.replace(/__x\d+_y\d+$/, '')
}

function renumber(labels: string, toJoint: readonly number[]): string {
  return labels
    .split('\n')
    .map((line) => line.replace(/^\d+/, (classId) => String(toJoint[Number(classId)])))
    .join('\n')
}
