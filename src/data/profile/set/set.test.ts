import { describe, expect, test } from 'vitest'
import { imageRow, labelsOf, setOf } from '../../../../test/support/image-rows.ts'
import { describeValues, quantile } from './distribution.ts'
import { findNearDuplicates, type HashedImage } from './near-duplicates.ts'
import { robustCentre } from './robust.ts'

describe('a distribution', () => {
  test('has the quantiles of NumPy and counts what has no value', () => {
    // numpy.quantile([1, 2, 3, 4, 10], [.05, .25, .5, .75, .95]) is 1.2, 2, 3, 4, 8.8.
    expect(describeValues([4, undefined, 1, 3, 10, 2], 'linear')).toMatchObject({
      count: 5,
      missing: 1,
      min: 1,
      p05: expect.closeTo(1.2, 12) as number,
      p25: 2,
      median: 3,
      p75: 4,
      p95: expect.closeTo(8.8, 12) as number,
      max: 10,
      mean: 4,
      // Squares of -3, -2, -1, 0 and 6 over five.
      std: expect.closeTo(Math.sqrt(10), 12) as number,
    })
    expect(quantile([7], 0.9)).toBe(7)
    expect(describeValues([undefined], 'linear')).toBeUndefined()
  })

  test('puts every value into one bin of its histogram, whatever its scale', () => {
    for (const scale of ['linear', 'log'] as const) {
      const values = Array.from({ length: 500 }, (_, k) => 1 + ((k * 7919) % 997))
      const { edges, counts } = describeValues(values, scale)!.histogram
      expect(edges).toHaveLength(counts.length + 1)
      expect(counts.reduce((a, b) => a + b)).toBe(500)
      counts.forEach((count, k) => {
        const last = k === counts.length - 1
        expect(count).toBe(values.filter((v) => v >= edges[k]! && (last || v < edges[k + 1]!)).length)
      })
    }
  })

  test('of equal values is one bar, and its linear edges are round', () => {
    expect(describeValues([3, 3], 'log')!.histogram).toEqual({ edges: [2.85, 3.15], counts: [2] })
    expect(describeValues([0.1, 0.3, 0.7, 0.9], 'linear')!.histogram.edges).toContain(0.3)
  })
})

test('a robust centre is not moved by what is far off', () => {
  // Deviations from 3 are 2, 1, 0, 1, 997: their median is 1.
  expect(robustCentre([1, 2, 3, 4, 1000])).toEqual({ median: 3, sigma: 1 / 0.6745 })
  // More than half are equal: the mean deviation, 10 / 5, takes over.
  expect(robustCentre([5, 5, 5, 5, 15]).sigma).toBeCloseTo(2 * 1.2533, 12)
})

test('an outlier falls out of its own flight, not out of the set', () => {
  const flight = (name: string, brightness: number) =>
    Array.from({ length: 10 }, (_, k) => imageRow(`${name}_${10000 + k}.jpg`, { brightness: brightness + k }))
  const rows = [...flight('noon', 150), ...flight('dusk', 50), imageRow('noon_20000.jpg', { brightness: 55 })]
  const { outliers } = setOf(rows)
  // The median of noon is 155 and the median deviation 3: (55 - 154 .. 155) / (3 / 0.6745).
  expect(outliers).toEqual([
    expect.objectContaining({ image: 'noon_20000.jpg', measure: 'brightness', value: 55, median: 154 }),
  ])
  expect(outliers[0]!.score).toBeCloseTo(((55 - 154) * 0.6745) / 3, 6)
})

describe('look-alikes', () => {
  const hash = (...bits: number[]): Uint32Array => {
    const words = new Uint32Array(4)
    for (const bit of bits) words[bit >> 5]! |= 1 << (bit & 31)
    return words
  }
  const image = (path: string, merit: number, of: Uint32Array | undefined, contentHash = path): HashedImage => ({
    path,
    merit,
    hash: of,
    contentHash,
  })

  test('of a chain, the best is kept, and what is like no kept one is kept too', () => {
    // a-b and b-c differ in 4 bits, a-c in 8.
    const chain = [
      image('a', 3, hash(0, 1, 2, 3)),
      image('b', 1, hash()),
      image('c', 2, hash(10, 40, 70, 100)),
      image('far', 9, hash(...Array.from({ length: 60 }, (_, k) => 2 * k))),
    ]
    expect(findNearDuplicates(chain, 4)).toEqual([
      { keep: ['a', 'c'], drop: [{ image: 'b', like: 'a', distance: 4, identical: false }] },
    ])
    expect(findNearDuplicates(chain, 3)).toEqual([])
  })

  test('copies are told by their bytes, even without a hash', () => {
    expect(findNearDuplicates([image('x', 0, undefined, 's'), image('y', 5, undefined, 's')])).toEqual([
      { keep: ['y'], drop: [{ image: 'x', like: 'y', distance: 0, identical: true }] },
    ])
    expect(findNearDuplicates([image('x', 0, undefined), image('y', 5, undefined)])).toEqual([])
  })

  test('every dropped image is within the limit of a kept one, and no two kept ones are', () => {
    const images = Array.from({ length: 300 }, (_, k) =>
      image(`i${k}`, (k * 31) % 17, hash(...[0, 1, 2, 3].map((j) => (k * (j + 3) * 13) % 24))),
    )
    const distance = (a: string, b: string): number => {
      const [x, y] = [a, b].map((path) => images.find((one) => one.path === path)!.hash!)
      return [...x!].reduce((sum, word, k) => sum + (word ^ y![k]!).toString(2).replaceAll(/[^1]/g, '').length, 0)
    }
    const groups = findNearDuplicates(images, 2)
    for (const { keep, drop } of groups) {
      for (const { image: dropped, like } of drop) expect(distance(dropped, like)).toBeLessThanOrEqual(2)
      const pairs = keep.flatMap((a) => keep.filter((b) => a < b).map((b) => distance(a, b)))
      expect(pairs.filter((bits) => bits <= 2)).toEqual([])
    }
    const named = groups.flatMap(({ keep, drop }) => [...keep, ...drop.map(({ image: dropped }) => dropped)])
    expect(new Set(named).size).toBe(named.length)
  })
})

describe('flights', () => {
  const shot = (path: string, minute: number, latitudeDeg = 50, model = 'X') =>
    imageRow(path, {
      camera: {
        model,
        capturedAt: new Date(Date.UTC(2026, 0, 1, 12, minute)).toISOString().slice(0, 19),
        capturedAtMs: Date.UTC(2026, 0, 1, 12, minute),
        latitudeDeg,
        longitudeDeg: 10,
      },
    })
  test('end at a pause of ten minutes, a jump of two kilometres and another camera', () => {
    const { images, flights } = setOf([
      shot('a', 0),
      shot('b', 10),
      shot('c', 21),
      shot('d', 22, 50.02),
      shot('e', 1, 50, 'Y'),
      imageRow('DJI_0005-0018.jpg'),
      imageRow('DJI_0005-0019.jpg'),
    ])
    expect(images.map(({ flight }) => flight)).toEqual([
      '2026-01-01 12:00 X',
      '2026-01-01 12:00 X',
      '2026-01-01 12:21 X',
      '2026-01-01 12:22 X',
      '2026-01-01 12:01 Y',
      'DJI_0005',
      'DJI_0005',
    ])
    expect(flights[0]).toMatchObject({ images: 2, trackM: 0 })
  })

  test('of two drones of a model at two places at once are two', () => {
    const { images } = setOf([shot('a', 0), shot('b', 0, 51), shot('c', 1), shot('d', 1, 51), shot('e', 2)])
    expect(images.map(({ flight }) => flight)).toEqual([
      '2026-01-01 12:00 X',
      '2026-01-01 12:00 X (2)',
      '2026-01-01 12:00 X',
      '2026-01-01 12:00 X (2)',
      '2026-01-01 12:00 X',
    ])
  })

  test('what metadata.jsonl says is believed, fills gaps, and does not overrule the image', () => {
    const declared = new Map([
      ['a', { image: 'a', flight: 'f01', altitudeM: 80, latitude: 1, longitude: 2, gsdM: 0.03, gimbalPitchDeg: -60 }],
    ])
    const [image] = setOf([shot('a', 0)], { declared }).images
    expect(image).toMatchObject({ flight: 'f01', camera: { relativeAltitudeM: 80, latitudeDeg: 50, longitudeDeg: 10 } })
    // 80 m over the cosine of 30 degrees.
    expect(image!.groundSample).toMatchObject({ cmPerPx: 3, offNadirDeg: 30, distanceFrom: 'declared' })
    expect(image!.groundSample!.distanceM).toBeCloseTo(80 / Math.cos(Math.PI / 6), 9)
  })
})

test('sites are kilometres apart, and their centre is the middle of their images', () => {
  const at = (path: string, latitudeDeg: number, longitudeDeg: number) =>
    imageRow(path, { camera: { latitudeDeg, longitudeDeg } })
  const { sites } = setOf([at('a', 50, 10), at('b', 50.001, 10), at('far', -30, 150), imageRow('nowhere')])
  expect(sites.map(({ images }) => images)).toEqual([['a', 'b'], ['far']])
  expect(sites[0]!.centre.latitudeDeg).toBeCloseTo(50.0005, 6)
})

test('labels are counted by class, in pixels, and in metres where the view is from above', () => {
  const ground = (offNadirDeg: number) => ({
    cmPerPx: 5,
    alongCmPerPx: 5,
    distanceM: 100,
    offNadirDeg,
    distanceFrom: 'relative-altitude' as const,
  })
  const { labels, images } = setOf(
    [
      imageRow('a.jpg', { width: 1000, height: 500, groundSample: ground(0) }),
      imageRow('b.jpg', { width: 1000, height: 500, groundSample: ground(60) }),
      imageRow('c.jpg'),
    ],
    {
      labels: labelsOf(
        // 40 x 40 px; 100 x 25 px at the left edge; a class that is not; and a background image.
        { 'a.jpg': '0 .5 .5 .04 .08\n1 .05 .5 .1 .05\n7 .5 .5 .1 .1\n', 'b.jpg': '0 .5 .5 .04 .08\n' },
        ['car', 'bus'],
      ),
    },
  )
  expect(labels).toMatchObject({ boxes: 3, labelledImages: 2, backgroundImages: 0, unlabelledImages: 1, atEdge: 1 })
  expect(labels!.classes[0]).toMatchObject({ name: 'car', boxes: 2, images: 2, share: 2 / 3 })
  expect(labels!.classes[0]!.medianSidePx).toBeCloseTo(40, 9)
  expect(labels!.classes[1]).toMatchObject({ boxes: 1, medianSidePx: expect.closeTo(50, 9) as number })
  expect(labels!.classes[1]!.medianSideM).toBeCloseTo(2.5, 9)
  // Of the three boxes only the two of the image from above have a size in metres.
  expect(labels!.sideM).toMatchObject({ count: 2, missing: 1 })
  expect(labels!.elongation!.max).toBeCloseTo(4, 6)
  expect(labels!.centres.flat().reduce((a, b) => a + b)).toBe(3)
  expect(images.map(({ labels: own }) => own)).toEqual([
    { boxes: 2, byClass: { 0: 1, 1: 1 }, dropped: 1, changed: 0 },
    { boxes: 1, byClass: { 0: 1 }, dropped: 0, changed: 0 },
    undefined,
  ])
})
