import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Split } from '../formats/find-images.ts'
import { planSplits, type SplitInput, type SplitRule } from './plan-splits.ts'

const RULE: SplitRule = {
  valFraction: 0.2,
  testFraction: 0,
  splitBy: 'flight',
  assign: 'stratified',
  placeRadiusM: 50,
  resplit: false,
  seed: 0,
}

const splitFlights = (images: readonly SplitInput[], rule: SplitRule): ReadonlyMap<string, Split> =>
  planSplits(images, rule).splits

/** Every image different from all others in content. */
const plain = (image: string, flight: string, split: Split | undefined): SplitInput => ({
  image,
  flight,
  split,
  sha256: image,
  classIds: [0],
})

function flights(sizes: readonly number[], split?: Split): SplitInput[] {
  return sizes.flatMap((size, f) => Array.from({ length: size }, (_, k) => plain(`f${f}-${k}.jpg`, `f${f}`, split)))
}

const count = (splits: ReadonlyMap<string, Split>, wanted: Split): number =>
  [...splits.values()].filter((split) => split === wanted).length

test('ten flights of ten frames give two flights to val', () => {
  const splits = splitFlights(flights(Array.from({ length: 10 }, () => 10)), RULE)
  expect([count(splits, 'train'), count(splits, 'val')]).toEqual([80, 20])
})

test('a split that is there is kept', () => {
  const images = [...flights([3], 'train'), plain('v.jpg', 'f0', 'val')]
  const splits = splitFlights(images, RULE)
  expect([splits.get('f0-0.jpg'), splits.get('v.jpg')]).toEqual(['train', 'val'])
})

test('val is taken from train when only train is given; test is left as it is', () => {
  const images = [...flights([4, 4, 4], 'train'), plain('t.jpg', 't', 'test')]
  const splits = splitFlights(images, { ...RULE, valFraction: 0.3 })
  expect([count(splits, 'train'), count(splits, 'val'), splits.get('t.jpg')]).toEqual([8, 4, 'test'])
})

test('one flight cannot be split without a leak', () => {
  expect(() => splitFlights(flights([8]), RULE)).toThrow('8 image(s) are of 1 flight(s) (f0)')
  expect(count(splitFlights(flights([8]), { ...RULE, splitBy: 'image' }), 'val')).toBe(2)
})

test('val alone is no data set', () => {
  expect(() => splitFlights(flights([8], 'val'), RULE)).toThrow('no train images')
})

describe('whatever the flights', () => {
  test('each lies in one split, no image is lost, train and val have some', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 3, maxLength: 12 }),
        fc.double({ min: 0.05, max: 0.5, noNaN: true }),
        fc.integer({ min: 0, max: 1000 }),
        (sizes, valFraction, seed) => {
          const images = flights(sizes)
          const splits = splitFlights(images, { ...RULE, valFraction, testFraction: 0.1, seed })
          expect(splits.size).toBe(images.length)
          for (const wanted of ['train', 'val', 'test'] as const) expect(count(splits, wanted)).toBeGreaterThan(0)
          const of = new Map<string, Set<Split>>()
          for (const { image, flight } of images) {
            of.set(flight, (of.get(flight) ?? new Set()).add(splits.get(image)!))
          }
          expect([...of.values()].every((set) => set.size === 1)).toBe(true)
        },
      ),
      { numRuns: 100 },
    )
  })

  test('the same seed gives the same split in any order of the images', () => {
    const images = flights([5, 3, 7, 2, 9])
    const a = splitFlights(images, RULE)
    const b = splitFlights(images.toReversed(), RULE)
    expect(Object.fromEntries(a)).toEqual(Object.fromEntries(b))
  })
})
