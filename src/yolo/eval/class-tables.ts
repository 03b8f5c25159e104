import { SkyloopError } from '../../core/errors.ts'
import type { DetectionImage, GroundTruthImage } from './detections.ts'
import { sortDescending } from './sort-descending.ts'

/** Everything about one class, detections best first over all images. Pairs are those with an IoU of at least .5. */
export interface ClassTable {
  /** `[n]`, descending. */
  readonly scores: Float64Array
  /** `[n]`, square pixels. */
  readonly areas: Float64Array
  /** `[n]`, how many better detections of this class the same image has. */
  readonly ranks: Uint16Array
  /** `[n + 1]`: detection d owns pairs `pairOffsets[d] .. pairOffsets[d + 1]`, in the order of the true boxes. */
  readonly pairOffsets: Uint32Array
  readonly pairTruths: Uint32Array
  readonly pairIous: Float64Array
  /** `[m]`, square pixels. */
  readonly truthAreas: Float64Array
  readonly truthCrowd: Uint8Array
}

/** Most detections of a class that count in one image. @source COCO detection evaluation */
export const MAX_DETECTIONS = 100

interface Flat {
  readonly boxes: Float64Array
  readonly images: Uint32Array
  /** `[K + 1]`: class k owns entries `offsets[k] .. offsets[k + 1]` of `entries`. */
  readonly offsets: Uint32Array
  readonly entries: Uint32Array
}

/**
 * Sorts all detections once and hands out one table per class.
 *
 * @throws SkyloopError `yolo.eval.input` for a class outside `[0, K)`, a number that is not finite, or images that do not correspond
 */
export function* classTables(
  truth: readonly GroundTruthImage[],
  detections: readonly DetectionImage[],
  classCount: number,
): Generator<ClassTable> {
  const imageOf = new Map(truth.map((image, index) => [image.id, index]))
  if (imageOf.size !== truth.length) throw inputError('two ground-truth images have the same id')
  const found = flattenDetections(detections, imageOf, classCount)
  const real = flattenTruth(truth, classCount)
  const scratch = { first: new Uint32Array(truth.length + 1), seen: new Uint16Array(truth.length) }
  for (let k = 0; k < classCount; k++) yield tableOf(k, found, real, scratch)
}

function tableOf(
  k: number,
  found: Flat & { readonly scores: Float64Array },
  real: Flat & { readonly areas: Float64Array; readonly crowd: Uint8Array },
  scratch: { readonly first: Uint32Array; readonly seen: Uint16Array },
): ClassTable {
  const truths = real.entries.subarray(real.offsets[k]!, real.offsets[k + 1]!)
  const { first, seen } = scratch
  // The class's true boxes lie in image order; first[i] .. first[i + 1] are those of image i.
  first.fill(0)
  for (const g of truths) first[real.images[g]! + 1]!++
  for (let i = 1; i < first.length; i++) first[i]! += first[i - 1]!

  seen.fill(0)
  const all = found.entries.subarray(found.offsets[k]!, found.offsets[k + 1]!)
  const kept = new Uint32Array(all.length)
  const ranks = new Uint16Array(all.length)
  let n = 0
  for (const d of all) {
    const rank = seen[found.images[d]!]!++
    if (rank >= MAX_DETECTIONS) {
      seen[found.images[d]!] = MAX_DETECTIONS
      continue
    }
    ranks[n] = rank
    kept[n++] = d
  }
  const scores = new Float64Array(n)
  const areas = new Float64Array(n)
  const pairOffsets = new Uint32Array(n + 1)
  const pairTruths: number[] = []
  const pairIous: number[] = []
  for (let i = 0; i < n; i++) {
    const d = kept[i]!
    const b = d * 4
    const x1 = found.boxes[b]!
    const y1 = found.boxes[b + 1]!
    const x2 = found.boxes[b + 2]!
    const y2 = found.boxes[b + 3]!
    const area = (x2 - x1) * (y2 - y1)
    scores[i] = found.scores[d]!
    areas[i] = area
    const image = found.images[d]!
    for (let local = first[image]!; local < first[image + 1]!; local++) {
      const g = truths[local]!
      const c = g * 4
      const width = Math.min(x2, real.boxes[c + 2]!) - Math.max(x1, real.boxes[c]!)
      if (width <= 0) continue
      const height = Math.min(y2, real.boxes[c + 3]!) - Math.max(y1, real.boxes[c + 1]!)
      if (height <= 0) continue
      const shared = width * height
      const truthArea = (real.boxes[c + 2]! - real.boxes[c]!) * (real.boxes[c + 3]! - real.boxes[c + 1]!)
      const iou = shared / (real.crowd[g] === 1 ? area : area + truthArea - shared)
      if (iou < 0.5) continue
      pairTruths.push(local)
      pairIous.push(iou)
    }
    pairOffsets[i + 1] = pairTruths.length
  }
  return {
    scores,
    areas,
    ranks: ranks.subarray(0, n),
    pairOffsets,
    pairTruths: Uint32Array.from(pairTruths),
    pairIous: Float64Array.from(pairIous),
    truthAreas: Float64Array.from(truths, (g) => real.areas[g]!),
    truthCrowd: Uint8Array.from(truths, (g) => real.crowd[g]!),
  }
}

function flattenDetections(
  detections: readonly DetectionImage[],
  imageOf: ReadonlyMap<string, number>,
  classCount: number,
): Flat & { readonly scores: Float64Array } {
  const perImage: (DetectionImage | undefined)[] = Array.from({ length: imageOf.size }, () => undefined)
  for (const image of detections) {
    const index = imageOf.get(image.id)
    if (index === undefined) throw inputError(`detections for an image without ground truth: "${image.id}"`)
    if (perImage[index]) throw inputError(`two lists of detections for the image "${image.id}"`)
    perImage[index] = image
  }
  const total = detections.reduce((sum, image) => sum + image.detections.length, 0)
  const boxes = new Float64Array(total * 4)
  const images = new Uint32Array(total)
  const scores = new Float64Array(total)
  const classes = new Uint32Array(total)
  let n = 0
  for (const [index, image] of perImage.entries()) {
    for (const { box, confidence, classId } of image?.detections ?? []) {
      checkClass(classId, classCount, image!.id)
      if (!Number.isFinite(confidence + box[0] + box[1] + box[2] + box[3])) {
        throw inputError(`a detection of "${image!.id}" is not finite`)
      }
      boxes[n * 4] = box[0]
      boxes[n * 4 + 1] = box[1]
      boxes[n * 4 + 2] = box[2]
      boxes[n * 4 + 3] = box[3]
      images[n] = index
      scores[n] = confidence
      classes[n++] = classId
    }
  }
  return { boxes, images, scores, ...groupByClass(classes, sortDescending(scores), classCount) }
}

function flattenTruth(
  truth: readonly GroundTruthImage[],
  classCount: number,
): Flat & { readonly areas: Float64Array; readonly crowd: Uint8Array } {
  const total = truth.reduce((sum, image) => sum + image.classes.length, 0)
  const boxes = new Float64Array(total * 4)
  const images = new Uint32Array(total)
  const areas = new Float64Array(total)
  const crowd = new Uint8Array(total)
  const classes = new Uint32Array(total)
  let n = 0
  for (const [index, image] of truth.entries()) {
    if (image.boxesXyxyPx.length !== image.classes.length * 4) {
      throw inputError(`"${image.id}" has ${image.boxesXyxyPx.length} box numbers for ${image.classes.length} classes`)
    }
    for (let m = 0; m < image.classes.length; m++) {
      checkClass(image.classes[m]!, classCount, image.id)
      for (let side = 0; side < 4; side++) boxes[n * 4 + side] = image.boxesXyxyPx[m * 4 + side]!
      images[n] = index
      areas[n] = image.areas?.[m] ?? (boxes[n * 4 + 2]! - boxes[n * 4]!) * (boxes[n * 4 + 3]! - boxes[n * 4 + 1]!)
      crowd[n] = image.crowd?.[m] ?? 0
      classes[n++] = image.classes[m]!
    }
  }
  const order = Uint32Array.from({ length: total }, (_, i) => i)
  return { boxes, images, areas, crowd, ...groupByClass(classes, order, classCount) }
}

/** Stable counting sort of `order` by class. */
function groupByClass(
  classes: Uint32Array,
  order: Uint32Array,
  classCount: number,
): { offsets: Uint32Array; entries: Uint32Array } {
  const offsets = new Uint32Array(classCount + 1)
  for (const k of classes) offsets[k + 1]!++
  for (let k = 0; k < classCount; k++) offsets[k + 1]! += offsets[k]!
  const next = offsets.slice()
  const entries = new Uint32Array(order.length)
  for (const index of order) entries[next[classes[index]!]!++] = index
  return { offsets, entries }
}

function checkClass(classId: number, classCount: number, image: string): void {
  if (!Number.isInteger(classId) || classId < 0 || classId >= classCount) {
    throw inputError(`class ${classId} of "${image}" is outside 0 .. ${classCount - 1}`)
  }
}

function inputError(message: string): SkyloopError {
  return new SkyloopError({ code: 'yolo.eval.input', message })
}
