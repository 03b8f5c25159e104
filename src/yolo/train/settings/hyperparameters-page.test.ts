import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { hyperparametersPage } from './hyperparameters-page.ts'
import { SETTING_TABLE } from './setting-table.ts'
import { DEFAULT_SETTINGS, LIMIT_SETTINGS, parseSettings } from './settings.ts'

test('docs/hyperparameters.md is the table of settings: node tools/hyperparameters.ts writes it', async () => {
  const page = await readFile(new URL('../../../../docs/hyperparameters.md', import.meta.url), 'utf8')
  expect(page).toBe(hyperparametersPage())
  for (const name of LIMIT_SETTINGS) expect(page.split('A resumed training')[1]).toContain(name)
})

test('every default is a value that the table allows, and reads back as itself', () => {
  expect(Object.keys(SETTING_TABLE).toSorted()).toEqual(Object.keys(DEFAULT_SETTINGS).toSorted())
  const texts = Object.entries(DEFAULT_SETTINGS).map(([name, value]): [string, string] => [name, String(value)])
  expect(parseSettings(Object.fromEntries(texts))).toEqual(DEFAULT_SETTINGS)
})

test('switches and class weights take their words', () => {
  expect(parseSettings({ rect: 'on', plots: 'False', class_weights: '1, 2.5' })).toMatchObject({
    rect: true,
    plots: false,
    class_weights: '1, 2.5',
  })
  expect(() => parseSettings({ rect: 'yes', class_weights: '1,-2' })).toThrow(
    /rect="yes" is not on or off[^]*class_weights="1,-2" is not none, balanced or a list of numbers such as 1,2.5,1/,
  )
})
