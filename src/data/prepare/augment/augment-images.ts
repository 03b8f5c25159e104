import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { hash32, seededRandom } from '../../../core/random.ts'
import { formatYoloLabels, type LabelledBox } from '../../formats/yolo-labels.ts'
import { JPEG, writeOutput } from '../write-frame.ts'
import { mapConcurrent } from '../map-concurrent.ts'
import type { AugmentSettings } from './augment-settings.ts'
import { drawChanges, type Change } from './change.ts'
import { changeBoxes } from './change-boxes.ts'
import { changePixels, type Pixels } from './change-pixels.ts'

/** A written train image, by its path without folder and ending. */
export interface AugmentSource {
  readonly stem: string
  readonly boxes: readonly LabelledBox[]
}

/** A changed copy that was written. */
export interface AugmentedImage {
  readonly stem: string
  readonly from: string
  readonly boxes: readonly LabelledBox[]
  readonly changes: readonly Change[]
  /** Boxes of which too little was left. */
  readonly cutAway: number
}

/**
 * Writes changed copies of images beside them: `a.jpg` becomes `a__a1.jpg`, `a__a2.jpg` and so on, with labels moved
 * alike. A copy depends on the seed, its image's name and number alone, not on what else there is, but for mosaics.
 *
 * @param folder with `images/` and `labels/`
 * @param minVisible a zoom drops boxes of which less shows, 0 to 1
 */
export async function augmentImages(
  folder: string,
  images: readonly AugmentSource[],
  settings: AugmentSettings,
  options: { readonly seed: number; readonly minVisible: number; readonly concurrency: number },
): Promise<AugmentedImage[]> {
  const boxesOf = new Map(images.map(({ stem, boxes }) => [stem, boxes]))
  const stems = [...boxesOf.keys()].sort()
  const made = await mapConcurrent(images, options.concurrency, async (source): Promise<AugmentedImage[]> => {
    const original = await readPixels(folder, source.stem)
    const copies: AugmentedImage[] = []
    for (let k = 1; k <= settings.copies; k++) {
      const random = seededRandom(hash32(`augment/${options.seed}/${source.stem}/${k}`))
      const changes = drawChanges(settings.by, random, stems)
      let pixels = original
      let boxes = source.boxes
      let cutAway = 0
      for (const change of changes) {
        const others = change.kind === 'mosaic' ? change.others : []
        const changed = changeBoxes(
          boxes,
          change,
          pixels,
          options.minVisible,
          others.map((stem) => boxesOf.get(stem) ?? []),
        )
        pixels = await changePixels(pixels, change, await Promise.all(others.map((stem) => readPixels(folder, stem))))
        boxes = changed.boxes
        cutAway += changed.cutAway
      }
      const stem = `${source.stem}__a${k}`
      const { data, width, height } = pixels
      const jpeg = await sharp(data, { raw: { width, height, channels: 3 } })
        .jpeg(JPEG)
        .toBuffer()
      await writeOutput(join(folder, 'images', `${stem}.jpg`), jpeg)
      await writeOutput(join(folder, 'labels', `${stem}.txt`), formatYoloLabels(boxes))
      copies.push({ stem, from: source.stem, boxes, changes, cutAway })
    }
    return copies
  })
  return made.flat()
}

async function readPixels(folder: string, stem: string): Promise<Pixels> {
  const bytes = await readFile(join(folder, 'images', `${stem}.jpg`))
  const { data, info } = await sharp(bytes, { failOn: 'error' })
    .removeAlpha()
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height }
}
