import type { LabelledBox } from '../../core/labelling/worker-answer.ts'
import { BOX_LIMIT } from '../../core/labelling/worker-answer.ts'
import { isObject } from '../../core/json.ts'
import type { WireBox } from '../page/protocol.ts'
import { unfit } from './json-body.ts'

/**
 * Reads boxes that the page sent. Whether they fit image and labels, the task's source judges.
 *
 * @throws SkyloopError `label.request`
 */
export function readWireBoxes(value: unknown): readonly WireBox[] {
  if (!Array.isArray(value) || value.length > BOX_LIMIT) throw unfit(`has no list of at most ${BOX_LIMIT} boxes`)
  return value.map((box: unknown, i): WireBox => {
    if (!isObject(box)) throw unfit(`has a box ${i} that is no object`)
    const { label, left, top, width, height, proposed, confidence } = box
    if (typeof label !== 'string') throw unfit(`has a box ${i} without a label`)
    const [x, y, w, h] = [left, top, width, height].map((side) => {
      if (typeof side === 'number' && Number.isFinite(side)) return side
      throw unfit(`has a box ${i} whose sides are not numbers`)
    }) as [number, number, number, number]
    return {
      label,
      left: x,
      top: y,
      width: w,
      height: h,
      ...(proposed === true ? { proposed } : {}),
      ...(typeof confidence === 'number' ? { confidence } : {}),
    }
  })
}

/** What a person stands for: nothing that is only proposed. */
export function acceptedBoxes(boxes: readonly WireBox[]): readonly LabelledBox[] {
  return boxes
    .filter(({ proposed }) => proposed !== true)
    .map(({ label, left, top, width, height }) => ({ label, left, top, width, height }))
}
