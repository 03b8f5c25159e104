import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seededRandom } from '../../core/random.ts'
import { blurPlane, convexHull, createCanvas, paintPolygon } from './canvas.ts'
import { createPlace } from './place.ts'
import { renderScene } from './render-scene.ts'
import { focalLengthPx, sceneCamera } from './scene-camera.ts'
import { sampleConditions, SCENE_CLASSES, type Scene, type SceneOptions } from './scene-options.ts'
import { seenObjects } from './seen-objects.ts'
import { labelText, writeSceneDataset } from './write-scene-dataset.ts'

const SMALL: SceneOptions = { seed: 3, width: 160, height: 128 }

function brightness(scene: Scene): number {
  return scene.rgb.reduce((sum, value) => sum + value, 0) / scene.rgb.length
}

function contrast(scene: Scene): number {
  const mean = brightness(scene)
  return Math.sqrt(scene.rgb.reduce((sum, value) => sum + (value - mean) ** 2, 0) / scene.rgb.length)
}

describe('the polygon painter', () => {
  test('covers exactly the area of a rectangle with fractional edges', () => {
    const canvas = createCanvas(8, 8)
    paintPolygon(canvas, [1.5, 2, 4, 2, 4, 5, 1.5, 5], (ink) => {
      ink.r = 1
    })
    expect(canvas.r.reduce((a, b) => a + b)).toBeCloseTo(2.5 * 3, 5)
    expect([canvas.r[2 * 8 + 1], canvas.r[2 * 8 + 2], canvas.r[2 * 8 + 4]]).toEqual([0.5, 1, 0])
  })

  test('clips what lies beyond the canvas', () => {
    const canvas = createCanvas(4, 4)
    paintPolygon(canvas, [-10, -10, 2, -10, 2, 20, -10, 20], (ink) => {
      ink.g = 1
    })
    expect(canvas.g.reduce((a, b) => a + b)).toBeCloseTo(8, 5)
  })

  test('the hull of a square with a point inside is the square', () => {
    expect(convexHull([0, 0, 2, 0, 1, 1, 2, 2, 0, 2]).length).toBe(8)
  })
})

test.each([0.6, 2.83])('a blur of %d px keeps the sum and has its width', (sigma) => {
  const n = 41
  const plane = new Float32Array(n * n)
  plane[20 * n + 20] = 1
  blurPlane(plane, n, n, sigma)
  let [sum, variance] = [0, 0]
  plane.forEach((value, p) => {
    sum += value
    variance += value * ((p % n) - 20) ** 2
  })
  expect(sum).toBeCloseTo(1, 4)
  expect(Math.abs(Math.sqrt(variance) - sigma)).toBeLessThan(sigma * 0.12)
})

describe('the camera', () => {
  test('sees half its field of view to either side, straight down', () => {
    const focalPx = focalLengthPx(960)
    const camera = sceneCamera({
      x: 10,
      y: 20,
      altitudeM: 100,
      headingDeg: 0,
      pitchDeg: -90,
      focalPx,
      centreXPx: 480,
      centreYPx: 270,
    })
    const [x, y] = camera.ground(960, 270)
    expect(x - 10).toBeCloseTo(100 * Math.tan((36.5 * Math.PI) / 180), 6)
    expect(y).toBeCloseTo(20, 6)
  })

  test.each([-90, -75])('projects a ground point back to its pixel at pitch %d', (pitchDeg) => {
    const camera = sceneCamera({
      x: 3,
      y: -4,
      altitudeM: 60,
      headingDeg: 33,
      pitchDeg,
      focalPx: 600,
      centreXPx: 300,
      centreYPx: 200,
    })
    const out: number[] = []
    camera.project(...camera.ground(123, 45), 0, out)
    expect(out[0]).toBeCloseTo(123, 6)
    expect(out[1]).toBeCloseTo(45, 6)
  })

  test('a roof leans away from the image centre', () => {
    const camera = sceneCamera({
      x: 0,
      y: 0,
      altitudeM: 50,
      headingDeg: 0,
      pitchDeg: -90,
      focalPx: 500,
      centreXPx: 0,
      centreYPx: 0,
    })
    const out: number[] = []
    camera.project(10, 0, 0, out)
    camera.project(10, 0, 10, out)
    expect([out[0], out[2]]).toEqual([100, 125])
  })
})

test('a place maps layout to world and back', () => {
  const place = createPlace(5, 'urban')
  const [u, v] = place.toLayout(...place.toWorld(123, -45))
  expect([u, v].map((value) => Math.round(value * 1000))).toEqual([123_000, -45_000])
  const before = place.roadBefore(0, 50)
  expect(place.road(0, before).at).toBeLessThanOrEqual(50)
  expect(place.road(0, before + 1).at).toBeGreaterThan(50)
})

describe('boxes of what can be seen', () => {
  const square = [10, 10, 20, 10, 20, 20, 10, 20]
  const paint = (points: number[], id: number, canvas = createCanvas(40, 40)) => {
    paintPolygon(canvas, points, (ink) => (ink.r = 1), id)
    return canvas
  }

  test('an open object keeps its exact outline', () => {
    const [object] = seenObjects(paint(square, 1), [{ className: 'car', outline: square }], 0.3)
    expect(object).toEqual({ className: 'car', boxXyxyPx: [10, 10, 20, 20], visibleFraction: 1 })
  })

  test('an object under another is boxed by what is left of it, and dropped below the limit', () => {
    const canvas = paint([10, 10, 14, 10, 14, 20, 10, 20], 0, paint(square, 1))
    const tracked = [{ className: 'car' as const, outline: square }]
    expect(seenObjects(canvas, tracked, 0.3)).toEqual([
      { className: 'car', boxXyxyPx: [14, 10, 20, 20], visibleFraction: 0.6 },
    ])
    expect(seenObjects(canvas, tracked, 0.7)).toEqual([])
  })

  test('what is under four pixels long carries no box', () => {
    const outline = [10, 10, 13.5, 10, 13.5, 13.5, 10, 13.5]
    expect(seenObjects(paint(outline, 1), [{ className: 'person', outline }], 0.3)).toEqual([])
  })

  test('an object cut by the frame counts its cut-off part as unseen', () => {
    const outline = [-6, 0, 4, 0, 4, 10, -6, 10]
    const [object] = seenObjects(paint(outline, 1), [{ className: 'van', outline }], 0.3)
    expect(object).toEqual({ className: 'van', boxXyxyPx: [0, 0, 4, 10], visibleFraction: 0.4 })
  })
})

describe('renderScene', () => {
  test('gives the same bytes for the same options and other ones for another seed', () => {
    const [a, b, c] = [renderScene(SMALL), renderScene(SMALL), renderScene({ ...SMALL, seed: 4 })]
    expect(Buffer.from(a.rgb).equals(Buffer.from(b.rgb))).toBe(true)
    expect(a.objects).toEqual(b.objects)
    expect(Buffer.from(a.rgb).equals(Buffer.from(c.rgb))).toBe(false)
  })

  test('boxes lie in the frame, have area, and cars have the size that altitude gives them', () => {
    const random = seededRandom(1)
    const lengths: number[] = []
    const seen = new Set<string>()
    for (let seed = 0; seed < 14; seed++) {
      const conditions = { ...sampleConditions(random), altitudeM: 80 }
      const scene = renderScene({ seed, width: 256, height: 256, ...conditions })
      for (const {
        className,
        boxXyxyPx: [x1, y1, x2, y2],
        visibleFraction,
      } of scene.objects) {
        expect(x1 >= 0 && y1 >= 0 && x2 <= 256 && y2 <= 256 && x2 - x1 >= 2 && y2 - y1 >= 2).toBe(true)
        expect(visibleFraction).toBeGreaterThanOrEqual(0.3)
        seen.add(className)
        if (className === 'car' && visibleFraction > 0.95) lengths.push(Math.max(x2 - x1, y2 - y1))
      }
    }
    lengths.sort((a, b) => a - b)
    // 4.4 m at 0.123 m a pixel is 36 px; a car that stands askew has a shorter longest side.
    expect(lengths.length).toBeGreaterThan(20)
    expect(lengths[lengths.length >> 1]).toBeGreaterThan(26)
    expect(lengths[lengths.length >> 1]).toBeLessThan(44)
    expect([...seen].filter((name) => ['car', 'van', 'person'].includes(name)).length).toBe(3)
  })

  test('boats float on water and are labelled', () => {
    const names = Array.from({ length: 8 }, (_, seed) =>
      renderScene({ seed, width: 320, height: 256, place: 'waterfront', frameWidthPx: 480 }),
    )
      .flatMap((scene) => scene.objects)
      .map((object) => object.className)
    expect(names).toContain('boat')
  })

  test('altitude sets the ground sample distance', () => {
    expect(renderScene({ ...SMALL, altitudeM: 80 }).camera.gsdM).toBeCloseTo(
      (2 * 80 * Math.tan((36.5 * Math.PI) / 180)) / 960,
      6,
    )
    expect(renderScene({ ...SMALL, altitudeM: 160 }).camera.gsdM).toBeCloseTo(
      (2 * 160 * Math.tan((36.5 * Math.PI) / 180)) / 960,
      6,
    )
  })

  test('dusk is darker than noon, fog takes contrast, blur takes sharpness, noise adds it', () => {
    const base = { ...SMALL, width: 192, height: 192 }
    expect(brightness(renderScene({ ...base, light: 'dusk' }))).toBeLessThan(
      brightness(renderScene({ ...base, light: 'noon' })) * 0.85,
    )
    expect(contrast(renderScene({ ...base, fog: 0.7 }))).toBeLessThan(contrast(renderScene(base)) * 0.7)
    const steps = (scene: Scene): number => {
      let sum = 0
      for (let i = 3; i < scene.rgb.length; i += 3) sum += Math.abs(scene.rgb[i]! - scene.rgb[i - 3]!)
      return sum / scene.rgb.length
    }
    expect(steps(renderScene({ ...base, blurPx: 2, noise: 0 }))).toBeLessThan(
      steps(renderScene({ ...base, noise: 0 })) * 0.75,
    )
    expect(steps(renderScene({ ...base, noise: 4 }))).toBeGreaterThan(steps(renderScene({ ...base, noise: 0 })) * 1.3)
  })

  test.each([
    [{ width: 10 }, 'not 10 x 128'],
    [{ altitudeM: 5 }, 'not 5'],
  ])('refuses %j', (change, message) => {
    expect(() => renderScene({ ...SMALL, ...change })).toThrow(message)
  })
})

describe('writeSceneDataset', () => {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'skyloop-scenes-'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  test('writes a YOLO data set whose flights share place and conditions', async () => {
    const progress: string[] = []
    const summary = await writeSceneDataset(folder, {
      flights: 2,
      framesPerFlight: 2,
      width: 192,
      height: 128,
      seed: 9,
      split: 'train',
      altitudeM: 60,
      onProgress: (done, total) => progress.push(`${done}/${total}`),
    })
    expect(progress).toEqual(['1/4', '2/4', '3/4', '4/4'])
    expect(await readdir(join(folder, 'train', 'images'))).toEqual([
      'flight001-0001.jpg',
      'flight001-0002.jpg',
      'flight002-0001.jpg',
      'flight002-0002.jpg',
    ])
    const lines = (await readFile(join(folder, 'train', 'metadata.jsonl'), 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines.map((line) => line.flight)).toEqual(['flight001', 'flight001', 'flight002', 'flight002'])
    expect(lines[0].image).toBe('train/images/flight001-0001.jpg')
    expect(lines[0].conditions).toEqual(lines[1].conditions)
    expect(lines[0].altitudeM).toBe(60)
    expect(lines[0].latitude).not.toBe(lines[1].latitude)
    expect(Math.abs(lines[0].latitude - lines[1].latitude)).toBeLessThan(0.001)
    let boxes = 0
    for (const name of await readdir(join(folder, 'train', 'labels'))) {
      boxes += (await readFile(join(folder, 'train', 'labels', name), 'utf8')).split('\n').filter(Boolean).length
    }
    expect(boxes).toBe(Object.values(summary.boxes).reduce((a, b) => a + b))
    expect((await readFile(join(folder, 'classes.txt'), 'utf8')).trim().split('\n')).toEqual([...SCENE_CLASSES])
    expect((await sharp(join(folder, 'train', 'images', 'flight001-0001.jpg')).metadata()).width).toBe(192)
  })

  test('label text is class and centre, as fractions', () => {
    const scene: Scene = {
      ...renderScene({ seed: 1, width: 64, height: 32 }),
      objects: [{ className: 'bus', boxXyxyPx: [16, 8, 48, 24], visibleFraction: 1 }],
    }
    expect(labelText(scene)).toBe('3 0.500000 0.500000 0.500000 0.500000\n')
  })
})
