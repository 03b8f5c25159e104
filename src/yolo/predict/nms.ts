import { SkyloopError } from '../../core/errors.ts'
import { type Detection } from '../eval/detections.ts'
import { sortDescending } from '../eval/sort-descending.ts'

export interface DecodeDetectionsOptions {
  /** K */
  readonly classCount: number
  /** A */
  readonly anchors: number
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
 * @param output0 `[B, 4 + K, A]`: cx cy w h in input pixels, then class probabilities
 * @returns best first, boxes as xyxy in input pixels, not clipped
 * @throws SkyloopError `yolo.shape` when `output0` does not hold the image
 */
export function decodeDetections(output0: Float32Array, options: DecodeDetectionsOptions): Detection[] {
  const { classCount, anchors, confidence, multiLabel = false } = options
  const start = (options.batchIndex ?? 0) * (4 + classCount) * anchors
  if (output0.length < start + (4 + classCount) * anchors) {
    throw new SkyloopError({
      code: 'yolo.shape',
      message: `output of ${output0.length} numbers does not hold image ${options.batchIndex ?? 0} of [4 + ${classCount}, ${anchors}]`,
    })
  }
  const foundAnchors: number[] = []
  const foundClasses: number[] = []
  const foundScores: number[] = []
  const found = (a: number, k: number, score: number): void => {
    foundAnchors.push(a)
    foundClasses.push(k)
    foundScores.push(score)
  }
  const { scores, classes: bestClasses } = bestClassOfAnchors(output0, start + 4 * anchors, classCount, anchors)
  for (let a = 0; a < anchors; a++) {
    if (scores[a]! < confidence) continue
    if (!multiLabel) {
      found(a, bestClasses[a]!, scores[a]!)
      continue
    }
    for (let k = 0; k < classCount; k++) {
      const score = output0[start + (4 + k) * anchors + a]!
      if (score >= confidence) found(a, k, score)
    }
  }

  const order = sortDescending(Float64Array.from(foundScores)).subarray(0, MAX_CANDIDATES)
  const boxes = new Float64Array(order.length * 4)
  for (const [i, candidate] of order.entries()) {
    const a = start + foundAnchors[candidate]!
    const halfWidth = output0[a + 2 * anchors]! / 2
    const halfHeight = output0[a + 3 * anchors]! / 2
    boxes[i * 4] = output0[a]! - halfWidth
    boxes[i * 4 + 1] = output0[a + anchors]! - halfHeight
    boxes[i * 4 + 2] = output0[a]! + halfWidth
    boxes[i * 4 + 3] = output0[a + anchors]! + halfHeight
  }
  const classes = Int32Array.from(order, (candidate) => foundClasses[candidate]!)
  return suppress(boxes, classes, options.iou, options.maxDetections).map((i) => ({
    classId: classes[i]!,
    confidence: foundScores[order[i]!]!,
    box: [boxes[i * 4]!, boxes[i * 4 + 1]!, boxes[i * 4 + 2]!, boxes[i * 4 + 3]!],
  }))
}

/** Each anchor's best class, the first of equals. Classes outside, anchors inside: the order in which they lie in memory. */
function bestClassOfAnchors(
  output0: Float32Array,
  start: number,
  classCount: number,
  anchors: number,
): { readonly scores: Float32Array; readonly classes: Int32Array } {
  const scores = output0.slice(start, start + anchors)
  const classes = new Int32Array(anchors)
  for (let k = 1; k < classCount; k++) {
    const row = start + k * anchors
    for (let a = 0; a < anchors; a++) {
      const score = output0[row + a]!
      if (score > scores[a]!) {
        scores[a] = score
        classes[a] = k
      }
    }
  }
  return { scores, classes }
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
