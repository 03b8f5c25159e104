/** A place on the WGS 84 ellipsoid, degrees: north and east positive. */
export interface GeoPoint {
  readonly latitudeDeg: number
  readonly longitudeDeg: number
}

/** Metres east and north of a frame's origin, in the plane that touches the ellipsoid there. */
export interface LocalPoint {
  readonly eastM: number
  readonly northM: number
}

/** A map of the surroundings of one place: metres east and north instead of degrees. */
export interface LocalFrame {
  readonly origin: GeoPoint
  toLocal(point: GeoPoint): LocalPoint
  toGeo(point: LocalPoint): GeoPoint
}

/** Half axis of the equator, metres. @source NIMA TR8350.2, WGS 84 */
const A = 6_378_137
/** Flattening of WGS 84. */
const F = 1 / 298.257223563
const E2 = F * (2 - F)

type Vector = readonly [x: number, y: number, z: number]

/**
 * The east-north plane at `origin`, through earth-centred coordinates. Heights are left out: the plane leaves the
 * ellipsoid by 8 cm at 1 km, far below what a drone's GPS knows.
 *
 * @source Torge & Müller 2012, Geodesy, 4.1.3 and 4.1.4 (geodetic, geocentric and topocentric coordinates)
 */
export function localFrame(origin: GeoPoint): LocalFrame {
  const [lat, lon] = [radians(origin.latitudeDeg), radians(origin.longitudeDeg)]
  const [sinLat, cosLat, sinLon, cosLon] = [Math.sin(lat), Math.cos(lat), Math.sin(lon), Math.cos(lon)]
  const centre = geocentric(origin)
  const east: Vector = [-sinLon, cosLon, 0]
  const north: Vector = [-sinLat * cosLon, -sinLat * sinLon, cosLat]
  return {
    origin,
    toLocal: (point) => {
      const p = geocentric(point)
      const d: Vector = [p[0] - centre[0], p[1] - centre[1], p[2] - centre[2]]
      return { eastM: dot(east, d), northM: dot(north, d) }
    },
    toGeo: ({ eastM, northM }) =>
      geodetic([
        centre[0] + east[0] * eastM + north[0] * northM,
        centre[1] + east[1] * eastM + north[1] * northM,
        centre[2] + east[2] * eastM + north[2] * northM,
      ]),
  }
}

/** Metres between two places, along the plane that touches the ellipsoid at the first; meant for a few kilometres. */
export function distanceM(a: GeoPoint, b: GeoPoint): number {
  const { eastM, northM } = localFrame(a).toLocal(b)
  return Math.hypot(eastM, northM)
}

/** Earth-centred, earth-fixed coordinates of a place at ellipsoidal height 0, metres. */
export function geocentric({ latitudeDeg, longitudeDeg }: GeoPoint): Vector {
  const [lat, lon] = [radians(latitudeDeg), radians(longitudeDeg)]
  const n = A / Math.sqrt(1 - E2 * Math.sin(lat) ** 2)
  return [n * Math.cos(lat) * Math.cos(lon), n * Math.cos(lat) * Math.sin(lon), n * (1 - E2) * Math.sin(lat)]
}

/** The place under a point near the ellipsoid. @source B. R. Bowring 1976: below 1e-9 degrees off this near it */
function geodetic([x, y, z]: Vector): GeoPoint {
  const p = Math.hypot(x, y)
  const b = A * (1 - F)
  const t = Math.atan2(z * A, p * b)
  const lat = Math.atan2(z + ((A * A - b * b) / b) * Math.sin(t) ** 3, p - E2 * A * Math.cos(t) ** 3)
  return { latitudeDeg: degrees(lat), longitudeDeg: degrees(Math.atan2(y, x)) }
}

function dot(a: Vector, b: Vector): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

export function radians(deg: number): number {
  return (deg * Math.PI) / 180
}

function degrees(rad: number): number {
  return (rad * 180) / Math.PI
}
