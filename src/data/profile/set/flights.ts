import { distanceM } from '../../geo/local-frame.ts'
import { placeOf } from './group-flights.ts'
import type { ImageRow } from './profile-image-row.ts'

/** One flight of a set, summed up. */
export interface Flight {
  readonly name: string
  readonly images: number
  readonly camera: string | undefined
  /** The camera's clock at the first and the last image; undefined without one. */
  readonly from: string | undefined
  readonly to: string | undefined
  readonly altitudeM: Range | undefined
  readonly groundSampleCmPerPx: Range | undefined
  /** Metres along the images in order of time; undefined with fewer than two places. */
  readonly trackM: number | undefined
  readonly boxes: number
}

export interface Range {
  readonly min: number
  readonly max: number
}

/** The flights of a set, the largest first. */
export function describeFlights(images: readonly ImageRow[]): Flight[] {
  const members = new Map<string, ImageRow[]>()
  for (const image of images) {
    const list = members.get(image.flight)
    if (list) list.push(image)
    else members.set(image.flight, [image])
  }
  return [...members]
    .map(([name, list]) => describe(name, list))
    .sort((a, b) => b.images - a.images || (a.name < b.name ? -1 : 1))
}

function describe(name: string, list: readonly ImageRow[]): Flight {
  const ordered = list.toSorted((a, b) => (a.camera.capturedAtMs ?? 0) - (b.camera.capturedAtMs ?? 0))
  const clocked = ordered.filter(({ camera }) => camera.capturedAt !== undefined)
  const { make, model } = list[0]!.camera
  const places = ordered.map(placeOf).filter((place) => place !== undefined)
  return {
    name,
    images: list.length,
    camera: [make, model].filter(Boolean).join(' ') || undefined,
    from: clocked[0]?.camera.capturedAt,
    to: clocked.at(-1)?.camera.capturedAt,
    altitudeM: rangeOf(list.map(({ camera }) => camera.relativeAltitudeM)),
    groundSampleCmPerPx: rangeOf(list.map(({ groundSample }) => groundSample?.cmPerPx)),
    trackM:
      places.length < 2
        ? undefined
        : places.reduce((sum, place, k) => (k === 0 ? 0 : sum + distanceM(place, places[k - 1]!)), 0),
    boxes: list.reduce((sum, { labels }) => sum + (labels?.boxes ?? 0), 0),
  }
}

export function rangeOf(values: readonly (number | undefined)[]): Range | undefined {
  let range: { min: number; max: number } | undefined
  for (const value of values) {
    if (value === undefined) continue
    if (!range) range = { min: value, max: value }
    else if (value < range.min) range.min = value
    else if (value > range.max) range.max = value
  }
  return range
}
