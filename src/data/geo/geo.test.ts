import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cameraView, type CameraPose } from './camera-view.ts'
import { footprintOf } from './footprint.ts'
import type { Lens } from './lens.ts'
import { distanceM, localFrame } from './local-frame.ts'

const LENS: Lens = { focalPx: 1000, centreXPx: 500, centreYPx: 400 }
const NADIR: CameraPose = { latitudeDeg: 0, longitudeDeg: 0, heightM: 100, yawDeg: 0, pitchDeg: -90, rollDeg: 0 }

describe('local frame', () => {
  test('at the equator a minute of longitude is a nautical mile of the equator, one of latitude a little less', () => {
    const frame = localFrame({ latitudeDeg: 0, longitudeDeg: 0 })
    // 6378137 m · sin(1'), and b²/a = 6335439 m as the meridian's radius: 6335439 · 1' = 1842.90 m.
    expect(frame.toLocal({ latitudeDeg: 0, longitudeDeg: 1 / 60 }).eastM).toBeCloseTo(1855.325, 2)
    expect(frame.toLocal({ latitudeDeg: 1 / 60, longitudeDeg: 0 }).northM).toBeCloseTo(1842.905, 2)
  })

  test('at 60° north a second is 15.5 m east and 30.95 m north', () => {
    const frame = localFrame({ latitudeDeg: 60, longitudeDeg: 25 })
    // N = 6394209 m, N cos 60° · 1" = 15.500 m; M = 6383454 m · 1" = 30.948 m.
    expect(frame.toLocal({ latitudeDeg: 60, longitudeDeg: 25 + 1 / 3600 }).eastM).toBeCloseTo(15.5, 2)
    expect(frame.toLocal({ latitudeDeg: 60 + 1 / 3600, longitudeDeg: 25 }).northM).toBeCloseTo(30.948, 2)
  })

  test('degrees to metres and back is the same place, anywhere within 3 km', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -85, max: 85, noNaN: true }),
        fc.double({ min: -180, max: 180, noNaN: true }),
        fc.double({ min: -3000, max: 3000, noNaN: true }),
        fc.double({ min: -3000, max: 3000, noNaN: true }),
        (latitudeDeg, longitudeDeg, eastM, northM) => {
          const frame = localFrame({ latitudeDeg, longitudeDeg })
          const back = frame.toLocal(frame.toGeo({ eastM, northM }))
          // What the plane rises above the ellipsoid, d²/2R = 1.4 m at 4.2 km, shortens the way back by d³/2R².
          expect(Math.abs(back.eastM - eastM)).toBeLessThan(2e-3)
          expect(Math.abs(back.northM - northM)).toBeLessThan(2e-3)
        },
      ),
    )
  })
})

describe('a pixel on the ground, by hand', () => {
  test('straight down at 100 m with 1000 px of focal length a pixel is 10 cm, right is east, up is north', () => {
    const view = cameraView(NADIR, LENS)
    expect(view.ground(600, 400)).toMatchObject({ eastM: expect.closeTo(10, 6), northM: expect.closeTo(0, 6) })
    expect(view.ground(500, 300)).toMatchObject({ eastM: expect.closeTo(0, 6), northM: expect.closeTo(10, 6) })
    // 10 m east at the equator: 10 / 6378137 rad.
    expect(view.ground(600, 400)!.longitudeDeg).toBeCloseTo(8.9831528e-5, 10)
    expect(view.ground(500, 400)!.depressionDeg).toBeCloseTo(90, 6)
  })

  test('turned to the east the top of the picture is east and its right side south', () => {
    const view = cameraView({ ...NADIR, yawDeg: 90 }, LENS)
    expect(view.ground(500, 300)).toMatchObject({ eastM: expect.closeTo(10, 6), northM: expect.closeTo(0, 6) })
    expect(view.ground(600, 400)).toMatchObject({ eastM: expect.closeTo(0, 6), northM: expect.closeTo(-10, 6) })
  })

  test('at 45° the middle lies as far ahead as the camera is high, 141 m away', () => {
    const view = cameraView({ ...NADIR, pitchDeg: -45 }, LENS)
    const middle = view.ground(500, 400)!
    expect([middle.eastM, middle.northM, middle.depthM].map((n) => Math.round(n * 1000) / 1000)).toEqual([
      0, 100, 141.421,
    ])
    // 45° + atan(0.4): 100 / tan(45° - 21.80°) = 233.33 m at the top of the picture.
    expect(view.ground(500, 0)!.northM).toBeCloseTo(233.333, 3)
    expect(view.ground(500, 0)!.depressionDeg).toBeCloseTo(23.1986, 3)
    // To the right by 100 px at 141.42 m of depth: 14.142 m east.
    expect(view.ground(600, 400)!.eastM).toBeCloseTo(14.142, 3)
  })

  test('a camera rolled by 90° to the right sees the ground below it along its rows', () => {
    const view = cameraView({ ...NADIR, pitchDeg: -45, rollDeg: 90 }, LENS)
    // Its right side points down: the pixel to the right is nearer. 100 / tan(45° + atan(0.1)) = 81.818 m.
    expect(view.ground(600, 400)!.northM).toBeCloseTo(81.818, 3)
  })

  test('the sky has no place, nor has the horizon', () => {
    const level = cameraView({ ...NADIR, pitchDeg: 0 }, LENS)
    expect(level.ground(500, 100)).toBeUndefined()
    expect(level.ground(500, 400)).toBeUndefined()
    // 100 px below the horizon: 100 m / 0.1.
    expect(level.ground(500, 500)!.northM).toBeCloseTo(1000, 6)
  })

  test('a lens that bulges shows a ray farther out than it is', () => {
    const bent = cameraView(NADIR, { ...LENS, distortion: { k1: 0.1, k2: 0, p1: 0, p2: 0, k3: 0 } })
    // x (1 + 0.1 x²) = 0.2 has the root 0.199209: 19.921 m instead of 20 m.
    expect(bent.ground(700, 400)!.eastM).toBeCloseTo(19.921, 3)
  })
})

test('a place projected back is its pixel, for any view that sees ground', () => {
  fc.assert(
    fc.property(
      fc.double({ min: -180, max: 180, noNaN: true }),
      fc.double({ min: -90, max: -20, noNaN: true }),
      fc.double({ min: -20, max: 20, noNaN: true }),
      fc.double({ min: 0, max: 1000, noNaN: true }),
      fc.double({ min: 0, max: 800, noNaN: true }),
      fc.boolean(),
      (yawDeg, pitchDeg, rollDeg, x, y, bent) => {
        const distortion = { k1: -0.08, k2: 0.02, p1: 0.001, p2: -0.0005, k3: 0 }
        const view = cameraView(
          { latitudeDeg: 52, longitudeDeg: 13, heightM: 60, yawDeg, pitchDeg, rollDeg },
          bent ? { ...LENS, distortion } : LENS,
        )
        const place = view.ground(x, y)
        if (!place || Math.hypot(place.eastM, place.northM) > 500) return
        const [backX, backY] = view.pixel(place)!
        expect(Math.hypot(backX - x, backY - y)).toBeLessThan(0.01)
      },
    ),
  )
})

describe('footprint', () => {
  test('of 1000 x 800 px straight down from 100 m is 100 m by 80 m', () => {
    const print = footprintOf(cameraView(NADIR, LENS), 1000, 800)!
    expect(print.areaM2).toBeCloseTo(8000, 3)
    expect(print.isCut).toBe(false)
    const sides = print.corners.map(({ eastM, northM }) => [Math.round(eastM), Math.round(northM)])
    // Counter-clockwise.
    expect(sides).toEqual([
      [-50, -40],
      [50, -40],
      [50, 40],
      [-50, 40],
    ])
  })

  test('with the horizon in the picture it ends at the depth allowed', () => {
    const print = footprintOf(cameraView({ ...NADIR, pitchDeg: -10 }, LENS), 1000, 800)!
    expect(print.isCut).toBe(true)
    // 20 heights: 2000 m along the axis, whose far edge lies near 2000 m north.
    const far = Math.max(...print.corners.map(({ northM }) => northM))
    expect(Math.max(...print.corners.map(({ depthM }) => depthM))).toBeCloseTo(2000, 3)
    // The ray at this depth sinks by 0.05: y = (0.05 - sin 10°) / cos 10° = -0.12556; north = 2000 (cos 10° - y sin 10°).
    expect(far).toBeCloseTo(2013.22, 1)
    expect(footprintOf(cameraView({ ...NADIR, pitchDeg: -10 }, LENS), 1000, 800, 500)!.areaM2).toBeLessThan(
      print.areaM2,
    )
  })

  test('of the sky is none', () => {
    expect(footprintOf(cameraView({ ...NADIR, pitchDeg: 60 }, LENS), 1000, 800)).toBeUndefined()
  })
})

test('two places a second of latitude apart at 60° north are 30.95 m apart', () => {
  const a = { latitudeDeg: 60, longitudeDeg: 25 }
  expect(distanceM(a, { ...a, latitudeDeg: 60 + 1 / 3600 })).toBeCloseTo(30.948, 2)
})
