import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { distanceM } from '../../src/data/geo/local-frame.ts'
import { viewOfImage, type ImageView } from '../../src/data/geo/view-of-image.ts'

/**
 * What `neighbour_frames.py` read and measured: a mapping flight 40 m above a park, photographs of a city from 99 to 120 m, most
 * of them oblique, and where pictures overlap.
 */
interface Frames {
  readonly width: number
  readonly height: number
  readonly images: Readonly<Record<string, Readonly<Record<string, number>> & { readonly Software: string }>>
  readonly pairs: readonly {
    readonly a: string
    readonly b: string
    readonly turnDeg: number
    /** The same point of the ground, by matched features. */
    readonly pointPxA: readonly [number, number]
    readonly pointPxB: readonly [number, number]
  }[]
}

const frames = JSON.parse(readFileSync(new URL('neighbour-frames.json', import.meta.url), 'utf8')) as Frames

/** Width of the sensors of both cameras, FC300S and FC220, mm. */
const SENSOR_MM = 6.17

/** Six pictures of the flight back were turned upside down in a viewer and say so only in their `Software`. */
const isTurned = (name: string): boolean => frames.images[name]!.Software.includes('Photo Viewer')

function viewOf(name: string, turnBack = true): ImageView {
  const tags = frames.images[name]!
  return viewOfImage({
    image: name,
    width: frames.width,
    height: frames.height,
    orientation: turnBack && isTurned(name) ? 3 : 1,
    camera: {
      latitudeDeg: tags['GPSLatitude'],
      longitudeDeg: tags['GPSLongitude'],
      relativeAltitudeM: tags['RelativeAltitude'],
      gimbalPitchDeg: tags['GimbalPitchDegree'],
      gimbalYawDeg: tags['GimbalYawDegree'],
      gimbalRollDeg: tags['GimbalRollDegree'],
      focalLengthMm: tags['FocalLength'],
      sensorWidthMm: SENSOR_MM,
    },
  })
}

/** Metres between the two places that two pictures give to one point. */
function disagreementM({ a, b, pointPxA, pointPxB }: Frames['pairs'][number], turnBack = true): number {
  return distanceM(viewOf(a, turnBack).ground(...pointPxA)!, viewOf(b, turnBack).ground(...pointPxB)!)
}

const median = (values: readonly number[]): number => values.toSorted((x, y) => x - y)[values.length >> 1]!

describe('pictures of the same ground agree where it is', () => {
  const nadir = frames.pairs.filter(({ a }) => a.startsWith('brighton'))
  const oblique = frames.pairs.filter(({ a }) => a.startsWith('minsk'))
  const withBase = nadir.map((pair) => ({
    pair,
    baseM: distanceM(viewOf(pair.a).view.pose, viewOf(pair.b).view.pose),
  }))

  test('one after the other on a line, 13.5 m apart, to within what GPS knows', () => {
    const line = withBase.filter(({ baseM }) => baseM < 14.2).map(({ pair }) => disagreementM(pair))
    expect(line.length).toBeGreaterThan(10)
    expect(median(line)).toBeLessThan(1)
    expect(Math.max(...line)).toBeLessThan(2.6)
  })

  test('on lines flown in opposite directions, 25 m apart, to 5 m', () => {
    const all = nadir.map((pair) => disagreementM(pair))
    expect(all).toHaveLength(48)
    expect(median(all)).toBeLessThan(2.7)
    expect(Math.max(...all)).toBeLessThan(5)
  })

  test('looking 19° to 90° down, up to 280 m away, to 12 m: a degree of pitch or yaw', () => {
    const all = oblique.map((pair) => disagreementM(pair))
    expect(all).toHaveLength(14)
    expect(median(all)).toBeLessThan(5.7)
    expect(Math.max(...all)).toBeLessThan(12)
    // A yaw of the wrong sign, or counted from east, would put them hundreds of metres apart.
    const range = Math.max(
      ...oblique.map(({ a, pointPxA }) => distanceM(viewOf(a).view.pose, viewOf(a).ground(...pointPxA)!)),
    )
    expect(range).toBeGreaterThan(250)
  })

  test('and turn against each other as their gimbals say', () => {
    for (const { a, b, turnDeg } of nadir) {
      const yaw = (name: string): number => frames.images[name]!['GimbalYawDegree']! + (isTurned(name) ? 180 : 0)
      // A camera turned clockwise sees the ground turned the other way; in pixels, y down, the measured turn is clockwise.
      const off = ((turnDeg + yaw(b) - yaw(a) + 540) % 360) - 180
      expect(Math.abs(off)).toBeLessThan(9)
    }
  })

  test('a picture turned in a viewer is far off until it is turned back', () => {
    const mixed = frames.pairs.filter(({ a, b }) => isTurned(a) !== isTurned(b))
    expect(mixed.length).toBeGreaterThan(10)
    expect(median(mixed.map((pair) => disagreementM(pair, false)))).toBeGreaterThan(15)
  })
})
