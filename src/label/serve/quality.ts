import { overlappingPairs } from '../../core/labelling/box-overlap.ts'
import { consolidateBoxes, SAME_OBJECT_IOU } from '../../core/labelling/consolidate-boxes.ts'
import type { LabelledBox } from '../../core/labelling/worker-answer.ts'
import type { QualityReport } from '../page/protocol.ts'
import type { StoredAnswer } from '../tasks/stored-answers.ts'

/** Boxes of two lists that show one object, counted. */
interface Matched {
  readonly matches: number
  readonly iouSum: number
  readonly first: number
  readonly second: number
}

const NONE: Matched = { matches: 0, iouSum: 0, first: 0, second: 0 }

/** Compares every pair of workers, and each worker with the consensus, over the images that at least two have answered. */
export function qualityOf(images: number, answers: readonly StoredAnswer[], labels: readonly string[]): QualityReport {
  const pairs = new Map<string, Matched & { a: string; b: string; images: number }>()
  const against = new Map<string, Matched>()
  let compared = 0
  for (const given of Map.groupBy(answers, ({ objectId }) => objectId).values()) {
    if (given.length < 2) continue
    compared++
    const drawn = given
      .map(({ worker, answer }) => ({ worker, boxes: answer.annotatedResult.boundingBoxes }))
      .toSorted((a, b) => (a.worker < b.worker ? -1 : 1))
    const consensus = consolidateBoxes(drawn, labels).boxes
    for (const [i, one] of drawn.entries()) {
      against.set(one.worker, add(against.get(one.worker) ?? NONE, match(one.boxes, consensus)))
      for (const other of drawn.slice(i + 1)) {
        const key = `${one.worker} ${other.worker}`
        const before = pairs.get(key) ?? { ...NONE, a: one.worker, b: other.worker, images: 0 }
        pairs.set(key, { ...before, ...add(before, match(one.boxes, other.boxes)), images: before.images + 1 })
      }
    }
  }
  const workers = [...Map.groupBy(answers, ({ worker }) => worker)].map(([worker, given]) => {
    const sums = against.get(worker)
    const seconds = given.map(({ acceptedAtMs, submittedAtMs }) => (submittedAtMs - acceptedAtMs) / 1000)
    return {
      worker,
      images: given.length,
      boxes: given.reduce((sum, { answer }) => sum + answer.annotatedResult.boundingBoxes.length, 0),
      ...(sums && { precision: share(sums.matches, sums.first), recall: share(sums.matches, sums.second) }),
      ...(sums && sums.matches > 0 && { meanIou: sums.iouSum / sums.matches }),
      medianSeconds: median(seconds),
    }
  })
  return {
    images,
    compared,
    pairs: [...pairs.values()].map(({ a, b, images: both, matches, iouSum, first, second }) => ({
      a,
      b,
      images: both,
      // Two workers who both drew nothing agree.
      f1: first + second === 0 ? 1 : (2 * matches) / (first + second),
      meanIou: matches === 0 ? 0 : iouSum / matches,
    })),
    workers: workers.sort((a, b) => (a.worker < b.worker ? -1 : 1)),
  }
}

/** Pairs boxes of one label, best overlap first, each box at most once. */
function match(first: readonly LabelledBox[], second: readonly LabelledBox[]): Matched {
  const usedFirst = new Set<number>()
  const usedSecond = new Set<number>()
  let iouSum = 0
  for (const { a, b, iou } of overlappingPairs(first, second, SAME_OBJECT_IOU).sort((p, q) => q.iou - p.iou)) {
    if (first[a]?.label !== second[b]?.label || usedFirst.has(a) || usedSecond.has(b)) continue
    usedFirst.add(a)
    usedSecond.add(b)
    iouSum += iou
  }
  return { matches: usedFirst.size, iouSum, first: first.length, second: second.length }
}

const add = (one: Matched, other: Matched): Matched => ({
  matches: one.matches + other.matches,
  iouSum: one.iouSum + other.iouSum,
  first: one.first + other.first,
  second: one.second + other.second,
})

/** Nothing of nothing is all of it. */
const share = (part: number, whole: number): number => (whole === 0 ? 1 : part / whole)

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
