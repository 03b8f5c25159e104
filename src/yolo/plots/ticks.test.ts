import { expect, test } from 'vitest'
import { niceTicks, tickLabel } from './ticks.ts'

test('ticks are round numbers within the range', () => {
  expect(niceTicks(0, 1, 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1])
  expect(niceTicks(0, 6.3, 6)).toEqual([0, 2, 4, 6])
  expect(niceTicks(0.3, 0.47, 4)).toEqual([0.3, 0.35, 0.4, 0.45])
  expect(niceTicks(0, 0.0005, 5)).toEqual([0, 0.0001, 0.0002, 0.0003, 0.0004, 0.0005])
  expect(niceTicks(1, 1, 5)).toEqual([1])
})

test('labels have as few digits as they need', () => {
  expect([0, 0.25, 12, 1234, 12_000, 0.0005, 0.00025].map(tickLabel)).toEqual([
    '0',
    '0.25',
    '12',
    '1234',
    '12k',
    '5e-4',
    '2.5e-4',
  ])
})
