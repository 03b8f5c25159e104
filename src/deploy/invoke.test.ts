import { expect, test } from 'vitest'
import { summariseLatency } from './invoke.ts'

test('percentiles are the nearest ranks', () => {
  const values = Array.from({ length: 20 }, (_, i) => 20 - i)
  expect(summariseLatency(values)).toEqual({ count: 20, p50Ms: 10, p95Ms: 19, maxMs: 20 })
  expect(summariseLatency([7])).toEqual({ count: 1, p50Ms: 7, p95Ms: 7, maxMs: 7 })
  expect(() => summariseLatency([])).toThrow('no calls')
})
