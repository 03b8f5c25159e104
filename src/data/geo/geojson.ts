import type { Json } from '../../core/json.ts'
import type { GeoPoint } from './local-frame.ts'

/** @see RFC 7946 */
export interface FeatureCollection {
  readonly type: 'FeatureCollection'
  readonly features: readonly Feature[]
}

export interface Feature {
  readonly type: 'Feature'
  readonly geometry:
    | { readonly type: 'Point'; readonly coordinates: Position }
    | { readonly type: 'Polygon'; readonly coordinates: readonly (readonly Position[])[] }
  readonly properties: Readonly<Record<string, Json>>
}

/** Longitude, latitude, in this order (RFC 7946, 3.1.1). */
type Position = readonly [longitudeDeg: number, latitudeDeg: number]

export function pointFeature(place: GeoPoint, properties: Feature['properties']): Feature {
  return { type: 'Feature', geometry: { type: 'Point', coordinates: position(place) }, properties }
}

/** @param corners counter-clockwise seen from above, not closed */
export function polygonFeature(corners: readonly GeoPoint[], properties: Feature['properties']): Feature {
  const ring = [...corners, corners[0]!].map(position)
  return { type: 'Feature', geometry: { type: 'Polygon', coordinates: [ring] }, properties }
}

/** Eight decimals are a millimetre. */
function position({ latitudeDeg, longitudeDeg }: GeoPoint): Position {
  return [Number(longitudeDeg.toFixed(8)), Number(latitudeDeg.toFixed(8))]
}
