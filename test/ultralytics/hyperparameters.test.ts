import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { DEFAULT_SETTINGS } from '../../src/yolo/train/settings/settings.ts'

interface Row {
  readonly argument?: string
  readonly kind?: string
  readonly of?: readonly string[]
  readonly to?: Readonly<Record<string, unknown>>
  readonly default?: unknown
  readonly refused?: string
}

const path = new URL('../../containers/ultralytics/hyperparameters.json', import.meta.url)
const table = JSON.parse(await readFile(path, 'utf8')) as Record<string, Row>

test('the Ultralytics image has an answer for every hyperparameter of the own trainer, and for no other', () => {
  expect(Object.keys(table).sort()).toEqual([...Object.keys(DEFAULT_SETTINGS), 'weights'].sort())
})

test('what it takes has a kind, what it does not has a reason, and choices have a translation', () => {
  const incomplete = Object.entries(table).filter(
    ([, { kind, refused, of: choices = [], to }]) =>
      (kind === undefined && refused === undefined) || (to !== undefined && choices.some((word) => !(word in to))),
  )
  expect(incomplete).toEqual([])
})

test('the defaults it sets itself are those of the own trainer, plots aside', () => {
  const own: Readonly<Record<string, unknown>> = { ...DEFAULT_SETTINGS, weights: 'none', plots: false }
  const differing = Object.entries(table).filter(([name, row]) => 'default' in row && row.default !== own[name])
  expect(differing).toEqual([])
})
