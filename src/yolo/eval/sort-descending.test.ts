import { expect, test } from 'vitest'
import { seededRandom } from '../../core/random.ts'
import { sortDescending } from './sort-descending.ts'

test.each([10, 5000])('%i values come from largest to smallest, equal ones in their order', (length) => {
  const random = seededRandom(1)
  const values = Float64Array.from({ length }, (_, i) => (i % 3 === 0 ? random.normal() : random.int(4) - 1.5))
  const expected = Array.from(values.keys()).sort((a, b) => values[b]! - values[a]! || a - b)
  expect(Array.from(sortDescending(values))).toEqual(expected)
})
