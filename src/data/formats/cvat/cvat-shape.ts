import type { BoxXyxy } from '../admit-box.ts'
import type { LabelIssueKind } from '../label-issue.ts'
import type { SourceBox } from '../labelled-image.ts'
import { readTraits } from '../read-traits.ts'
import { turnAboutCentre } from '../turned-box.ts'
import type { XmlElement } from '../xml-elements.ts'
import { boundsOf, toNumber } from '../yolo-labels.ts'

/**
 * Box of a CVAT shape. Polygons, masks and ellipses bound an area and become its bounds; tags, lines, points, skeletons
 * and cuboids do not.
 *
 * @param note told of each change
 * @returns why there is no box, when there is none
 */
export function cvatShape(
  shape: XmlElement,
  note: (kind: LabelIssueKind) => void,
): Pick<SourceBox, 'boxXyxy' | 'traits'> | LabelIssueKind {
  const bounds = boundsOfShape(shape)
  if (typeof bounds === 'string') return bounds
  if (shape.name !== 'box') note(shape.name === 'polygon' ? 'polygon' : 'shape')
  const degrees = toNumber(shape.attributes.get('rotation') ?? '0')
  if (degrees === undefined || !Number.isFinite(degrees)) return 'malformed-box'
  const isTurned = degrees % 360 !== 0 && (shape.name === 'box' || shape.name === 'ellipse')
  if (isTurned) note('rotated')
  const given: [string, unknown][] = [...shape.children]
    .filter((child) => child.name === 'attribute')
    .map((child) => [child.attributes.get('name') ?? '', child.text])
  const occluded = shape.attributes.get('occluded')
  if (occluded !== undefined) given.push(['occluded', occluded])
  return {
    boxXyxy: isTurned ? turnAboutCentre(bounds, degrees) : bounds,
    traits: readTraits(Object.fromEntries(given)),
  }
}

function boundsOfShape(shape: XmlElement): BoxXyxy | LabelIssueKind {
  const numbers = (...names: string[]): number[] | undefined => {
    const values = names.map((name) => toNumber(shape.attributes.get(name) ?? ''))
    return values.some((value) => value === undefined) ? undefined : (values as number[])
  }
  switch (shape.name) {
    case 'box': {
      const sides = numbers('xtl', 'ytl', 'xbr', 'ybr')
      return sides ? [sides[0]!, sides[1]!, sides[2]!, sides[3]!] : 'malformed-box'
    }
    case 'mask': {
      const sides = numbers('left', 'top', 'width', 'height')
      return sides ? [sides[0]!, sides[1]!, sides[0]! + sides[2]!, sides[1]! + sides[3]!] : 'malformed-box'
    }
    case 'ellipse': {
      const [cx, cy, rx, ry] = numbers('cx', 'cy', 'rx', 'ry') ?? []
      if (cx === undefined || cy === undefined || rx === undefined || ry === undefined) return 'malformed-box'
      return [cx - rx, cy - ry, cx + rx, cy + ry]
    }
    case 'polygon': {
      const points = (shape.attributes.get('points') ?? '').split(/[;,]/).map(toNumber)
      return points.length >= 6 && !points.includes(undefined) ? boundsOf(points as number[]) : 'malformed-box'
    }
    default:
      return 'not-a-box'
  }
}
