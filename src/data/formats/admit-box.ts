import type { LabelIssueKind, LabelOutcome } from './label-issue.ts'

/** Corners: left, top, right, bottom. The unit stands in the name of the value. */
export type BoxXyxy = readonly [number, number, number, number]

/** Box sides beyond the frame by less than this fraction of it are rounding, cut without a word. */
const ROUNDING = 1e-4

/**
 * Decides whether a box can stand in a data set, and cuts it at the frame.
 *
 * A box that overlaps the frame is kept however far it reaches beyond it: people draw past the edge, and what is visible
 * is still there. What is cut by more than a ten-thousandth of the frame is noted.
 *
 * @param boxXyxyNorm corners as fractions of the frame; any numbers
 * @param imageSizePx width and height, to tell tiny boxes; without it they are not looked for
 * @param note told of everything that is wrong or odd with it
 * @returns corners within [0, 1] with area; undefined when the box was dropped, which `note` was told
 */
export function admitBox(
  boxXyxyNorm: BoxXyxy,
  imageSizePx: readonly [number, number] | undefined,
  note: (kind: LabelIssueKind, outcome: LabelOutcome) => void,
): BoxXyxy | undefined {
  const [x1, y1, x2, y2] = boxXyxyNorm
  const drop = (kind: LabelIssueKind): undefined => note(kind, 'dropped') as undefined
  if (!boxXyxyNorm.every(Number.isFinite)) return drop('not-finite')
  if (!(x2 > x1 && y2 > y1)) return drop('no-area')
  if (x2 <= 0 || y2 <= 0 || x1 >= 1 || y1 >= 1) return drop('outside')
  const box = [clamp(x1), clamp(y1), clamp(x2), clamp(y2)] as const
  const [w, h] = [box[2] - box[0], box[3] - box[1]]
  if (x1 < -ROUNDING || y1 < -ROUNDING || x2 > 1 + ROUNDING || y2 > 1 + ROUNDING) note('clipped', 'changed')
  if (!(w > 0 && h > 0)) return drop('no-area')
  if (imageSizePx && (w * imageSizePx[0] < 2 || h * imageSizePx[1] < 2)) note('tiny', 'kept')
  if (box[0] < ROUNDING && box[1] < ROUNDING && box[2] > 1 - ROUNDING && box[3] > 1 - ROUNDING)
    note('whole-frame', 'kept')
  else if (w * h > 0.9) note('huge', 'kept')
  return box
}

/** Equal for two boxes of one class whose corners differ by less than about a hundred-thousandth of the frame. */
export function boxKey(classOfBox: string | number, boxXyxyNorm: BoxXyxy): string {
  return `${classOfBox} ${boxXyxyNorm.map((side) => side.toFixed(5)).join(' ')}`
}

function clamp(value: number): number {
  return value < 0 ? 0 : value > 1 ? 1 : value
}
