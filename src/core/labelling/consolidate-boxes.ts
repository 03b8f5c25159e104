import { intersectionOverUnion, overlappingPairs } from './box-overlap.ts'
import type { LabelledBox } from './worker-answer.ts'

/** Boxes that one worker drew on an image. */
export interface WorkerBoxes {
  readonly worker: string
  readonly boxes: readonly LabelledBox[]
}

/** A box that the workers agree on, in whole pixels. */
export interface ConsolidatedBox extends LabelledBox {
  /** From 0 to 1 in steps of 0.01; 0 when only one worker was asked, as nobody can agree with them. */
  readonly confidence: number
  /** Who drew it, under whatever label. */
  readonly workers: readonly string[]
}

export interface Consolidation {
  /** From top to bottom, then from left to right. */
  readonly boxes: readonly ConsolidatedBox[]
  /** Drawn by fewer than half of the workers: not in the output, and told rather than lost. */
  readonly outvoted: readonly ConsolidatedBox[]
}

/** Boxes of two workers are of one object when they overlap by more than this. */
export const SAME_OBJECT_IOU = 0.5

interface Drawn {
  readonly worker: number
  readonly box: LabelledBox
}

/**
 * Makes one set of boxes out of those of several workers.
 *
 * 1. Pairs of boxes of different workers with IoU > 0.5 join into clusters, the best overlap first (at equal overlap, those of
 *    equal label first); a cluster holds at most one box of a worker.
 * 2. A cluster's sides are the means of its boxes' sides, in whole pixels; its label is that with most votes, at a tie
 *    the one that stands first in `labels`.
 * 3. Its confidence is the share of all workers who gave that label, times the mean IoU of the cluster's boxes with the
 *    mean box. With one worker it is 0.
 * 4. Clusters of fewer than half of the workers are outvoted.
 *
 * The order of workers changes nothing.
 *
 * @param answers one entry a worker, those who drew nothing included
 * @param labels classes in order
 */
export function consolidateBoxes(answers: readonly WorkerBoxes[], labels: readonly string[]): Consolidation {
  const inOrder = answers.toSorted((a, b) => (a.worker < b.worker ? -1 : a.worker > b.worker ? 1 : 0))
  const clusters = clusterBoxes(inOrder)
  const boxes: ConsolidatedBox[] = []
  const outvoted: ConsolidatedBox[] = []
  for (const cluster of clusters) {
    const box = meanBox(cluster, inOrder, labels)
    ;(2 * cluster.length >= inOrder.length ? boxes : outvoted).push(box)
  }
  return { boxes: boxes.sort(readingOrder), outvoted: outvoted.sort(readingOrder) }
}

function clusterBoxes(answers: readonly WorkerBoxes[]): (readonly Drawn[])[] {
  const drawn: Drawn[] = answers.flatMap(({ boxes }, worker) => boxes.map((box) => ({ worker, box })))
  const firstOf: number[] = []
  let count = 0
  for (const { boxes } of answers) {
    firstOf.push(count)
    count += boxes.length
  }
  const pairs = answers.flatMap((one, a) =>
    answers.slice(a + 1).flatMap((other, offset) =>
      overlappingPairs(one.boxes, other.boxes, SAME_OBJECT_IOU).map((pair) => ({
        a: (firstOf[a] as number) + pair.a,
        b: (firstOf[a + 1 + offset] as number) + pair.b,
        iou: pair.iou,
      })),
    ),
  )
  const hasOneLabel = ({ a, b }: { a: number; b: number }) => Number(drawn[a]?.box.label === drawn[b]?.box.label)
  pairs.sort((p, q) => q.iou - p.iou || hasOneLabel(q) - hasOneLabel(p) || p.a - q.a || p.b - q.b)
  const clusterOf = drawn.map((one) => [one])
  const positions = new Map(drawn.map((one, index) => [one, index]))
  for (const { a, b } of pairs) {
    const first = clusterOf[a] as Drawn[]
    const second = clusterOf[b] as Drawn[]
    if (first === second) continue
    const workers = new Set(first.map(({ worker }) => worker))
    if (second.some(({ worker }) => workers.has(worker))) continue
    first.push(...second)
    for (const one of second) clusterOf[positions.get(one) as number] = first
  }
  return [...new Set(clusterOf)]
}

function meanBox(
  cluster: readonly Drawn[],
  answers: readonly WorkerBoxes[],
  labels: readonly string[],
): ConsolidatedBox {
  const mean = (side: (box: LabelledBox) => number) =>
    cluster.reduce((sum, { box }) => sum + side(box), 0) / cluster.length
  const exact = {
    left: mean(({ left }) => left),
    top: mean(({ top }) => top),
    width: mean(({ width }) => width),
    height: mean(({ height }) => height),
  }
  const votes = new Map<string, number>()
  for (const { box } of cluster) votes.set(box.label, (votes.get(box.label) ?? 0) + 1)
  const [[label, count]] = [...votes].sort(
    ([a, ofA], [b, ofB]) => ofB - ofA || labels.indexOf(a) - labels.indexOf(b),
  ) as [[string, number]]
  const overlap = cluster.reduce((sum, { box }) => sum + intersectionOverUnion(box, exact), 0) / cluster.length
  const confidence = answers.length < 2 ? 0 : Math.round((count / answers.length) * overlap * 100) / 100
  const workers = cluster.map(({ worker }) => (answers[worker] as WorkerBoxes).worker).sort()
  return { label, ...wholePixels(exact), confidence, workers }
}

/** Nearest whole sides; at least one pixel wide and high. */
function wholePixels({ left, top, width, height }: Omit<LabelledBox, 'label'>): Omit<LabelledBox, 'label'> {
  const x = Math.round(left)
  const y = Math.round(top)
  const w = Math.round(left + width) - x
  const h = Math.round(top + height) - y
  // A sliver that rounding would lose: the pixel in which it lies.
  const [x1, w1] = w > 0 ? [x, w] : [Math.floor(left), 1]
  const [y1, h1] = h > 0 ? [y, h] : [Math.floor(top), 1]
  return { left: x1, top: y1, width: w1, height: h1 }
}

function readingOrder(a: ConsolidatedBox, b: ConsolidatedBox): number {
  return a.top - b.top || a.left - b.left || b.height - a.height || b.width - a.width || (a.label < b.label ? -1 : 1)
}
