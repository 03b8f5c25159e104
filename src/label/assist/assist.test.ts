import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import type { TaskSummary } from '../tasks/task-source.ts'
import { featureDistance, featureOf, imageFeature } from './image-feature.ts'
import { rankImages } from './rank-images.ts'
import { createScout, type FoundBox } from './scout.ts'
import { binaryEntropy, uncertainty } from './uncertainty.ts'

const plain = (r: number, g: number, b: number) =>
  featureOf(
    Uint8Array.from({ length: 3 * 64 }, (_, i) => [r, g, b][i % 3]!),
    8,
  )
const picture = async (red: number): Promise<Uint8Array> =>
  sharp({ create: { width: 32, height: 24, channels: 3, background: { r: red, g: 10, b: 10 } } })
    .png()
    .toBuffer()

describe('uncertainty', () => {
  test('of a coin is one bit, of one in four 0.811, of what is certain nothing', () => {
    expect(binaryEntropy(0.5)).toBe(1)
    // 1/4 * 2 + 3/4 * 0.41504
    expect(binaryEntropy(0.25)).toBeCloseTo(0.8112781, 6)
    expect([binaryEntropy(0), binaryEntropy(1)]).toEqual([0, 0])
  })
  test('is the mean of the ten least certain boxes', () => {
    expect(uncertainty([])).toBe(0)
    expect(uncertainty([0.5, 0.5, 1])).toBeCloseTo(0.2, 12)
    expect(uncertainty(Array.from({ length: 30 }, () => 0.5))).toBe(1)
  })
})

describe('the look of an image', () => {
  test('is as far from another as their colours are apart', () => {
    // No edges in either: only the colours differ, which are half of the distance.
    expect(featureDistance(plain(255, 0, 0), plain(0, 0, 255))).toBeCloseTo(0.5, 6)
    expect(featureDistance(plain(255, 0, 0), plain(250, 5, 5))).toBeCloseTo(0, 3)
  })
  test('tells stripes that run across from stripes that run down', () => {
    const stripes = (down: boolean) =>
      featureOf(
        Uint8Array.from({ length: 3 * 64 }, (_, i) => {
          const [x, y] = [Math.floor(i / 3) % 8, Math.floor(i / 24)]
          return (Math.floor((down ? x : y) / 2) % 2) * 255
        }),
        8,
      )
    expect(featureDistance(stripes(true), stripes(false))).toBeCloseTo(0.5, 3)
  })
  test('is read from bytes', async () => {
    const feature = await imageFeature(await picture(250))
    expect(feature.colours[48]).toBe(1)
    await expect(imageFeature(new Uint8Array(10))).rejects.toThrow('unsupported image format')
  })
})

test('images are ranked by doubt first, then by being unlike those before', () => {
  const red = plain(255, 0, 0)
  const blue = plain(0, 0, 255)
  const candidates = [
    { objectId: 'sure-red', uncertainty: 0, feature: red },
    { objectId: 'unsure-red', uncertainty: 0.9, feature: red },
    { objectId: 'unsure-red-too', uncertainty: 0.8, feature: red },
    { objectId: 'sure-blue', uncertainty: 0.4, feature: blue },
  ]
  // unsure-red is worth 0.95. Then red is known: unsure-red-too is worth 0.4, sure-blue 0.2 + 0.25.
  expect(rankImages(candidates, [], 3).map(({ objectId, novelty }) => [objectId, Number(novelty.toFixed(3))])).toEqual([
    ['unsure-red', 1],
    ['sure-blue', 0.5],
    ['unsure-red-too', 0],
  ])
  // With blue labelled before, unsure-red is worth 0.45 + 0.25, and sure-blue only 0.2.
  expect(rankImages(candidates, [blue], 4).map(({ objectId }) => objectId)).toEqual([
    'unsure-red',
    'unsure-red-too',
    'sure-blue',
    'sure-red',
  ])
})

describe('the scout', () => {
  const images = [200, 100, 250, 20]
  const open: TaskSummary[] = images.map((_, i) => ({
    objectId: String(i),
    sourceRef: `s3://b-b/${i}.png`,
    state: 'open',
  }))
  const box = (label: string, confidence: number): FoundBox => ({
    label,
    confidence,
    left: 1,
    top: 2,
    width: 3,
    height: 4,
  })
  const found: readonly (readonly FoundBox[])[] = [
    [box('car', 0.99)],
    [box('car', 0.5), box('car', 0.3), box('tank', 0.5)],
    [],
    [box('car', 0.1)],
  ]
  const told: string[] = []
  const scoutOf = () =>
    createScout({
      model: 'm.onnx',
      showFrom: 0.25,
      labels: ['car'],
      image: async (objectId) => {
        const bytes = objectId === '2' ? new Uint8Array([1, 2]) : await picture(images[Number(objectId)]!)
        const body = new Blob([new Uint8Array(bytes)]).stream()
        return { contentType: 'image/png', sizeBytes: bytes.length, body }
      },
      propose: async (bytes) => {
        const { data } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true })
        return found[images.indexOf(data[0]!)] ?? []
      },
      onUnknownClass: (label) => told.push(`no ${label}`),
      onError: (objectId) => told.push(`image ${objectId}`),
    })

  test('proposes what is sure enough, orders by doubt and novelty, and says why', async () => {
    await using scout = scoutOf()
    expect(scout.order(open).map(({ objectId }) => objectId)).toEqual(['0', '1', '2', '3'])
    scout.look(open)
    while (scout.scored() < 3 || told.length < 2) await new Promise((resolve) => setTimeout(resolve, 5))
    // The unreadable one comes last, with the others that nothing is known of.
    expect(scout.order(open).map(({ objectId }) => objectId)).toEqual(['1', '3', '0', '2'])
    expect(await scout.propose(open[1]!)).toEqual([box('car', 0.5), box('car', 0.3)])
    expect(await scout.propose(open[3]!)).toEqual([])
    expect(await scout.propose(open[2]!)).toEqual([])
    expect(scout.why('1')).toBe('2 uncertain boxes · looks new (100%)')
    expect(scout.why('3')).toMatch(/^the model finds nothing here · looks new/)
    expect(scout.why('2')).toBeUndefined()
    expect(told.toSorted()).toEqual(['image 2', 'no tank'])
  })
})
