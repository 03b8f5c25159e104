import { expect, test } from 'vitest'
import { cameraMetadata } from './camera-metadata.ts'
import type { ExifTags } from './read-exif.ts'
import { readXmp } from './read-xmp.ts'

const read = (exif: ExifTags, xmp = '') => cameraMetadata(exif, readXmp(xmp))

test('an image without metadata has none: no zeros, no fields', () => {
  expect(read({})).toEqual({})
})

test('DJI: aim, altitudes and the place, with which older firmware misspells', () => {
  const xmp = `<rdf:Description drone-dji:GpsLatitude="-33.51" drone-dji:GpsLongtitude="151.25" drone-dji:AbsoluteAltitude="+98.51"
    drone-dji:RelativeAltitude="-2.50" drone-dji:GimbalPitchDegree="-90.00" drone-dji:GimbalYawDegree="+12.30"
    drone-dji:GimbalRollDegree="+0.00" drone-dji:FlightYawDegree="-170.10" drone-dji:FlightPitchDegree="+1.20"
    drone-dji:FlightRollDegree="-0.40" drone-dji:LRFTargetDistance="61.25"/>`
  expect(read({}, xmp)).toEqual({
    latitudeDeg: -33.51,
    longitudeDeg: 151.25,
    absoluteAltitudeM: 98.51,
    relativeAltitudeM: -2.5,
    gimbalPitchDeg: -90,
    gimbalYawDeg: 12.3,
    gimbalRollDeg: 0,
    flightYawDeg: -170.1,
    flightPitchDeg: 1.2,
    flightRollDeg: -0.4,
    targetDistanceM: 61.25,
  })
})

test.each([
  [
    'Autel',
    '<rdf:Description drone:RelativeAltitude="80.5" drone:GimbalPitchDegree="-45" drone:GimbalYawDegree="7" drone:FlightYawDegree="8"/>',
    { relativeAltitudeM: 80.5, gimbalPitchDeg: -45, gimbalYawDeg: 7, flightYawDeg: 8 },
  ],
  [
    'Parrot',
    '<drone-parrot:CameraPitchDegree>-78.36</drone-parrot:CameraPitchDegree><drone-parrot:CameraYawDegree>176.31</drone-parrot:CameraYawDegree><drone-parrot:DroneYawDegree>175</drone-parrot:DroneYawDegree><Camera:AboveGroundAltitude>13930/1000</Camera:AboveGroundAltitude>',
    { relativeAltitudeM: 13.93, gimbalPitchDeg: -78.36, gimbalYawDeg: 176.31, flightYawDeg: 175 },
  ],
  [
    'Skydio, as structure',
    '<drone-skydio:CameraOrientationNED rdf:parseType="Resource"><drone-skydio:Roll>1</drone-skydio:Roll><drone-skydio:Pitch>-60</drone-skydio:Pitch><drone-skydio:Yaw>20</drone-skydio:Yaw></drone-skydio:CameraOrientationNED><drone-skydio:CameraOrientationFLU drone-skydio:Pitch="60"/>',
    { gimbalRollDeg: 1, gimbalPitchDeg: -60, gimbalYawDeg: 20 },
  ],
  [
    // Pix4D counts the pitch up from straight down.
    'senseFly',
    '<rdf:Description Camera:Pitch="4.5" Camera:Yaw="200" Camera:Roll="-3"/>',
    { gimbalPitchDeg: -85.5, gimbalYawDeg: 200, gimbalRollDeg: -3 },
  ],
])('%s: what it writes comes in our units and signs', (_, xmp, expected) => {
  expect(read({}, xmp)).toEqual(expected)
})

test('place: degrees from minutes and seconds, south and west negative; without its hemisphere there is none', () => {
  const here = { gpsLatitude: [33, 30, 36], gpsLongitude: [151, 15, 0] }
  expect(read({ ...here, gpsLatitudeRef: 'S', gpsLongitudeRef: 'E' })).toEqual({
    latitudeDeg: -(33 + 30 / 60 + 36 / 3600),
    longitudeDeg: 151.25,
  })
  expect(read({ ...here, gpsLatitudeRef: 'S' })).toEqual({})
  const nowhere = { gpsLatitude: [0, 0, 0], gpsLongitude: [0, 0, 0], gpsLatitudeRef: 'N', gpsLongitudeRef: 'E' }
  expect(read(nowhere)).toEqual({})
  expect(read({ ...nowhere, gpsLatitude: [91, 0, 0] })).toEqual({})
  expect(read({ gpsAltitude: 12.5, gpsAltitudeRef: 1 })).toEqual({ gpsAltitudeM: -12.5 })
})

test('time: with fraction and offset where they are known, else as if in UTC; a clock that was never set is unknown', () => {
  expect(
    read({ dateTimeOriginal: '2026:05:04 03:02:01', subSecTimeOriginal: '25', offsetTimeOriginal: '+02:00' }),
  ).toEqual({
    capturedAt: '2026-05-04T03:02:01.25+02:00',
    capturedAtMs: Date.UTC(2026, 4, 4, 1, 2, 1, 250),
  })
  const plain = { capturedAt: '2026-05-04T03:02:01', capturedAtMs: Date.UTC(2026, 4, 4, 3, 2, 1) }
  expect(read({ dateTime: '2026:05:04 03:02:01', offsetTimeOriginal: '+02:00' })).toEqual(plain)
  for (const dateTimeOriginal of [
    '0000:00:00 00:00:00',
    '2026:02:30 00:00:00',
    '    :  :     :  :  ',
    '2026-05-04 03:02:01',
  ]) {
    expect(read({ dateTimeOriginal })).toEqual({})
  }
})

test('numbers that are none, and lengths of 0, are missing', () => {
  const xmp = `<rdf:Description drone-dji:RelativeAltitude="n/a" drone-dji:GimbalYawDegree="1/0" drone-dji:GimbalPitchDegree=""
    drone-dji:FlightYawDegree="1e999" drone-dji:GimbalRollDegree="NaN"/>`
  expect(read({ focalLength: 0, exposureTime: 0, iso: 0, focalLengthIn35mmFilm: 0 }, xmp)).toEqual({})
})

test.each([
  ['by the model', { model: 'FC6310', pixelXDimension: 5472, pixelYDimension: 3648 }, 13.2, 'model-table'],
  [
    'cut to 4:3',
    { model: 'FC6310', pixelXDimension: 4864, pixelYDimension: 3648 },
    (13.2 * 4864) / 5472,
    'model-table',
  ],
  ['four times the pixels', { model: 'FC3170', pixelXDimension: 8000, pixelYDimension: 6000 }, 6.4, 'model-table'],
  [
    'zoomed',
    { model: 'FC220', pixelXDimension: 4000, pixelYDimension: 3000, digitalZoomRatio: 2 },
    3.085,
    'model-table',
  ],
  [
    // 5472 px at 5472 / 13.2 px per mm, given per cm.
    'by the focal plane',
    { pixelXDimension: 5472, pixelYDimension: 3648, focalPlaneXResolution: 54_720 / 13.2, focalPlaneResolutionUnit: 3 },
    13.2,
    'focal-plane-resolution',
  ],
  [
    // Half the diagonal of 43.27 mm; of a 3:2 picture the width is 36 / 43.27 of the diagonal.
    'by both focal lengths, 72 dots an inch being no sensor',
    {
      pixelXDimension: 3000,
      pixelYDimension: 2000,
      focalLength: 12,
      focalLengthIn35mmFilm: 24,
      focalPlaneXResolution: 72,
    },
    18,
    'focal-length-35mm',
  ],
  [
    // 18 mm by the lenses; 9 mm by a resolution that is of the picture before it was halved.
    'by both focal lengths, when the focal plane says otherwise',
    {
      pixelXDimension: 1500,
      pixelYDimension: 1000,
      focalLength: 12,
      focalLengthIn35mmFilm: 24,
      focalPlaneXResolution: 3000 / 18,
      focalPlaneResolutionUnit: 4,
    },
    18,
    'focal-length-35mm',
  ],
] as const)('sensor width %s', (_, exif, width, source) => {
  const { sensorWidthMm, sensorWidthSource } = read(exif)
  expect(sensorWidthMm).toBeCloseTo(width, 9)
  expect(sensorWidthSource).toBe(source)
})
