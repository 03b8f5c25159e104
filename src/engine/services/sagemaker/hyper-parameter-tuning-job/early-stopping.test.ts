import { expect, test } from 'vitest'
import { isHopeless } from './early-stopping.ts'

/** Running averages after two values: 2, 3 and 4; their median is 3. */
const EARLIER = [
  [3, 1, 9],
  [2, 4],
  [5, 3, 0],
]

test('a job whose best is worse than the median of earlier averages is hopeless', () => {
  expect(isHopeless([3.5, 3.1], EARLIER)).toBe(true)
  expect(isHopeless([2.9, 8], EARLIER)).toBe(false)
})

test('earlier jobs that ended before this point have no say', () => {
  // Two jobs reach a third value, and three are needed.
  expect(isHopeless([9, 9, 9], EARLIER)).toBe(false)
  // Averages after three values: 13/3, 8/3 and 5; the median is 13/3.
  expect(isHopeless([5, 5, 4.4], [...EARLIER, [5, 5, 5]])).toBe(true)
  expect(isHopeless([5, 5, 4.3], [...EARLIER, [5, 5, 5]])).toBe(false)
})

test('the median of an even number is between the middle two', () => {
  // Averages after two values: 2, 3, 4, 5; the median is 3.5.
  expect(isHopeless([3.6, 3.6], [...EARLIER, [5, 5]])).toBe(true)
  expect(isHopeless([3.4, 3.6], [...EARLIER, [5, 5]])).toBe(false)
})

test('nothing is hopeless before its first value', () => {
  expect(isHopeless([], EARLIER)).toBe(false)
})
