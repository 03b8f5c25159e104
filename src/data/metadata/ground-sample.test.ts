import { expect, test } from 'vitest'
import type { CameraMetadata } from './camera-metadata.ts'
import { groundSample } from './ground-sample.ts'

/** 10 mm of sensor at 20 mm focal length see half as much ground as they are high. */
const camera: CameraMetadata = {
  focalLengthMm: 20,
  sensorWidthMm: 10,
  originalWidth: 4000,
  originalHeight: 3000,
  relativeAltitudeM: 80,
  gimbalPitchDeg: -90,
}
const full = { width: 4000, height: 3000 }

test('straight down from 80 m: 40 m over 4000 px are 1 cm each, 4 cm each when the picture was reduced to 1000 px', () => {
  const expected = { cmPerPx: 1, alongCmPerPx: 1, distanceM: 80, offNadirDeg: 0, distanceFrom: 'relative-altitude' }
  expect(groundSample(camera, full)).toEqual(expected)
  expect(groundSample(camera, { width: 1000, height: 750 })?.cmPerPx).toBe(4)
  // Upright pictures lie on their side on the sensor.
  expect(groundSample(camera, { width: 3000, height: 4000 })?.cmPerPx).toBe(1)
})

test('60 degrees off nadir the ground is twice as far, and seen at a slant of 30 degrees', () => {
  const oblique = groundSample({ ...camera, gimbalPitchDeg: -30 }, full)
  expect(oblique?.offNadirDeg).toBe(60)
  expect(oblique?.distanceM).toBeCloseTo(160, 9)
  expect(oblique?.cmPerPx).toBeCloseTo(2, 9)
  expect(oblique?.alongCmPerPx).toBeCloseTo(4, 9)
  // A little beyond straight down is as far from it as a little before.
  expect(groundSample({ ...camera, gimbalPitchDeg: -91 }, full)?.offNadirDeg).toBe(1)
})

test('a range finder knows better than level ground', () => {
  const ranged = groundSample({ ...camera, targetDistanceM: 40 }, full)
  expect([ranged?.cmPerPx, ranged?.distanceFrom]).toEqual([0.5, 'range-finder'])
})

test('without a gimbal it is taken to look straight down, which is told', () => {
  const { gimbalPitchDeg: _, ...fixed } = camera
  expect(groundSample(fixed, full)).toMatchObject({ cmPerPx: 1, offNadirDeg: undefined })
})

test.each([
  ['no height', { relativeAltitudeM: undefined }, full],
  ['a height of 0', { relativeAltitudeM: 0 }, full],
  ['below take-off', { relativeAltitudeM: -3 }, full],
  ['no lens', { focalLengthMm: undefined }, full],
  ['no sensor', { sensorWidthMm: undefined }, full],
  ['no original size', { originalWidth: undefined }, full],
  ['a picture that was cut', {}, { width: 4000, height: 2250 }],
  ['an aim at the horizon', { gimbalPitchDeg: -5 }, full],
])('%s: unknown', (_, change, stored) => {
  expect(groundSample({ ...camera, ...change }, stored)).toBeUndefined()
})
