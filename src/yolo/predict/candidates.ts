import { internalError } from '../../core/errors.ts'
import { atLeast, logit } from '../runtime/at-least.ts'
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
  if (output.kind === 'head' && options.confidence < output.confidence) {
    throw internalError(`boxes below ${output.confidence} were not predicted, and ${options.confidence} is asked for`)
  }
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
  const hits = atLeast(scores, options.confidence)
  for (const index of options.multiLabel ? hits : bestOfAnchors(scores, anchors, hits)) {
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
  const start = options.batchIndex * classCount * cells
  const logits = level.classes.subarray(start, start + classCount * cells)
  const least = logit(options.confidence)
  const hits = level.hits ? within(level.hits, start, logits, least) : atLeast(logits, least)
  // A cell that reports several classes reports one box.
  const boxes = new Map<number, readonly number[]>()
  for (const index of options.multiLabel ? hits : bestOfAnchors(logits, cells, hits)) {
    const cell = index % cells
    let box = boxes.get(cell)
    if (!box) boxes.set(cell, (box = boxOfCell(level, options.batchIndex, cell)))
    found.classes.push(Math.trunc(index / cells))
    found.scores.push(1 / (1 + Math.exp(-logits[index]!)))
    found.boxes.push(...box)
  }
}

/** Those of `indices` that lie in one image, counted from its first value, and reach `least`. */
function within(indices: readonly number[], start: number, values: Float32Array, least: number): number[] {
  return indices.map((index) => index - start).filter((index) => values[index]! >= least)
}

/** xyxy in input pixels. */
function boxOfCell({ stride, width, height, distances }: LevelValues, batchIndex: number, cell: number): number[] {
  const x = (cell % width) + 0.5
  const y = Math.trunc(cell / width) + 0.5
  const at = batchIndex * height * width + cell
  const [left, top, right, bottom] = [0, 1, 2, 3].map((side) => distances.of(at, side)) as [
    number,
    number,
    number,
    number,
  ]
  return [(x - left) * stride, (y - top) * stride, (x + right) * stride, (y + bottom) * stride]
}

/**
 * Of each anchor the best class, the first of equals.
 *
 * @param scores `[K, A]`
 * @param hits ascending indices into `scores`
 */
function bestOfAnchors(scores: Float32Array, anchors: number, hits: readonly number[]): Iterable<number> {
  const best = new Map<number, number>()
  for (const index of hits) {
    const rival = best.get(index % anchors)
    if (rival === undefined || scores[index]! > scores[rival]!) best.set(index % anchors, index)
  }
  return best.values()
}
