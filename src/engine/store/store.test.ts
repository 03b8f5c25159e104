import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openStore, type OwnedStore } from './sqlite-store.ts'

let folder: string
let store: OwnedStore
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'skyloop-store-'))
  store = openStore(join(folder, 'state.db'))
})
afterEach(() => {
  store.close()
  rmSync(folder, { recursive: true })
})

describe('a collection', () => {
  test('gives back what was put, dates as dates, also after a restart', () => {
    const value = { name: 'job', at: new Date(1234567890123), list: [{ at: new Date(0) }], none: null }
    store.collection('jobs').put('a', value)
    store.close()
    store = openStore(join(folder, 'state.db'))
    expect(store.collection('jobs').get('a')).toEqual(value)
    expect(store.collection('other').get('a')).toBeUndefined()
  })

  test('lists in order of id, by prefix', () => {
    const rows = store.collection<number>('n')
    for (const id of ['b/2', 'a', 'b/1', 'c', 'b']) rows.put(id, 1)
    expect(rows.list('b/').map(({ id }) => id)).toEqual(['b/1', 'b/2'])
    expect(rows.list().map(({ id }) => id)).toEqual(['a', 'b', 'b/1', 'b/2', 'c'])
  })

  test('inserts once, updates what is there, deletes once', () => {
    const rows = store.collection<number>('n')
    expect([rows.insert('a', 1), rows.insert('a', 2), rows.get('a')]).toEqual([true, false, 1])
    expect([rows.update('a', (n) => n + 10), rows.update('b', (n) => n)]).toEqual([11, undefined])
    expect([rows.delete('a'), rows.delete('a')]).toEqual([true, false])
  })
})

describe('a transaction', () => {
  test('happens as a whole or not at all', () => {
    const rows = store.collection<number>('n')
    rows.put('kept', 1)
    expect(() =>
      store.transaction(() => {
        rows.put('kept', 2)
        rows.put('new', 3)
        throw new Error('no')
      }),
    ).toThrow('no')
    expect(rows.list()).toEqual([{ id: 'kept', value: 1 }])
  })

  test('inside another undoes only itself when its failure is caught', () => {
    const rows = store.collection<number>('n')
    store.transaction(() => {
      rows.put('outer', 1)
      expect(() =>
        store.transaction(() => {
          rows.put('inner', 2)
          throw new Error('inner')
        }),
      ).toThrow('inner')
    })
    expect(rows.list().map(({ id }) => id)).toEqual(['outer'])
  })
})
