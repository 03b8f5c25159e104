import { basename } from 'node:path'
import { decodeImage } from '../image/decode-image.ts'
import { letterbox } from '../image/letterbox.ts'
import type { RgbImage } from '../image/rgb-image.ts'
import type { PreparedBatch } from '../train/batches/make-batch.ts'
import type { TrainingMaterial } from '../train/train-detector.ts'
import { pictureSheet, type SheetBox } from './picture-sheet.ts'

const MOST_PICTURES = 16

/** A training batch as the network sees it: mosaics, flips and colours visible. */
export async function batchSheet(batch: PreparedBatch, classNames: readonly string[]): Promise<Buffer> {
  const { sizePx, mask } = batch
  const count = Math.min(MOST_PICTURES, batch.images.length / (3 * sizePx ** 2))
  const M = mask.length / (batch.images.length / (3 * sizePx ** 2))
  const pictures = Array.from({ length: count }, (_, b) => {
    const boxes: SheetBox[] = []
    for (let row = b * M; row < (b + 1) * M; row++) {
      if (mask[row] !== 1) continue
      const [x1, y1, x2, y2] = batch.boxesXyxyPx.subarray(row * 4, row * 4 + 4)
      const classId = batch.classes[row]!
      boxes.push({ box: [x1!, y1!, x2!, y2!], classId, label: classNames[classId] })
    }
    return { image: fromPlanes(batch.images, b, sizePx), boxes, caption: `${boxes.length} boxes` }
  })
  return pictureSheet(pictures, Math.min(4, count))
}

/** Images of the validation split, each twice: with its true boxes, and with those reported at the best confidence. */
export async function validationSheet(validation: NonNullable<TrainingMaterial['validation']>): Promise<Buffer> {
  const { dataset, truth, found, sizes, metrics } = validation
  const { confidence } = metrics.operatingPoint
  const withBoxes = truth.flatMap((image, i) => (image.classes.length > 0 ? [i] : []))
  const shown = spread(withBoxes, MOST_PICTURES / 2)
  const pictures = await Promise.all(
    shown.map(async (i) => {
      const { path } = dataset.images[i]!
      const size = sizes[i]!
      const longest = Math.max(size.width, size.height)
      const image = letterbox(await decodeImage(path, { shrinkToSidePx: longest }), size.width, size.height).image
      const { boxesXyxyPx, classes } = truth[i]!
      const real = Array.from(classes, (classId, m): SheetBox => {
        const [x1, y1, x2, y2] = boxesXyxyPx.subarray(m * 4, m * 4 + 4)
        return { box: [x1!, y1!, x2!, y2!], classId, label: dataset.classNames[classId] }
      })
      const reported = (found[i]?.detections ?? [])
        .filter((detection) => detection.confidence >= confidence)
        .map(({ box, classId, confidence: score }): SheetBox => ({
          box,
          classId,
          label: `${dataset.classNames[classId]} ${score.toFixed(2)}`,
        }))
      return [
        { image, boxes: real, caption: `true: ${basename(path)}` },
        { image, boxes: reported, caption: `predicted, from ${confidence.toFixed(2)}` },
      ]
    }),
  )
  return pictureSheet(pictures.flat(), 4)
}

function fromPlanes(images: Float32Array, index: number, sizePx: number): RgbImage {
  const pixels = sizePx ** 2
  const rgb = new Uint8Array(pixels * 3)
  for (let colour = 0; colour < 3; colour++) {
    const start = (index * 3 + colour) * pixels
    for (let i = 0; i < pixels; i++) rgb[i * 3 + colour] = Math.round(images[start + i]! * 255)
  }
  return { width: sizePx, height: sizePx, rgb }
}

/** At most `count` items, evenly taken over the list. */
function spread<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items]
  return Array.from({ length: count }, (_, i) => items[Math.floor((i * items.length) / count)]!)
}
