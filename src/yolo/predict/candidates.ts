import { BINS } from '../model/scales.ts'
import type { BoxesOutput, LevelValues, NetworkOutput } from '../runtime/network-output.ts'

/** Boxes above a confidence, in no particular order. */
export interface Candidates {
  readonly classes: number[]
  readonly scores: number[]
  /** `[n, 4]` xyxy in input pixels */
  readonly boxes: number[]
}

export interface CandidateOptions {
  /** Which image of the batch. */
  readonly batchIndex: number
  readonly confidence: number
  /** Whether an anchor may report several classes instead of its best one, the first of equals. */
  readonly multiLabel: boolean
}

/** The boxes of one image whose class probability is at least `confidence`. */
export function candidates(output: NetworkOutput, options: CandidateOptions): Candidates {
  const found: Candidates = { classes: [], scores: [], boxes: [] }
  if (output.kind === 'boxes') collectBoxes(output, options, found)
  else for (const level of output.levels) collectLevel(level, output.classCount, options, found)
  return found
}

function collectBoxes(
  { values, anchors, classCount }: BoxesOutput,
  options: CandidateOptions,
  found: Candidates,
): void {
  const start = options.batchIndex * (4 + classCount) * anchors
  const scores = values.subarray(start + 4 * anchors, start + (4 + classCount) * anchors)
  const hits = above(scores, anchors, options.confidence, options.multiLabel)
  for (const index of hits) {
    const a = start + (index % anchors)
    const halfWidth = values[a + 2 * anchors]! / 2
    const halfHeight = values[a + 3 * anchors]! / 2
    const [x, y] = [values[a]!, values[a + anchors]!]
    found.classes.push(Math.trunc(index / anchors))
    found.scores.push(scores[index]!)
    found.boxes.push(x - halfWidth, y - halfHeight, x + halfWidth, y + halfHeight)
  }
}

function collectLevel(level: LevelValues, classCount: number, options: CandidateOptions, found: Candidates): void {
  const cells = level.height * level.width
  const logits = level.classes.subarray(
    options.batchIndex * classCount * cells,
    (options.batchIndex + 1) * classCount * cells,
  )
  const least = Math.log(options.confidence / (1 - options.confidence))
  // A cell that reports several classes reports one box.
  const boxes = new Map<number, readonly number[]>()
  for (const index of above(logits, cells, least, options.multiLabel)) {
    const cell = index % cells
    let box = boxes.get(cell)
    if (!box) boxes.set(cell, (box = boxOfCell(level, options.batchIndex, cell)))
    found.classes.push(Math.trunc(index / cells))
    found.scores.push(1 / (1 + Math.exp(-logits[index]!)))
    found.boxes.push(...box)
  }
}

/** xyxy in input pixels. */
function boxOfCell({ stride, width, height, distances }: LevelValues, batchIndex: number, cell: number): number[] {
  const cells = height * width
  const x = (cell % width) + 0.5
  const y = Math.trunc(cell / width) + 0.5
  // Left, top, right, bottom: each a distribution over R bins, one bin in each plane of cells.
  const first = batchIndex * 4 * BINS * cells + cell
  const side = (i: number): number => expectedDistance(distances, first + i * BINS * cells, cells)
  return [(x - side(0)) * stride, (y - side(1)) * stride, (x + side(2)) * stride, (y + side(3)) * stride]
}

/** Mean of a distribution whose R logits lie `step` apart. @source arXiv:2006.04388, eq. 3 */
function expectedDistance(logits: Float32Array, first: number, step: number): number {
  let greatest = -Infinity
  for (let r = 0; r < BINS; r++) greatest = Math.max(greatest, logits[first + r * step]!)
  let sum = 0
  let weighted = 0
  for (let r = 0; r < BINS; r++) {
    const weight = Math.exp(logits[first + r * step]! - greatest)
    sum += weight
    weighted += r * weight
  }
  return weighted / sum
}

/**
 * Where scores are at least `least`; of each anchor all classes, or the best.
 *
 * @param scores `[K, A]`, read once in the order of memory, because nearly all of them are too small
 * @returns indices into `scores`
 */
function above(scores: Float32Array, anchors: number, least: number, multiLabel: boolean): Iterable<number> {
  const hits = atLeast(scores, least)
  if (multiLabel) return hits
  const best = new Map<number, number>()
  for (const index of hits) {
    const rival = best.get(index % anchors)
    if (rival === undefined || scores[index]! > scores[rival]!) best.set(index % anchors, index)
  }
  return best.values()
}

/** Indices of the values that are at least `least`. Eight at a time take a third of the time of one at a time. */
function atLeast(v: Float32Array, least: number): number[] {
  const hits: number[] = []
  const whole = v.length - (v.length % 8)
  for (let i = 0; i < whole; i += 8) {
    const some =
      v[i]! >= least ||
      v[i + 1]! >= least ||
      v[i + 2]! >= least ||
      v[i + 3]! >= least ||
      v[i + 4]! >= least ||
      v[i + 5]! >= least ||
      v[i + 6]! >= least ||
      v[i + 7]! >= least
    if (!some) continue
    for (let j = i; j < i + 8; j++) if (v[j]! >= least) hits.push(j)
  }
  for (let j = whole; j < v.length; j++) if (v[j]! >= least) hits.push(j)
  return hits
}
