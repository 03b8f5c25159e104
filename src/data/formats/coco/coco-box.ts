import { isObject } from '../../../core/json.ts'
import type { BoxXyxy } from '../admit-box.ts'
import type { LabelIssueKind, LabelOutcome } from '../label-issue.ts'
import type { BoxTraits, SourceBox } from '../labelled-image.ts'
import { readTraits } from '../read-traits.ts'
import { turnAboutCentre } from '../turned-box.ts'
import { boundsOf } from '../yolo-labels.ts'

export type CocoBox = Pick<SourceBox, 'boxXyxy' | 'traits'>

type Note = (kind: LabelIssueKind, outcome: LabelOutcome) => void

/**
 * Box of one annotation; without a `bbox` the bounds of its polygons.
 *
 * `iscrowd` and `ignore` mean a region that is not one object. Attributes as CVAT exports them (`attributes.occluded`,
 * `attributes.rotation`) and `score` are read.
 *
 * @returns undefined when there is no box, which `note` was told
 */
export function cocoBox(annotation: Readonly<Record<string, unknown>>, note: Note): CocoBox | undefined {
  const drop = (kind: LabelIssueKind): undefined => note(kind, 'dropped') as undefined
  const given = annotation['bbox']
  let box: BoxXyxy
  if (Array.isArray(given) && given.length === 4) {
    if (!given.every((side) => typeof side === 'number')) return drop('malformed-box')
    const [x, y, w, h] = given as [number, number, number, number]
    box = [x, y, x + w, y + h]
  } else {
    const bounds = given === undefined || isEmptyList(given) ? polygonBounds(annotation['segmentation']) : undefined
    if (!bounds)
      return drop(given === undefined && isObject(annotation['segmentation']) ? 'not-a-box' : 'malformed-box')
    note('polygon', 'changed')
    box = bounds
  }
  const traits: BoxTraits = readTraits({
    ...(isObject(annotation['attributes']) ? annotation['attributes'] : {}),
    ...(annotation['score'] === undefined ? {} : { confidence: annotation['score'] }),
  })
  const isCrowd = isYes(annotation['iscrowd']) || isYes(annotation['ignore'])
  const turned = traits.attributes?.['rotation']
  // The bbox of a turned box is that of the box before it was turned, so the upright box around it is larger.
  if (typeof turned === 'number' && turned % 360 !== 0) {
    note('rotated', 'changed')
    const { rotation: _, ...attributes } = traits.attributes!
    const { attributes: __, ...others } = traits
    const rest = Object.keys(attributes).length > 0 ? { ...others, attributes } : others
    return { boxXyxy: turnAboutCentre(box, turned), traits: isCrowd ? { ...rest, ignored: true } : rest }
  }
  return { boxXyxy: box, traits: isCrowd ? { ...traits, ignored: true } : traits }
}

function polygonBounds(segmentation: unknown): BoxXyxy | undefined {
  if (!Array.isArray(segmentation)) return undefined
  const points = segmentation.flat() as unknown[]
  return points.length >= 6 && points.every((value) => typeof value === 'number')
    ? boundsOf(points as number[])
    : undefined
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0
}

function isYes(value: unknown): boolean {
  return value === 1 || value === true
}
