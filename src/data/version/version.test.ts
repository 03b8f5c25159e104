import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { contentHash, hashBytes } from './content-hash.ts'
import { formatHash, hashDistance, hashGrid, parseHash } from './perceptual-hash.ts'

test('a version is the hash of sorted paths, contents and options', () => {
  const files = [
    { path: 'b.jpg', sha256: hashBytes('B') },
    { path: 'a.jpg', sha256: hashBytes('A') },
  ]
  const text = `a.jpg\0${hashBytes('A')}\nb.jpg\0${hashBytes('B')}\n{"scale":1,"tile":null}`
  const wanted = `sha256:${createHash('sha256').update(text).digest('hex')}`
  expect(contentHash(files, { tile: null, scale: 1 })).toBe(wanted)
  expect(contentHash(files.toReversed(), { scale: 1, tile: null })).toBe(wanted)
  expect(contentHash([{ ...files[0]!, path: 'c.jpg' }, files[1]!], { tile: null, scale: 1 })).not.toBe(wanted)
})

test('a perceptual hash has a bit for each step up to the right and downwards', () => {
  const grow = Uint8Array.from({ length: 81 }, (_, i) => (i % 9) * 20)
  expect([...hashGrid(grow)!]).toEqual([0xffffffff, 0xffffffff, 0, 0])
  const down = Uint8Array.from({ length: 81 }, (_, i) => Math.floor(i / 9) * 20)
  expect([...hashGrid(down)!]).toEqual([0, 0, 0xffffffff, 0xffffffff])
  expect(hashDistance(hashGrid(grow)!, hashGrid(down)!)).toBe(128)
  const nudged = Uint8Array.from(grow)
  // The cell no longer rises from its left neighbour, and now rises to the one below.
  nudged[1] = 0
  expect(hashDistance(hashGrid(grow)!, hashGrid(nudged)!)).toBe(2)
})

test('an even picture has no hash', () => {
  expect(hashGrid(new Uint8Array(81).fill(90))).toBeUndefined()
})

test('a hash is 32 hex digits, word by word', () => {
  const words = Uint32Array.of(1, 0xffffffff, 0, 0xabc)
  expect(formatHash(words)).toBe('00000001ffffffff0000000000000abc')
  expect(parseHash(formatHash(words))).toEqual(words)
})
