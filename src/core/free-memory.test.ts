import { expect, test } from 'vitest'
import { freeMemory } from './free-memory.ts'

test('an array that has its memory for itself gives it back', () => {
  const array = new Float32Array(8)
  freeMemory(array)
  expect([array.length, array.buffer.byteLength]).toEqual([0, 0])
  // Twice is as good as once.
  freeMemory(array)
})

test('memory that is shared stays', () => {
  const part = new Uint8Array(16).subarray(4, 8)
  freeMemory(part)
  const betweenThreads = new Uint8Array(new SharedArrayBuffer(4))
  freeMemory(betweenThreads)
  const pooled = Buffer.from('a few bytes')
  freeMemory(pooled)
  expect([part.length, betweenThreads.length, pooled.length]).toEqual([4, 4, 11])
})
