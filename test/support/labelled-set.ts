import { link, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, posix } from 'node:path'
import sharp from 'sharp'
import { FORMATS } from '../../src/data/formats/convert/formats.ts'
import { readImageHeader } from '../../src/data/formats/image-header.ts'
import { indexImages } from '../../src/data/formats/image-index.ts'
import { openLedger, type LabelReport } from '../../src/data/formats/label-issue.ts'
import type { LabelFormat, SourceOptions } from '../../src/data/formats/labelled-image.ts'
import type { Split } from '../../src/data/formats/splits.ts'

/** A labelled image as a test states it; undefined boxes are unknown. */
export interface StatedImage {
  readonly name: string
  readonly split: Split | undefined
  readonly sizePx: readonly [number, number]
  readonly boxes: readonly StatedBox[] | undefined
}

export interface StatedBox {
  readonly className: string
  readonly boxXyxyPx: readonly [number, number, number, number]
}

/** A folder that is removed at the end of the block. */
export async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'skyloop-labels-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

/** One PNG of each size, made once; sets link to it. */
export function imageStock(folder: string): (sizePx: readonly [number, number]) => Promise<string> {
  const made = new Map<string, Promise<string>>()
  return ([width, height]) => {
    const key = `${width}x${height}`
    let file = made.get(key)
    if (!file) {
      file = (async () => {
        const path = join(folder, `${key}.png`)
        await mkdir(folder, { recursive: true })
        await sharp({ create: { width, height, channels: 3, background: 'grey' } })
          .png()
          .toFile(path)
        return path
      })()
      made.set(key, file)
    }
    return file
  }
}

/** Writes a set in YOLO layout, with as many decimals as a double has. */
export async function writeYoloSet(
  folder: string,
  classes: readonly string[],
  images: readonly StatedImage[],
  stock: ReturnType<typeof imageStock>,
): Promise<void> {
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'classes.txt'), classes.map((name) => `${name}\n`).join(''))
  for (const { name, split, sizePx, boxes } of images) {
    const part = join(folder, split ?? '')
    await mkdir(join(part, 'images'), { recursive: true })
    await mkdir(join(part, 'labels'), { recursive: true })
    await link(await stock(sizePx), join(part, 'images', name))
    if (!boxes) continue
    const [w, h] = sizePx
    const lines = boxes.map(({ className, boxXyxyPx: [x1, y1, x2, y2] }) =>
      [classes.indexOf(className), (x1 + x2) / 2 / w, (y1 + y2) / 2 / h, (x2 - x1) / w, (y2 - y1) / h].join(' '),
    )
    await writeFile(join(part, 'labels', `${posix.parse(name).name}.txt`), lines.map((line) => `${line}\n`).join(''))
  }
}

export interface ReadSet {
  readonly classes: readonly string[]
  /** By `split/stem`; boxes as `class left top right bottom`, in pixels to `decimals`. */
  readonly images: Readonly<Record<string, readonly string[] | 'unknown'>>
  readonly report: LabelReport
}

/** What a reader finds in a folder, in a form in which sets of different formats can be compared. */
export async function readSet(
  folder: string,
  format: LabelFormat,
  options: Partial<SourceOptions> & { readonly decimals?: number } = {},
): Promise<ReadSet> {
  const ledger = openLedger()
  const source = await FORMATS[format].open({ folder, file: undefined }, { ledger, unlabelled: 'unknown', ...options })
  const index = await indexImages(folder)
  const images: Record<string, readonly string[] | 'unknown'> = {}
  try {
    for await (const image of source.images()) {
      const file = image.file ?? index.find(image.name, image.split)
      const header = file === undefined ? undefined : await readImageHeader(join(folder, file))
      const size = typeof header === 'object' ? header.shownSizePx : image.statedSizePx
      const [sx, sy] = image.unit === 'fractions' ? size! : [1, 1]
      const round = (value: number): string => String(Number(value.toFixed(options.decimals ?? 0)))
      images[`${image.split ?? ''}/${posix.parse(image.name).name}`] =
        image.boxes?.map(({ className, boxXyxy: [x1, y1, x2, y2] }) =>
          [className, round(x1 * sx), round(y1 * sy), round(x2 * sx), round(y2 * sy)].join(' '),
        ) ?? 'unknown'
    }
  } finally {
    await source.close?.()
  }
  return { classes: source.classes, images, report: ledger.report() }
}
