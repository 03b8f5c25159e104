import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { joinDatasets } from '../bench/accuracy/joint-dataset.ts'
import { accuracyTable, findRun, type RunResult, saveRun } from '../bench/accuracy/results.ts'
import { writeRectangles } from './generated-dataset.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'skyloop-accuracy-test-'))
})
afterEach(() => rm(root, { recursive: true }))

test('sources are joined by class name, and near-duplicate frames of train are thinned', async () => {
  // Frames smaller than a tile are one tile each.
  for (const [folder, names] of [
    ['minsk-drone-cars', ['bright', 'dark']],
    ['kit-ais-munich-vehicles', ['dark', 'dusky', 'bright']],
  ] as const) {
    await writeRectangles(join(root, folder, 'train'), 6, 64, 1)
    await writeRectangles(join(root, folder, 'val'), 2, 64, 2)
    await writeFile(join(root, folder, 'classes.txt'), `${names.join('\n')}\n`)
  }
  const joint = await joinDatasets(root, join(root, 'joint'))
  // Every second frame of six, and every fifth.
  expect(joint.images).toEqual({ train: 3 + 2, val: 2 + 2 })
  expect(joint.classNames).toEqual(['bright', 'dark', 'dusky'])
  const classesOf = async (name: string): Promise<number[]> =>
    (await readFile(join(root, 'joint', 'val', 'labels', name), 'utf8')).trim().split('\n').map(parseFloat)
  const [kit, , minsk] = (await readdir(join(root, 'joint', 'val', 'labels'))).sort()
  // The second list calls class 0 dark and class 1 dusky.
  expect([await classesOf(minsk!), await classesOf(kit!)]).toEqual([
    [0, 1],
    [1, 2],
  ])
  expect(await readFile(join(root, 'joint', 'data.yaml'), 'utf8')).toContain('  1: dark\n')
})

const run = (seed: number, map50: number, more: Partial<RunResult> = {}): RunResult => ({
  trainer: 'skyloop',
  version: '1',
  seed,
  epochs: 2,
  batch: 8,
  side: 192,
  overrides: [],
  own: { map50: 0.5, map50_95: 0.25 },
  seconds: 60,
  data: { hash: 'a', train: 5, val: 4 },
  evaluated: { map50, map50_95: map50 / 2, ap50: { car: 0.9 } },
  machine: { cpu: 'any', cores: 2 },
  time: '2026-01-01T00:00:00.000Z',
  ...more,
})

test('the table has mean and sample deviation over seeds, and a row for each departure from the defaults', () => {
  const table = accuracyTable([run(0, 0.5), run(1, 0.54), run(0, 0.3, { overrides: ['mosaic=1'] })])
  // Of 50 and 54 the deviation is the root of 8.
  expect(table.split('\n').slice(2)).toEqual([
    '| skyloop 1 | 0 1 | 52.0 ± 2.8 | 26.0 ± 1.4 | 90.0 ± 0.0 | 50.0 ± 0.0 |',
    '| skyloop 1 mosaic=1 | 0 | 30.0 | 15.0 | 90.0 | 50.0 |',
  ])
})

test('a finished run is found again only for the same data, recipe and seed', async () => {
  await saveRun(root, run(0, 0.5))
  const key = { trainer: 'skyloop', seed: 0, overrides: [], epochs: 2, batch: 8, side: 192, hash: 'a' } as const
  expect(await findRun(root, key)).toMatchObject({ seed: 0, evaluated: { map50: 0.5 } })
  for (const other of [{ seed: 1 }, { hash: 'b' }, { epochs: 3 }, { overrides: ['mosaic=1'] }]) {
    expect(await findRun(root, { ...key, ...other })).toBeUndefined()
  }
})
