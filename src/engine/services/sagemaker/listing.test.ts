import { expect, test } from 'vitest'
import { listPage } from './listing.ts'
import type { ListInput } from './listing.ts'

const rows = ['a', 'b', 'c', 'd', 'e'].map((name, at) => ({
  name: `job-${name}`,
  createdAt: new Date(1000 * at),
  modifiedAt: new Date(0),
  status: at % 2 === 0 ? 'Completed' : 'Failed',
}))
const names = (input: ListInput) =>
  listPage(rows, (row) => row, input)
    .page.map(({ name }) => name.slice(4))
    .join('')

test('newest first, unless asked otherwise', () => {
  expect(names({})).toBe('edcba')
  expect(names({ SortOrder: 'Ascending' })).toBe('abcde')
  expect(names({ SortBy: 'Status', SortOrder: 'Ascending' })).toBe('acebd')
})

test('filters are cumulative', () => {
  expect(names({ StatusEquals: 'Completed', CreationTimeAfter: new Date(0) })).toBe('ec')
  expect(names({ NameContains: '-B' })).toBe('b')
})

test('pages follow each other, also when the last row seen is gone', () => {
  const first = listPage(rows, (row) => row, { MaxResults: 2 })
  expect(first.page.map(({ name }) => name)).toEqual(['job-e', 'job-d'])
  const left = rows.filter(({ name }) => name !== 'job-d')
  const next = listPage(left, (row) => row, { MaxResults: 5, NextToken: first.NextToken })
  expect(next.page.map(({ name }) => name)).toEqual(['job-c', 'job-b', 'job-a'])
  expect(next.NextToken).toBeUndefined()
})

test('a foreign token and a page of none are refused', () => {
  expect(() => names({ NextToken: 'zzz' })).toThrow('Invalid pagination token')
  expect(() => names({ MaxResults: 0 })).toThrow('between 1 and 100')
})
