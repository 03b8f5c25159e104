import type { NamedBox } from './read-version.ts'

/** What became of the boxes of one image. */
export interface BoxChanges {
  readonly same: number
  readonly added: readonly NamedBox[]
  readonly removed: readonly NamedBox[]
  readonly moved: readonly { readonly from: NamedBox; readonly to: NamedBox; readonly iou: number }[]
  /** Of another class; moved as well, if `iou` is below 1. */
  readonly relabelled: readonly { readonly from: NamedBox; readonly to: NamedBox; readonly iou: number }[]
}

/** Boxes that overlap less are two objects. */
const SAME_OBJECT = 0.5
/** Sides that differ by less are the same, written with fewer decimals. */
const ROUNDING = 2e-6

/**
 * Pairs the boxes of an image in two versions: equal ones first, then the best overlapping ones of the same class, then of
 * different classes; at least half must overlap (IoU).
 */
export function matchBoxes(before: readonly NamedBox[], after: readonly NamedBox[]): BoxChanges {
  const pairs = before.flatMap((from, i) =>
    after.flatMap((to, j) => {
      const iou = isEqual(from, to) ? 1 : Math.min(iouOf(from, to), 1 - 1e-12)
      const sameClass = from.className === to.className
      return iou >= SAME_OBJECT ? [{ i, j, from, to, iou, sameClass }] : []
    }),
  )
  pairs.sort(
    (a, b) =>
      Number(b.iou === 1 && b.sameClass) - Number(a.iou === 1 && a.sameClass) ||
      Number(b.sameClass) - Number(a.sameClass) ||
      b.iou - a.iou,
  )
  const [usedBefore, usedAfter] = [new Set<number>(), new Set<number>()]
  const moved: BoxChanges['moved'][number][] = []
  const relabelled: BoxChanges['relabelled'][number][] = []
  let same = 0
  for (const { i, j, from, to, iou, sameClass } of pairs) {
    if (usedBefore.has(i) || usedAfter.has(j)) continue
    usedBefore.add(i)
    usedAfter.add(j)
    if (!sameClass) relabelled.push({ from, to, iou })
    else if (iou === 1) same++
    else moved.push({ from, to, iou })
  }
  return {
    same,
    added: after.filter((_, j) => !usedAfter.has(j)),
    removed: before.filter((_, i) => !usedBefore.has(i)),
    moved,
    relabelled,
  }
}

function isEqual(a: NamedBox, b: NamedBox): boolean {
  return a.boxXyxyNorm.every((side, k) => Math.abs(side - b.boxXyxyNorm[k]!) <= ROUNDING)
}

function iouOf({ boxXyxyNorm: a }: NamedBox, { boxXyxyNorm: b }: NamedBox): number {
  const w = Math.min(a[2], b[2]) - Math.max(a[0], b[0])
  const h = Math.min(a[3], b[3]) - Math.max(a[1], b[1])
  if (w <= 0 || h <= 0) return 0
  const area = (box: readonly number[]): number => (box[2]! - box[0]!) * (box[3]! - box[1]!)
  return (w * h) / (area(a) + area(b) - w * h)
}
