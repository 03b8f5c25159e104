import { isObject } from '../../../core/json.ts'
import type { BoxXyxy } from '../admit-box.ts'
import { className } from '../class-map.ts'
import type { LabelIssueKind, LabelOutcome } from '../label-issue.ts'
import type { BoxTraits } from '../labelled-image.ts'
import { turnAboutCentre, turnAboutCorner } from '../turned-box.ts'
import { boundsOf } from '../yolo-labels.ts'
import type { Region } from './task.ts'

export interface RegionBox {
  readonly className: string
  readonly boxXyxyNorm: BoxXyxy
  readonly sizePx: readonly [number, number] | undefined
  readonly traits: BoxTraits
}

const LABEL_KEYS = ['rectanglelabels', 'polygonlabels', 'ellipselabels', 'brushlabels', 'keypointlabels', 'labels']

/** Classes that a region was given; the format allows several. */
export function regionLabels(region: Region): string[] {
  const value = region['value']
  if (!isObject(value)) return []
  for (const key of LABEL_KEYS) {
    const labels = value[key]
    if (Array.isArray(labels)) return labels.filter((one): one is string => typeof one === 'string')
  }
  return []
}

/**
 * Box of one region, from percent of the image to fractions. A rectangle is turned clockwise about its top left corner,
 * an ellipse about its centre.
 *
 * @returns undefined when it bounds no object of a class, which `note` was told
 */
export function regionBox(
  region: Region,
  note: (kind: LabelIssueKind, outcome: LabelOutcome) => void,
): RegionBox | undefined {
  const drop = (kind: LabelIssueKind): undefined => note(kind, 'dropped') as undefined
  const value = region['value']
  if (!isObject(value)) return drop('malformed-box')
  const [label, ...more] = regionLabels(region)
  if (label === undefined || className(label) === '') return drop('malformed-box')
  const [width, height] = [region['original_width'], region['original_height']]
  const sizePx = isSide(width) && isSide(height) ? ([width, height] as const) : undefined
  // Labels of a page on which the image was turned by hand are of a frame that no file has.
  if (typeof region['image_rotation'] === 'number' && region['image_rotation'] % 360 !== 0) return drop('rotated')
  const box = percentBox(value, sizePx, note)
  if (typeof box === 'string') return drop(box)
  if (more.length > 0) note('several-labels', 'changed')
  const score = region['score']
  const traits = typeof score === 'number' && score >= 0 && score <= 1 ? { confidence: score } : {}
  const [x1, y1, x2, y2] = box
  return { className: className(label), boxXyxyNorm: [x1 / 100, y1 / 100, x2 / 100, y2 / 100], sizePx, traits }
}

function percentBox(
  value: Readonly<Record<string, unknown>>,
  sizePx: readonly [number, number] | undefined,
  note: (kind: LabelIssueKind, outcome: LabelOutcome) => void,
): BoxXyxy | LabelIssueKind {
  const rotation = typeof value['rotation'] === 'number' ? value['rotation'] : 0
  const isTurned = rotation % 360 !== 0
  if (isTurned && !sizePx) return 'size-unknown'
  if (isTurned) note('rotated', 'changed')
  const { x, y, width, height, radiusX, radiusY } = value as Record<string, unknown>
  if (isNumber(x) && isNumber(y) && isNumber(width) && isNumber(height)) {
    return turned([x, y, x + width, y + height], sizePx, (box) => (isTurned ? turnAboutCorner(box, rotation) : box))
  }
  if (isNumber(x) && isNumber(y) && isNumber(radiusX) && isNumber(radiusY)) {
    note('shape', 'changed')
    const box = [x - radiusX, y - radiusY, x + radiusX, y + radiusY] as const
    return turned(box, sizePx, (one) => (isTurned ? turnAboutCentre(one, rotation) : one))
  }
  const points = value['points']
  if (Array.isArray(points) && points.length >= 3) {
    const flat = (points as unknown[]).flat()
    if (!flat.every(isNumber) || flat.length !== points.length * 2) return 'malformed-box'
    note('polygon', 'changed')
    return boundsOf(flat)
  }
  return 'rle' in value || 'brushlabels' in value || 'keypointlabels' in value ? 'not-a-box' : 'malformed-box'
}

/** Turns in pixels: percent of width and of height are not the same length. */
function turned(
  [x1, y1, x2, y2]: BoxXyxy,
  sizePx: readonly [number, number] | undefined,
  turn: (box: BoxXyxy) => BoxXyxy,
): BoxXyxy {
  if (!sizePx) return [x1, y1, x2, y2]
  const [w, h] = sizePx
  const box = turn([x1 * w, y1 * h, x2 * w, y2 * h])
  return [box[0] / w, box[1] / h, box[2] / w, box[3] / h]
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number'
}

function isSide(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0
}
