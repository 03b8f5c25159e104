import type { BoxXyxy } from '../admit-box.ts'
import type { LabelIssueKind, LabelOutcome } from '../label-issue.ts'
import { turnAboutCentre } from '../turned-box.ts'
import { toNumber } from '../yolo-labels.ts'
import { childOf, textOf, type XmlElement } from '../xml-elements.ts'

/**
 * Box of a Pascal VOC object.
 *
 * The format counts pixels from 1 and names the first and the last one that belong to the object: `xmin` 1 and `xmax` 10
 * are the ten pixels at the left edge, the corners 0 and 10. A 0 for `xmin` or `ymin` cannot be meant that way; the
 * file then counts from 0, or was written by a tool that does not care, and the edge of the frame is taken.
 *
 * @returns corners in pixels from the corner of the frame; undefined when there is no box, which `note` was told
 * @source PASCAL VOC 2012 development kit, "Annotation": "the top-left pixel in the image has coordinates (1, 1)"
 */
export function vocBox(
  object: XmlElement,
  note: (kind: LabelIssueKind, outcome: LabelOutcome) => void,
): BoxXyxy | undefined {
  const bounds = childOf(object, 'bndbox')
  const sides = ['xmin', 'ymin', 'xmax', 'ymax'].map((name) => toNumber(textOf(bounds, name) ?? ''))
  if (sides.some((side) => side === undefined)) {
    note(childOf(object, 'polygon') ? 'not-a-box' : 'malformed-box', 'dropped')
    return undefined
  }
  const [xmin, ymin, xmax, ymax] = sides as [number, number, number, number]
  if (xmin === 0 || ymin === 0) note('zero-based', 'changed')
  const box = [xmin === 0 ? 0 : xmin - 1, ymin === 0 ? 0 : ymin - 1, xmax, ymax] as const
  // One pixel wide is `xmin = xmax`; less than that is no box.
  if (xmax < xmin || ymax < ymin) {
    note('no-area', 'dropped')
    return undefined
  }
  const rotation = childOf(object, 'attributes')?.children.find((one) => textOf(one, 'name') === 'rotation')
  const degrees = Number(textOf(rotation, 'value') ?? 0)
  if (!Number.isFinite(degrees) || degrees % 360 === 0) return box
  note('rotated', 'changed')
  return turnAboutCentre(box, degrees)
}
