import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Entry } from './entry.ts'
import { keyFilter } from './key-filter.ts'
import { compareKeys } from './key-order.ts'
import { listFiles } from './list-files.ts'
import { mergeJoin } from './merge-join.ts'

const entry = (key: string, sizeBytes = 1, modifiedMs = 0): Entry => ({ key, sizeBytes, modifiedMs })

async function* stream<T>(items: readonly T[]): AsyncGenerator<T> {
  for (const item of items) yield item
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const item of items) found.push(item)
  return found
}

test('keys are in the order of their UTF-8 bytes, whatever they hold', () => {
  expect(['😀', '\uFFEE', 'é', 'z', 'a/b', 'a-b', 'a'].toSorted(compareKeys)).toEqual([
    'a',
    'a-b',
    'a/b',
    'z',
    'é',
    '\uFFEE',
    '😀',
  ])
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
      expect(Math.sign(compareKeys(a, b))).toBe(Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b))))
    }),
  )
})

test('files come in the order in which S3 lists their keys; hidden ones and links are named, not listed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'skyloop-listing-'))
  const keys = ['a-b.txt', 'a.txt', 'a/z.txt', 'a0.txt', 'ab/c/d.txt', 'é.txt', '😀.txt']
  for (const key of [...keys].reverse()) {
    await mkdir(dirname(join(folder, key)), { recursive: true })
    await writeFile(join(folder, key), 'x')
  }
  await mkdir(join(folder, '.git'))
  await symlink(folder, join(folder, 'loop'))
  const skipped: string[] = []
  const found = await all(listFiles(folder, { onSkipped: (key, why) => skipped.push(`${key} ${why}`) }))
  expect(found.map(({ key }) => key)).toEqual(keys.toSorted(compareKeys))
  expect(skipped.toSorted()).toEqual(['.git hidden', 'loop link'])
  await rm(folder, { recursive: true })
})

describe('two listings side by side', () => {
  test('pair what both have, in order', async () => {
    const pairs = await all(
      mergeJoin(stream(['a', 'b', 'd'].map((k) => entry(k))), stream(['b', 'c'].map((k) => entry(k)))),
    )
    expect(pairs.map(({ key, source, target }) => [key, source?.key, target?.key])).toEqual([
      ['a', 'a', undefined],
      ['b', 'b', 'b'],
      ['c', undefined, 'c'],
      ['d', 'd', undefined],
    ])
  })

  test('give each key of either once', async () => {
    const keys = fc.uniqueArray(fc.string({ minLength: 1, unit: 'binary' })).map((list) => list.toSorted(compareKeys))
    await fc.assert(
      fc.asyncProperty(keys, keys, async (left, right) => {
        const pairs = await all(mergeJoin(stream(left.map((k) => entry(k))), stream(right.map((k) => entry(k)))))
        expect(pairs.map(({ key }) => key)).toEqual([...new Set([...left, ...right])].toSorted(compareKeys))
        expect(pairs.filter(({ source, target }) => source && target)).toHaveLength(
          left.filter((key) => right.includes(key)).length,
        )
      }),
      { numRuns: 50 },
    )
  })

  test('refuse a listing that is out of order: what seems missing would be deleted', async () => {
    await expect(all(mergeJoin(stream([entry('b'), entry('a')]), stream([])))).rejects.toThrow('gives "a" after "b"')
  })
})

describe('a filter', () => {
  const matches = (options: Parameters<typeof keyFilter>[0], key: string) => keyFilter(options).wantsKey(key)

  test.each([
    ['*.jpg', 'train/images/a.jpg', true],
    ['*.jpg', 'train/images/a.jpg.txt', false],
    ['train/**', 'train/images/a.jpg', true],
    ['train/*', 'train/images/a.jpg', false],
    ['train/*', 'train/a.jpg', true],
    ['**/images/*.{jpg,png}', 'val/images/b.png', true],
    ['.hidden', 'a/.hidden', true],
  ])('%s on %s is %s', (pattern, key, expected) => {
    expect(matches({ include: [pattern] }, key)).toBe(expected)
    expect(matches({ exclude: [pattern] }, key)).toBe(!expected)
  })

  test('takes endings in either case, and sizes and times with their limits', () => {
    expect(matches({ suffixes: ['.jpg', '.txt'] }, 'DJI_0001.JPG')).toBe(true)
    const filter = keyFilter({ minSizeBytes: 10, maxSizeBytes: 20, modifiedSinceMs: 5 })
    const sizes = [9, 10, 20, 21].map((size) => filter.wants(entry('a', size, 5)))
    expect([...sizes, filter.wants(entry('a', 15, 4))]).toEqual([false, true, true, false, false])
  })
})
