import { localFrame, type GeoPoint } from '../../geo/local-frame.ts'
import { rangeOf } from './flights.ts'
import { placeOf } from './group-flights.ts'
import type { ImageRow } from './profile-image-row.ts'

/** Places that lie together, apart from all others by kilometres: one map. */
export interface Site {
  /** The middle of its images' bounds. */
  readonly centre: GeoPoint
  /** Paths. */
  readonly images: readonly string[]
}

/** Images this near to one another are of one site, in degrees of latitude: about two kilometres. */
const CELL_DEG = 0.02

/** Sites by place, the largest first. Images fall into cells of two kilometres, and neighbouring cells are one site. */
export function findSites(images: readonly ImageRow[]): Site[] {
  const cells = new Map<string, { row: number; column: number; images: ImageRow[] }>()
  for (const image of images) {
    const place = placeOf(image)
    if (!place) continue
    const row = Math.floor(place.latitudeDeg / CELL_DEG)
    // Meridians draw together towards the poles, so cells get wider in degrees.
    const width = CELL_DEG / Math.max(0.01, Math.cos(((row + 0.5) * CELL_DEG * Math.PI) / 180))
    const column = Math.floor(place.longitudeDeg / width)
    const key = `${row}/${column}`
    const cell = cells.get(key)
    if (cell) cell.images.push(image)
    else cells.set(key, { row, column, images: [image] })
  }
  const sites: Site[] = []
  const left = new Set(cells.keys())
  for (const first of cells.keys()) {
    if (!left.delete(first)) continue
    const members = [first]
    for (let k = 0; k < members.length; k++) {
      const { row, column } = cells.get(members[k]!)!
      for (const near of [-1, 0, 1].flatMap((dy) => [-1, 0, 1].map((dx) => `${row + dy}/${column + dx}`))) {
        if (left.delete(near)) members.push(near)
      }
    }
    sites.push(siteOf(members.flatMap((key) => cells.get(key)!.images)))
  }
  return sites.sort((a, b) => b.images.length - a.images.length)
}

function siteOf(images: readonly ImageRow[]): Site {
  const places = images.map((image) => placeOf(image)!)
  const frame = localFrame(places[0]!)
  const points = places.map((place) => frame.toLocal(place))
  const east = rangeOf(points.map(({ eastM }) => eastM))!
  const north = rangeOf(points.map(({ northM }) => northM))!
  const middle = { eastM: (east.min + east.max) / 2, northM: (north.min + north.max) / 2 }
  return { centre: frame.toGeo(middle), images: images.map(({ path }) => path).sort() }
}
