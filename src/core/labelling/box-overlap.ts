import type { LabelledBox } from './worker-answer.ts'

/** Left, top, width, height in any one unit. */
export type BoxSides = Pick<LabelledBox, 'left' | 'top' | 'width' | 'height'>

/** Intersection over union, from 0 (apart, or without area) to 1 (equal). */
export function intersectionOverUnion(a: BoxSides, b: BoxSides): number {
  const width = Math.min(a.left + a.width, b.left + b.width) - Math.max(a.left, b.left)
  const height = Math.min(a.top + a.height, b.top + b.height) - Math.max(a.top, b.top)
  if (!(width > 0 && height > 0)) return 0
  const intersection = width * height
  return intersection / (a.width * a.height + b.width * b.height - intersection)
}

/** Two boxes of two lists, by position in each, and how much they overlap. */
export interface BoxPair {
  readonly a: number
  readonly b: number
  readonly iou: number
}

/**
 * Every pair of a box of `first` and a box of `second` that overlaps by more than `above`.
 *
 * Sweeps from left to right, so that thousands of small boxes cost no square of their number.
 *
 * @returns in no particular order
 */
export function overlappingPairs(first: readonly BoxSides[], second: readonly BoxSides[], above: number): BoxPair[] {
  const inOrder = (boxes: readonly BoxSides[]) => boxes.map((box, index) => ({ box, index })).sort(byLeft)
  const ones = inOrder(first)
  const others = inOrder(second)
  const widest = Math.max(0, ...second.map(({ width }) => width))
  const pairs: BoxPair[] = []
  let start = 0
  for (const { box, index: a } of ones) {
    while (start < others.length && (others[start] as (typeof others)[number]).box.left + widest < box.left) start++
    for (let k = start; k < others.length; k++) {
      const other = others[k] as (typeof others)[number]
      if (other.box.left >= box.left + box.width) break
      const iou = intersectionOverUnion(box, other.box)
      if (iou > above) pairs.push({ a, b: other.index, iou })
    }
  }
  return pairs
}

function byLeft(a: { box: BoxSides }, b: { box: BoxSides }): number {
  return a.box.left - b.box.left
}
