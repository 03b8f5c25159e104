import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { deviation, hashGroups, stratifyGroups, type CountedGroup, type Shares } from './assign-groups.ts'

const SHARES: Shares = [
  ['train', 0.8],
  ['val', 0.2],
]

/** Groups `g0`, `g1` and so on with counts of each class and, last, of images without boxes. */
const groupsOf = (counts: readonly (readonly number[])[], images = 10): CountedGroup[] =>
  counts.map((row, k) => ({ key: `g${k}`, images, counts: row }))

const boxesIn = (
  groups: readonly CountedGroup[],
  splits: ReadonlyMap<string, string>,
  split: string,
  label: number,
): number => groups.filter(({ key }) => splits.get(key) === split).reduce((sum, { counts }) => sum + counts[label]!, 0)

describe('stratified', () => {
  test('a rare class that two of ten groups have is in both splits, for every seed', () => {
    const groups = groupsOf(Array.from({ length: 10 }, (_, k) => [20, k < 2 ? 5 : 0, 0]))
    for (let seed = 0; seed < 20; seed++) {
      const splits = stratifyGroups(groups, SHARES, seed)
      expect([boxesIn(groups, splits, 'train', 1), boxesIn(groups, splits, 'val', 1)]).toEqual([5, 5])
      expect([...splits.values()].filter((split) => split === 'val')).toHaveLength(2)
    }
  })

  test('every class and the images come as near to their shares as whole groups allow', () => {
    // Two of ten groups for val: only g0 with g9 has a fifth of both classes (10 of 50 each).
    const groups = groupsOf([
      [9, 1, 0],
      [5, 5, 0],
      [8, 2, 0],
      [2, 8, 0],
      [7, 3, 0],
      [3, 7, 0],
      [6, 4, 0],
      [4, 6, 0],
      [5, 5, 0],
      [1, 9, 0],
    ])
    const splits = stratifyGroups(groups, SHARES, 0)
    expect([boxesIn(groups, splits, 'val', 0), boxesIn(groups, splits, 'val', 1)]).toEqual([10, 10])
    expect(deviation(groups, splits, SHARES)).toBeCloseTo(0, 12)
  })

  test('the deviation is the sum of squared differences of shares', () => {
    const groups = groupsOf([
      [1, 0],
      [3, 0],
    ])
    // Class: train 1/4 instead of 4/5, val 3/4 instead of 1/5: twice 0.55². Images: half each: twice 0.3².
    const splits = new Map([
      ['g0', 'train'],
      ['g1', 'val'],
    ] as const)
    expect(deviation(groups, splits, SHARES)).toBeCloseTo(2 * 0.55 ** 2 + 2 * 0.3 ** 2, 12)
  })

  test('is nearer than random assignments are on average, and gives every split a group', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(
            fc.integer({ min: 0, max: 40 }),
            fc.integer({ min: 0, max: 5 }),
            fc.integer({ min: 0, max: 9 }),
            fc.integer({ min: 1, max: 30 }),
          ),
          {
            minLength: 3,
            maxLength: 40,
          },
        ),
        fc.integer({ min: 0, max: 1000 }),
        (rows, seed) => {
          const groups = rows.map(([a, b, empty, images], k): CountedGroup => ({
            key: `g${k}`,
            images,
            counts: [a, b, empty],
          }))
          const shares: Shares = [
            ['train', 0.7],
            ['val', 0.2],
            ['test', 0.1],
          ]
          const splits = stratifyGroups(groups, shares, seed)
          expect(new Set(splits.values()).size).toBe(3)
          const random = Array.from({ length: 20 }, (_, k) => hashGroups(groups, shares, seed + k))
          const mean = random.reduce((sum, other) => sum + deviation(groups, other, shares), 0) / random.length
          expect(deviation(groups, splits, shares)).toBeLessThanOrEqual(mean + 1e-9)
        },
      ),
      { numRuns: 60 },
    )
  })
})

describe('by hash', () => {
  const many = (count: number): CountedGroup[] => groupsOf(Array.from({ length: count }, () => [1, 0]))

  test('a group stays where it is however many are added', () => {
    const before = hashGroups(many(40), SHARES, 7)
    const after = hashGroups(many(400), SHARES, 7)
    for (const [key, split] of before) expect([key, after.get(key)]).toEqual([key, split])
  })

  test('shares are met on average, and another seed gives another split', () => {
    const splits = hashGroups(many(2000), SHARES, 1)
    const val = [...splits.values()].filter((split) => split === 'val').length
    // A binomial of 2000 draws with 0.2 has a deviation of 18.
    expect(Math.abs(val - 400)).toBeLessThan(72)
    expect(hashGroups(many(2000), SHARES, 2)).not.toEqual(splits)
  })

  test('no split stays empty', () => {
    for (let seed = 0; seed < 50; seed++) {
      const splits = hashGroups(many(3), [...SHARES.map(([split]) => [split, 0.45] as const), ['test', 0.1]], seed)
      expect(new Set(splits.values()).size).toBe(3)
    }
  })

  test('a larger share of val takes groups from train alone, and test stays', () => {
    const three = (val: number): Shares => [
      ['train', 0.9 - val],
      ['val', val],
      ['test', 0.1],
    ]
    const small = hashGroups(many(200), three(0.1), 3)
    const large = hashGroups(many(200), three(0.3), 3)
    const kept = [...small].filter(([, split]) => split !== 'train')
    expect(kept.length).toBeGreaterThan(20)
    for (const [key, split] of kept) expect([key, large.get(key)]).toEqual([key, split])
    expect([...large.values()].filter((split) => split === 'val').length).toBeGreaterThan(kept.length)
  })
})
