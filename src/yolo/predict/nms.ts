import { SkyloopError } from '../../core/errors.ts'
import { type Detection } from '../eval/detections.ts'
import { sortDescending } from '../eval/sort-descending.ts'
import type { NetworkOutput } from '../runtime/network-output.ts'
import { candidates } from './candidates.ts'

export interface DecodeDetectionsOptions {
  /** Which image of the batch. @default 0 */
  readonly batchIndex?: number
  /** Candidates below it are dropped. */
  readonly confidence: number
  /** Of two boxes of one class that overlap more than this, the less confident is dropped. */
  readonly iou: number
  /** Most detections returned. */
  readonly maxDetections: number
  /** Whether an anchor may report several classes, as benchmarks do, instead of its best one. @default false */
  readonly multiLabel?: boolean
}

/** Most candidates that enter suppression; the least confident beyond are dropped, which bounds the time of a worst case. */
const MAX_CANDIDATES = 30_000

/**
 * Turns a detector's raw output into boxes: threshold, then greedy non-maximum suppression within each class.
 *
 * @returns best first, boxes as xyxy in input pixels, not clipped
 * @throws SkyloopError `yolo.shape` when the output does not hold the image
 */
export function decodeDetections(output: NetworkOutput, options: DecodeDetectionsOptions): Detection[] {
  const { confidence, batchIndex = 0, multiLabel = false } = options
  if (batchIndex >= output.batch) {
    throw new SkyloopError({
      code: 'yolo.shape',
      fault: 'internal',
      message: `output of ${output.batch} images does not hold image ${batchIndex}`,
    })
  }
  const found = candidates(output, { confidence, batchIndex, multiLabel })
  const order = sortDescending(Float64Array.from(found.scores)).subarray(0, MAX_CANDIDATES)
  const boxes = new Float64Array(order.length * 4)
  for (const [i, candidate] of order.entries()) {
    for (let side = 0; side < 4; side++) boxes[i * 4 + side] = found.boxes[candidate * 4 + side]!
  }
  const classes = Int32Array.from(order, (candidate) => found.classes[candidate]!)
  return suppress(boxes, classes, options.iou, options.maxDetections).map((i) => ({
    classId: classes[i]!,
    confidence: found.scores[order[i]!]!,
    box: [boxes[i * 4]!, boxes[i * 4 + 1]!, boxes[i * 4 + 2]!, boxes[i * 4 + 3]!],
  }))
}

/**
 * Greedy non-maximum suppression within each class.
 *
 * @param boxes `[n, 4]` xyxy, best first
 * @returns indices of the kept boxes, best first, at most `maxKept`
 */
function suppress(boxes: Float64Array, classes: Int32Array, iou: number, maxKept: number): number[] {
  const kept: number[] = []
  const keptOfClass = new Map<number, number[]>()
  for (let i = 0; i < classes.length && kept.length < maxKept; i++) {
    const x1 = boxes[i * 4]!
    const y1 = boxes[i * 4 + 1]!
    const x2 = boxes[i * 4 + 2]!
    const y2 = boxes[i * 4 + 3]!
    const area = (x2 - x1) * (y2 - y1)
    const rivals = keptOfClass.get(classes[i]!) ?? []
    let free = true
    for (const r of rivals) {
      const width = Math.min(x2, boxes[r * 4 + 2]!) - Math.max(x1, boxes[r * 4]!)
      if (width <= 0) continue
      const height = Math.min(y2, boxes[r * 4 + 3]!) - Math.max(y1, boxes[r * 4 + 1]!)
      if (height <= 0) continue
      const rivalArea = (boxes[r * 4 + 2]! - boxes[r * 4]!) * (boxes[r * 4 + 3]! - boxes[r * 4 + 1]!)
      const shared = width * height
      if (shared > iou * (area + rivalArea - shared)) {
        free = false
        break
      }
    }
    if (!free) continue
    kept.push(i)
    if (rivals.length === 0) keptOfClass.set(classes[i]!, rivals)
    rivals.push(i)
  }
  return kept
}
