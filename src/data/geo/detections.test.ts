import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { mergedFeature, sightingFeature, sightingOf, type ImageDetection, type Sighting } from './detection-features.ts'
import { locateDetections } from './locate-detections.ts'
import { mergeSightings } from './merge-sightings.ts'
import { storedPoint, swapsSides, uprightPoint, type Orientation } from './orientation.ts'
import { readDetections } from './read-detections.ts'
import { viewOfImage, type ImageCamera } from './view-of-image.ts'

let root = ''
beforeAll(async () => void (root = await mkdtemp(join(tmpdir(), 'skyloop-geo-'))))
afterAll(() => rm(root, { recursive: true, force: true }))

/** 1000 x 800 px, 1000 px of focal length: 10 cm a pixel from 100 m. */
const CAMERA: ImageCamera = {
  image: 'a.jpg',
  width: 1000,
  height: 800,
  focalPx: 1000,
  camera: { latitudeDeg: 0, longitudeDeg: 0, relativeAltitudeM: 100, gimbalPitchDeg: -90, gimbalYawDeg: 0 },
}

const car = (boxXyxyPx: ImageDetection['boxXyxyPx'], confidence = 0.9, name = 'car'): ImageDetection => ({
  class: name,
  classId: name === 'car' ? 0 : 1,
  confidence,
  boxXyxyPx,
})

describe('a view', () => {
  test('of a reduced file has the focal length of its own pixels', () => {
    const camera = {
      ...CAMERA.camera,
      focalLengthMm: 3.61,
      sensorWidthMm: 6.17,
      originalWidth: 4000,
      originalHeight: 2250,
    }
    const { focalPx: _, ...image } = { ...CAMERA, width: 1280, height: 720, camera }
    // 3.61 / 6.17 · 1280 = 748.91 px, of which one covers 13.353 cm from 100 m.
    expect(viewOfImage(image).ground(641, 360)!.eastM).toBeCloseTo(0.13353, 4)
    // Calibrated for the full 4000 px: 2400 · 1280 / 4000 = 768 px.
    expect(viewOfImage(image, { focalPx: 2400 }).ground(641, 360)!.eastM).toBeCloseTo(100 / 768, 6)
  })

  test('takes height above ground, ground above take-off and the error of the compass', () => {
    expect(viewOfImage(CAMERA, { heightM: 50 }).ground(600, 400)!.eastM).toBeCloseTo(5, 6)
    expect(viewOfImage(CAMERA, { groundM: 20 }).ground(600, 400)!.eastM).toBeCloseTo(8, 6)
    expect(viewOfImage(CAMERA, { yawOffsetDeg: 90 }).ground(600, 400)!.northM).toBeCloseTo(-10, 6)
  })

  test('names all that is missing, and refuses a camera in the ground', () => {
    expect(() => viewOfImage({ image: 'x.jpg', width: 10, height: 10, camera: {} })).toThrow(
      'x.jpg does not say its GPS position, altitude above take-off (--height gives one), gimbal pitch, gimbal or flight yaw, focal length and sensor width (--focal-px gives both)',
    )
    expect(() => viewOfImage(CAMERA, { groundM: 100 })).toThrow('was taken 0.0 m above the ground')
  })
})

describe('a detection', () => {
  test('seen from above stands in the middle of its box and is as large as its pixels', () => {
    const sighting = sightingOf(viewOfImage(CAMERA), car([590, 380, 610, 420]), 2000)!
    // 10 m beside the camera's foot the view is 84.3° steep: 2 m · cos² = 2 cm towards the lower edge.
    expect(sighting.place).toMatchObject({ eastM: expect.closeTo(10, 2), northM: expect.closeTo(-0.0198, 4) })
    expect([sighting.widthM, sighting.lengthM].map((n) => Math.round(n * 100) / 100)).toEqual([2, 4])
    const feature = sightingFeature(sighting, 'polygon')
    expect(feature.geometry.type).toBe('Polygon')
    // 10 m east at the equator is 10 / 6378137 rad = 0.00008983°.
    expect(sightingFeature(sighting, 'point').geometry.coordinates[0]).toBeCloseTo(8.98e-5, 6)
    expect(feature.properties).toMatchObject({ class: 'car', confidence: 0.9, image: 'a.jpg', widthM: 2, lengthM: 4 })
  })

  test('seen flat stands at the lower edge of its box', () => {
    const flat = viewOfImage({ ...CAMERA, camera: { ...CAMERA.camera, gimbalPitchDeg: 0 } })
    // The ground 1000 m ahead is 100 px below the middle; a pole whose foot is there and whose top is 100 px higher:
    // its middle lies 50 px below the horizon, 2.86° steep, so the point is 0.9975 of the way to the foot.
    const { place } = sightingOf(flat, car([495, 400, 505, 500]), 5000)!
    expect(place.northM).toBeGreaterThan(1000)
    expect(place.northM).toBeLessThan(1003)
  })

  test('in the sky, or beyond the depth allowed, has no place and is counted', () => {
    const flat = viewOfImage({ ...CAMERA, camera: { ...CAMERA.camera, gimbalPitchDeg: 0 } })
    const found = {
      file: 'a.jpg',
      detections: [car([0, 0, 10, 10]), car([495, 400, 505, 500]), car([400, 700, 410, 710])],
    }
    expect(locateDetections(found, flat, 500)).toMatchObject({ beyond: 2, sightings: [{ image: 'a.jpg' }] })
  })

  test('of boxes made on a larger copy is scaled; one of another shape is refused', () => {
    const view = viewOfImage(CAMERA)
    const found = { file: 'a.jpg', width: 2000, height: 1600, detections: [car([1180, 760, 1220, 840])] }
    expect(locateDetections(found, view, 2000).sightings[0]!.place.eastM).toBeCloseTo(10, 2)
    expect(() => locateDetections({ ...found, height: 2000 }, view, 2000)).toThrow(
      '2000 x 2000 px, but a.jpg has 1000 x 800',
    )
  })
})

describe('sightings of one object', () => {
  const seen = (image: string, east: number, confidence: number, name = 'car'): Sighting => {
    const view = viewOfImage({ ...CAMERA, image })
    return sightingOf(view, car([500 + 10 * east - 10, 390, 500 + 10 * east + 10, 410], confidence, name), 2000)!
  }

  test('in two images become one feature at their weighted mean', () => {
    const merged = mergeSightings([seen('a.jpg', 10, 0.75), seen('b.jpg', 12, 0.25)], 3)
    expect(merged).toHaveLength(1)
    // (0.75 · 10 + 0.25 · 12) m = 10.5 m, of which the far sighting is 1.5 m away.
    const { properties, geometry } = mergedFeature(merged[0]!, 'point')
    expect(properties).toMatchObject({ sightings: 2, images: ['a.jpg', 'b.jpg'], spreadM: 1.5, confidence: 0.75 })
    expect(geometry.coordinates[0]).toBeCloseTo((10.5 / 6378137) * (180 / Math.PI), 7)
  })

  test('are never two of the same image, nor of two classes, nor farther apart than allowed', () => {
    expect(mergeSightings([seen('a.jpg', 10, 0.8), seen('a.jpg', 12, 0.7)], 3)).toHaveLength(2)
    expect(mergeSightings([seen('a.jpg', 10, 0.8), seen('b.jpg', 10, 0.7, 'bus')], 3)).toHaveLength(2)
    expect(mergeSightings([seen('a.jpg', 10, 0.8), seen('b.jpg', 13.5, 0.7)], 3)).toHaveLength(2)
    expect(mergeSightings([], 3)).toEqual([])
  })

  test('two cars side by side in three images stay two cars', () => {
    const all = ['a.jpg', 'b.jpg', 'c.jpg'].flatMap((image, k) => [
      seen(image, 10 + k * 0.3, 0.9 - k / 10),
      seen(image, 13 + k * 0.3, 0.85 - k / 10),
    ])
    expect(mergeSightings(all, 2).map(({ sightings }) => sightings.length)).toEqual([3, 3])
  })
})

describe('detection files', () => {
  const put = async (name: string, value: unknown): Promise<string> => {
    const path = join(root, name)
    await writeFile(path, typeof value === 'string' ? value : JSON.stringify(value))
    return path
  }

  test('of predict and of COCO give the same', async () => {
    const predictions = await put('predictions.json', {
      images: [
        {
          file: 'x/a.jpg',
          width: 100,
          height: 80,
          detections: [{ class: 'car', classId: 3, confidence: 0.5, box: [1, 2, 11, 22] }],
        },
      ],
      failed: [],
    })
    const results = await put('results.json', [{ image_id: 7, category_id: 3, bbox: [1, 2, 10, 20], score: 0.5 }])
    const coco = await put('coco.json', {
      images: [{ id: 7, file_name: 'x/a.jpg', width: 100, height: 80 }],
      categories: [{ id: 3, name: 'car' }],
    })
    const wanted = [
      {
        file: 'x/a.jpg',
        width: 100,
        height: 80,
        detections: [{ class: 'car', classId: 3, confidence: 0.5, boxXyxyPx: [1, 2, 11, 22] }],
      },
    ]
    expect(await readDetections(predictions)).toEqual(wanted)
    expect(await readDetections(results, coco)).toEqual(wanted)
  })

  test.each([
    ['text', '{', 'core.json', 'is not valid JSON'],
    ['number', 7, 'data.geo.detections', 'is neither predictions.json'],
    ['results alone', [], 'data.geo.detections', 'name images only by number'],
    ['no file', { images: [{ detections: [] }] }, 'data.geo.detections', 'images[0] has no "file"'],
    [
      'a box of three',
      { images: [{ file: 'a', detections: [{ class: 'car', classId: 0, confidence: 1, box: [1, 2, 3] }] }] },
      'data.geo.detections',
      'images[0].detections[0] has no box of four numbers',
    ],
    [
      'a score of 2',
      { images: [{ file: 'a', detections: [{ class: 'car', classId: 0, confidence: 2, box: [1, 2, 3, 4] }] }] },
      'data.geo.detections',
      'confidence 2; allowed: 0 to 1',
    ],
  ])('broken (%s) say where', async (name, value, code, message) => {
    const path = await put(`broken-${name}.json`, value)
    const failure = readDetections(path)
    await expect(failure).rejects.toMatchObject({ code })
    await expect(failure).rejects.toThrow(message)
  })
})

describe.each([1, 2, 3, 4, 5, 6, 7, 8] as Orientation[])('EXIF orientation %i', (orientation) => {
  test('leads from the upright pixel to the stored one, as the decoder turns them, and back', async () => {
    // Stored 5 x 3 with one white pixel; where it is seen upright must lead back to it.
    const [w, h, x, y] = [5, 3, 1, 2]
    const pixels = Buffer.alloc(w * h)
    pixels[y * w + x] = 255
    const file = await sharp(pixels, { raw: { width: w, height: h, channels: 1 } })
      .withMetadata({ orientation })
      .png()
      .toBuffer()
    const { data, info } = await sharp(file).autoOrient().greyscale().raw().toBuffer({ resolveWithObject: true })
    expect(swapsSides(orientation)).toBe(info.width === h)
    const at = data.findIndex((value, k) => k % info.channels === 0 && value > 200) / info.channels
    const seen = [(at % info.width) + 0.5, Math.floor(at / info.width) + 0.5] as const
    expect(storedPoint(orientation, info.width, info.height, seen)).toEqual([x + 0.5, y + 0.5])
    expect(uprightPoint(orientation, info.width, info.height, [x + 0.5, y + 0.5])).toEqual(seen)
  })

  test('places the same ground', () => {
    const sides = swapsSides(orientation) ? { width: 800, height: 1000 } : { width: 1000, height: 800 }
    const turned = viewOfImage({ ...CAMERA, ...sides, orientation })
    const [x, y] = uprightPoint(orientation, sides.width, sides.height, [600, 300])
    expect(turned.ground(x, y)).toMatchObject({ eastM: expect.closeTo(10, 6), northM: expect.closeTo(10, 6) })
    const [backX, backY] = turned.pixel(turned.ground(x, y)!)!
    expect([Math.round(backX), Math.round(backY)]).toEqual([x, y])
    expect(turned.footprint()!.areaM2).toBeCloseTo(8000, 3)
  })
})
