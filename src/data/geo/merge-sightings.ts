import { localFrame, type GeoPoint, type LocalPoint } from './local-frame.ts'
import type { Sighting } from './detection-features.ts'

/** One object on the ground, seen in one image or several. */
export interface MergedObject {
  /** Mean of the places, weighted by confidence. */
  readonly place: GeoPoint
  /** The surest first; at most one of each image. */
  readonly sightings: readonly Sighting[]
  /** Metres from the mean to the sighting farthest from it. */
  readonly spreadM: number
}

interface Growing {
  readonly classId: number
  at: LocalPoint
  weight: number
  readonly members: { readonly sighting: Sighting; readonly at: LocalPoint }[]
}

/**
 * Brings together what overlapping images saw of the same objects: the surest sighting first, each joins the nearest object
 * of its class within `withinM` that its own image has not shown yet, or becomes a new one. What moved between two
 * images stays two objects.
 *
 * @param withinM metres, more than the error of place and less than the distance of neighbours
 */
export function mergeSightings(sightings: readonly Sighting[], withinM: number): MergedObject[] {
  const first = sightings[0]
  if (!first) return []
  const frame = localFrame(first.place)
  const objects: Growing[] = []
  const cells = new Map<string, Set<Growing>>()
  const cellOf = ({ eastM, northM }: LocalPoint): [number, number] => [
    Math.floor(eastM / withinM),
    Math.floor(northM / withinM),
  ]
  const put = (object: Growing): void => {
    const key = cellOf(object.at).join()
    cells.set(key, (cells.get(key) ?? new Set()).add(object))
  }
  const ordered = sightings.toSorted(
    (a, b) => b.detection.confidence - a.detection.confidence || (a.image < b.image ? -1 : a.image > b.image ? 1 : 0),
  )
  for (const sighting of ordered) {
    const at = frame.toLocal(sighting.place)
    const [column, row] = cellOf(at)
    let nearest: Growing | undefined
    let least = withinM
    for (const key of neighbours(column, row)) {
      for (const object of cells.get(key) ?? []) {
        const metres = Math.hypot(object.at.eastM - at.eastM, object.at.northM - at.northM)
        if (metres > least || object.classId !== sighting.detection.classId) continue
        if (object.members.some((member) => member.sighting.image === sighting.image)) continue
        least = metres
        nearest = object
      }
    }
    // A detection of confidence 0 still counts a little, so that a mean exists.
    const weight = Math.max(1e-6, sighting.detection.confidence)
    if (!nearest) {
      const object = { classId: sighting.detection.classId, at, weight, members: [{ sighting, at }] }
      objects.push(object)
      put(object)
      continue
    }
    cells.get(cellOf(nearest.at).join())?.delete(nearest)
    const sum = nearest.weight + weight
    nearest.at = {
      eastM: (nearest.at.eastM * nearest.weight + at.eastM * weight) / sum,
      northM: (nearest.at.northM * nearest.weight + at.northM * weight) / sum,
    }
    nearest.weight = sum
    nearest.members.push({ sighting, at })
    put(nearest)
  }
  return objects.map(({ at, members }) => ({
    place: frame.toGeo(at),
    sightings: members.map(({ sighting }) => sighting),
    spreadM: Math.max(...members.map((member) => Math.hypot(member.at.eastM - at.eastM, member.at.northM - at.northM))),
  }))
}

function neighbours(column: number, row: number): string[] {
  return [-1, 0, 1].flatMap((dx) => [-1, 0, 1].map((dy) => [column + dx, row + dy].join()))
}
