import type { BoxXyxy } from './admit-box.ts'
import type { LabelLedger } from './label-issue.ts'
import type { ReadyBox } from './labelled-image.ts'

/**
 * Sides closer than this to a whole pixel are one: six decimals of a fraction are half a thousandth of a pixel off in
 * 1,000 px and a fiftieth in 30,000 px.
 */
const EXACT_PX = 0.05

/**
 * A box on whole pixels, at least one wide and high, within the frame; the ledger is told when that moves a side.
 *
 * @returns corners in whole pixels from the corner of the frame
 */
export function wholePixels(
  { boxXyxyPx, place }: ReadyBox,
  [w, h]: readonly [number, number],
  ledger: LabelLedger,
): BoxXyxy {
  const [x1, y1, x2, y2] = boxXyxyPx.map(Math.round) as [number, number, number, number]
  const [left, top] = [Math.min(x1, w - 1), Math.min(y1, h - 1)]
  const box = [left, top, Math.max(x2, left + 1), Math.max(y2, top + 1)] as const
  if (box.some((side, k) => Math.abs(side - boxXyxyPx[k]!) > EXACT_PX)) ledger.issue('rounded', 'changed', place)
  return box
}
