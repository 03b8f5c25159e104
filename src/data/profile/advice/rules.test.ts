import { describe, expect, test } from 'vitest'
import { imageRow, labelsOf, setOf } from '../../../../test/support/image-rows.ts'
import type { ImageProfile } from '../image-profile.ts'
import type { SetAnalysis } from '../set/set-profile.ts'
import { recommend, RULE_NAMES, RULES, type RuleName } from './rules.ts'
import type { Advice } from './recommendation.ts'

const many = (count: number, given: (k: number) => Partial<ImageProfile> = () => ({}), name = 'f1'): ImageProfile[] =>
  Array.from({ length: count }, (_, k) => imageRow(`images/${name}-${k}.jpg`, given(k)))

/** `count` boxes of a class, `sidePx` wide and high in a frame of 4000x3000, none of them twice. */
const boxes = (count: number, sidePx = 200, classId = 0): string =>
  Array.from(
    { length: count },
    (_, k) =>
      `${classId} ${0.2 + (k % 50) * 0.01} ${0.2 + Math.floor(k / 50) * 0.01} ${sidePx / 4000} ${sidePx / 3000}`,
  ).join('\n')

const labelled = (texts: readonly string[], classes = ['car']): SetAnalysis =>
  setOf(many(texts.length), {
    labels: labelsOf(Object.fromEntries(texts.map((text, k) => [`images/f1-${k}.jpg`, text])), classes),
  })

const camera = (given: ImageProfile['camera']): Partial<ImageProfile> => ({ camera: given })
const ground = (cmPerPx: number): Partial<ImageProfile> => ({
  groundSample: { cmPerPx, alongCmPerPx: cmPerPx, distanceM: 100, offNadirDeg: 0, distanceFrom: 'relative-altitude' },
})
const complete: ImageProfile['camera'] = {
  latitudeDeg: 50,
  longitudeDeg: 10,
  relativeAltitudeM: 80,
  capturedAtMs: Date.UTC(2020, 0),
  capturedAt: '2020-01-01T00:00:00',
}

interface Case {
  readonly fires: SetAnalysis
  /** What must be in its advice. */
  readonly says: { [K in keyof Advice]?: unknown }
  /** A set close to the other in which nothing is to be said. */
  readonly silent: SetAnalysis
}

const twins = [
  imageRow('images/a.jpg', { perceptualHash: '0'.repeat(32) }),
  imageRow('images/b.jpg', { perceptualHash: `${'0'.repeat(31)}7`, sharpness: 900 }),
  imageRow('images/c.jpg', { perceptualHash: 'f'.repeat(32) }),
]

const CASES: Record<RuleName, Case> = {
  unreadable: {
    fires: setOf([
      imageRow('a.jpg'),
      { path: 'b.jpg', contentHash: undefined, sizeBytes: 0, error: { code: 'data.image.empty', message: 'empty' } },
    ]),
    says: { severity: 'fix', images: ['b.jpg'], values: { unreadable: 1, empty: 1, errorRate: 0.5 } },
    silent: setOf([imageRow('a.jpg')]),
  },
  'unlabelled-images': {
    fires: setOf(many(2), { labels: labelsOf({ 'images/f1-0.jpg': '' }, ['car']) }),
    says: { images: ['images/f1-1.jpg'] },
    silent: labelled(['', '']),
  },
  'label-problems': {
    fires: labelled(['0 .5 .5 .1 .1\n0 2.5 .5 .1 .1\n', '0 .5 .5 .1 .1\n']),
    says: { severity: 'fix', images: ['images/f1-0.jpg'], values: { lines: 3, dropped: 1, changed: 0 } },
    silent: labelled(['0 .5 .5 .1 .1\n']),
  },
  'identical-files': {
    fires: setOf([
      imageRow('a.jpg', { contentHash: 's' }),
      imageRow('b.jpg', { contentHash: 's', perceptualHash: imageRow('a.jpg').perceptualHash }),
    ]),
    says: { images: ['b.jpg'], values: { copies: 1 } },
    silent: setOf(many(2)),
  },
  'turned-by-exif': {
    fires: setOf(many(2, (k) => ({ orientation: k === 0 ? 6 : 1 }))),
    says: { severity: 'note', images: ['images/f1-0.jpg'] },
    silent: setOf(many(2, (k) => ({ orientation: k === 0 ? undefined : 1 }))),
  },
  'tile-size': {
    // 40 px in 4000 px are 6.4 px at 640 px; at a tile of 40 * 640 / 16 they are 16.
    fires: labelled([boxes(100, 40)]),
    says: { values: { tilePx: 1600, overlap: 0.1, inputPx: 640 } },
    // 200 px in 4000 px are 32 px at 640 px.
    silent: labelled([boxes(100, 200)]),
  },
  'near-duplicates': {
    fires: setOf(twins),
    // Three bits apart; the sharper one stays.
    says: { images: ['images/a.jpg'], values: { groups: 1, keep: 1, drop: 1, unlabelled: 1 } },
    silent: setOf(many(3)),
  },
  blurred: {
    fires: setOf(many(12, (k) => ({ sharpness: k === 5 ? 40 : 480 + k }))),
    says: { images: ['images/f1-5.jpg'] },
    silent: setOf(many(12, (k) => ({ sharpness: k === 5 ? 400 : 480 + k }))),
  },
  overexposed: {
    fires: setOf(many(3, (k) => ({ clippedHighlights: 0.04 + 0.01 * k + 0.001 }))),
    says: { images: ['images/f1-2.jpg', 'images/f1-1.jpg'] },
    silent: setOf(many(3, () => ({ clippedHighlights: 0.05 }))),
  },
  underexposed: {
    // Two stops: (115 / 61.3) to the power of 2.2 is 4; this one is at 57.5, half of 115, so 2.2 stops.
    fires: setOf(many(2, (k) => ({ brightness: k === 0 ? 57.5 : 100 }))),
    says: { images: ['images/f1-0.jpg'], values: { underexposed: 1, darkest: 57.5, stops: expect.closeTo(2.2, 9) } },
    silent: setOf(many(2, () => ({ brightness: 61 }))),
  },
  'low-contrast': {
    fires: setOf(many(2, (k) => ({ contrast: k === 0 ? 15 : 40 }))),
    says: { images: ['images/f1-0.jpg'] },
    silent: setOf(many(2, () => ({ contrast: 15, brightness: 30 }))),
  },
  noisy: {
    fires: setOf(many(12, (k) => ({ noise: k === 3 ? 9 : 2 + k / 100, ...camera({ iso: 1600 }) }))),
    says: { images: ['images/f1-3.jpg'] },
    silent: setOf(many(12, (k) => ({ noise: k === 3 ? 9 : 2 + k / 100, ...camera({ iso: 100 }) }))),
  },
  'heavy-compression': {
    fires: setOf(many(2, (k) => ({ sizeBytes: k === 0 ? 600_000 : 6_000_000 }))),
    // 600,000 bytes of 12 million pixels.
    says: { images: ['images/f1-0.jpg'], values: { compressed: 1, limit: 0.6, worst: 0.4 } },
    silent: setOf(many(2, () => ({ sizeBytes: 600_000, format: 'png' }))),
  },
  'odd-colours': {
    fires: setOf(many(3, (k) => (k === 0 ? { colourMode: 'cmyk' } : {}))),
    says: { images: ['images/f1-0.jpg'] },
    silent: setOf(many(3, () => ({ colourMode: 'grey' }))),
  },
  'mixed-sizes': {
    fires: setOf(many(3, (k) => (k === 0 ? { width: 1280, height: 720 } : {}))),
    says: { images: ['images/f1-0.jpg'], values: { sizes: 2, shortestLongSidePx: 1280, longestLongSidePx: 4000 } },
    silent: setOf(many(3, (k) => (k === 0 ? { width: 3000, height: 4000 } : {}))),
  },
  'scale-spread': {
    fires: setOf(many(8, (k) => ground(k < 4 ? 2 : 5))),
    says: { values: { ratio: 2.5, p05: 2, median: 3.5, p95: 5 } },
    silent: setOf(many(8, (k) => ground(k < 4 ? 3 : 5))),
  },
  'class-imbalance': {
    fires: labelled([boxes(110), boxes(10, 200, 1)], ['car', 'bus']),
    says: { images: ['images/f1-1.jpg'], values: { ratio: 11, car: 110, bus: 10 } },
    silent: labelled([boxes(100), boxes(10, 200, 1)], ['car', 'bus']),
  },
  'few-examples': {
    fires: labelled([boxes(60), boxes(49, 200, 1)], ['car', 'bus']),
    says: { images: ['images/f1-1.jpg'], values: { bus: 49 } },
    silent: labelled([boxes(60), boxes(50, 200, 1)], ['car', 'bus']),
  },
  'boxes-at-edge': {
    fires: labelled([boxes(50), Array.from({ length: 10 }, (_, k) => `0 .02 .${10 + k} .04 .005`).join('\n')]),
    says: { values: { atEdge: 10, boxes: 60 } },
    silent: labelled([boxes(50), '0 .02 .5 .04 .04']),
  },
  'background-share': {
    fires: labelled(Array.from({ length: 30 }, (_, k) => (k < 16 ? '' : boxes(1)))),
    says: { severity: 'improve', values: { background: 16, labelled: 30 } },
    silent: labelled(Array.from({ length: 30 }, (_, k) => (k < 3 ? '' : boxes(1)))),
  },
  'crowded-images': {
    fires: labelled([boxes(301, 20), boxes(20)]),
    says: { severity: 'improve', images: ['images/f1-0.jpg'], values: { images: 1, most: 301 } },
    silent: labelled([boxes(100)]),
  },
  'reduced-pictures': {
    fires: setOf(
      many(1, () => ({
        storedWidth: 1000,
        storedHeight: 750,
        ...camera({ originalWidth: 4000, originalHeight: 3000 }),
      })),
    ),
    says: { values: { reduced: 1, largestFactor: 4 } },
    silent: setOf(many(1, () => camera({ originalWidth: 4000, originalHeight: 3000 }))),
  },
  'missing-metadata': {
    fires: setOf(
      many(2, (k) => ({
        ...(k === 0 ? camera({ ...complete, relativeAltitudeM: undefined }) : camera(complete)),
        ...ground(3),
      })),
    ),
    says: {
      images: ['images/f1-0.jpg'],
      values: { 'without place': 0, 'without altitude': 1, 'without time': 0, 'without ground sample distance': 0 },
    },
    silent: setOf(many(2, () => ({ ...camera(complete), ...ground(3) }))),
  },
  'wrong-clock': {
    fires: setOf(many(2, (k) => camera({ capturedAtMs: Date.UTC(k === 0 ? 1980 : 2020, 0), capturedAt: 'then' }))),
    says: { images: ['images/f1-0.jpg'] },
    silent: setOf(many(2, () => camera({ capturedAtMs: Date.UTC(2020, 0), capturedAt: 'then' }))),
  },
  'wrong-place': {
    fires: setOf(many(2, (k) => camera({ latitudeDeg: k * 50, longitudeDeg: k * 10 }))),
    says: { images: ['images/f1-0.jpg'] },
    silent: setOf(many(2, () => camera({ latitudeDeg: 0, longitudeDeg: 30 }))),
  },
  'mixed-views': {
    fires: setOf(many(3, (k) => camera({ gimbalPitchDeg: k === 0 ? -30 : -90 }))),
    says: { images: ['images/f1-0.jpg'], values: { fromAbove: 2, oblique: 1 } },
    silent: setOf(many(3, (k) => camera({ gimbalPitchDeg: k === 0 ? -60 : -90 }))),
  },
  'light-spread': {
    fires: setOf(many(10, (k) => ({ brightness: k < 5 ? 70 : 160 }))),
    says: { values: { p05: 70, median: 115, p95: 160 } },
    silent: setOf(many(10, (k) => ({ brightness: k < 5 ? 90 : 160 }))),
  },
  'few-flights': {
    fires: setOf(many(10)),
    says: { values: { flights: 1, largestShare: 1 } },
    silent: setOf([...many(4, undefined, 'f1'), ...many(4, undefined, 'f2'), ...many(4, undefined, 'f3')]),
  },
  'unused-classes': {
    fires: labelled([boxes(3)], ['car', 'cyclist']),
    says: { values: { unused: 1 }, title: expect.stringContaining('cyclist') },
    silent: labelled([boxes(3)], ['car']),
  },
  'outlying-images': {
    fires: setOf(
      many(12, (k) => (k === 7 ? { brightness: 200, contrast: 90 } : { brightness: 100 + k, contrast: 40 + k / 2 })),
    ),
    says: { images: ['images/f1-7.jpg'] },
    silent: setOf(many(12, (k) => (k === 7 ? { brightness: 200 } : { brightness: 100 + k }))),
  },
}

describe.each(RULE_NAMES.map((name) => [name, CASES[name]] as const))('%s', (name, { fires, says, silent }) => {
  test('speaks where there is something to say, with an action and the numbers', () => {
    const advice = RULES[name](fires)
    expect(advice).toMatchObject(says)
    for (const text of [advice!.title, advice!.action, advice!.why]) {
      expect(text.length).toBeGreaterThan(20)
      expect(text).not.toMatch(/undefined|NaN|\[object/)
    }
    const paths = new Set([...fires.images, ...fires.unreadable].map(({ path }) => path))
    expect(advice!.images.filter((path) => !paths.has(path))).toEqual([])
  })

  test('is silent where there is nothing', () => {
    expect(RULES[name](silent)).toBeUndefined()
  })
})

test('cars stand for objects where there are no labels but the ground sample is known', () => {
  // A car of 2.85 m is 28.5 px at 10 cm a pixel, and 4.56 px when 4000 px are shrunk to 640; 28.5 * 640 / 16 is 1140.
  const advice = RULES['tile-size'](setOf(many(4, () => ground(10))))
  expect(advice!.values).toMatchObject({ tilePx: 1152, carPx: 28.5, atInputPx: expect.closeTo(4.56, 9) as number })
})

test('what stops a training comes first', () => {
  const set = labelled(['0 2.5 .5 .1 .1\n', boxes(301, 20)])
  const severities = recommend(set).map(({ severity }) => severity)
  expect(severities[0]).toBe('fix')
  expect(severities).toEqual(
    severities.toSorted((a, b) => ['fix', 'improve', 'note'].indexOf(a) - ['fix', 'improve', 'note'].indexOf(b)),
  )
})

test('a sound set gets no advice about single images', () => {
  const rows = ['f1', 'f2', 'f3', 'f4'].flatMap((name) => many(10, () => ({ ...ground(2), ...camera(complete) }), name))
  expect(recommend(setOf(rows)).filter(({ images }) => images.length > 0)).toEqual([])
})
