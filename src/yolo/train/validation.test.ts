import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { modelSpec } from '../model/spec.ts'
import { readWeights } from '../weights/read-weights.ts'
import { BASE_WEIGHTS_PATH } from '../weights/weights-file.ts'
import type { Dataset } from './batches/dataset.ts'
import { openImageStore } from './batches/image-store.ts'
import { startValues } from './start-values.ts'
import { validateWeights } from './validation.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skyloop-validation-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

test('rectangles see the same image at the same scale, with less padding, in batches of one shape', async () => {
  const shapes = [
    { width: 200, height: 60 },
    { width: 60, height: 200 },
    { width: 200, height: 60 },
  ]
  for (const [i, size] of shapes.entries()) {
    const create = { ...size, channels: 3 as const, background: { r: 90, g: 110, b: 100 } }
    await sharp({ create })
      .png()
      .toFile(join(folder, `${i}.png`))
  }
  const { classNames = [] } = await readWeights(BASE_WEIGHTS_PATH)
  const dataset: Dataset = {
    folder,
    clipped: [],
    classNames,
    images: shapes.map((_, i) => ({
      path: join(folder, `${i}.png`),
      boxesXyxyNorm: Float32Array.of(0.25, 0.25, 0.75, 0.75),
      classes: Int32Array.of(0),
    })),
  }
  const spec = modelSpec('n', classNames.length)
  const { weights } = await startValues(spec, classNames, 0, BASE_WEIGHTS_PATH)
  const store = await openImageStore(
    dataset.images.map(({ path }) => path),
    128,
    1e6,
  )
  const square = await validateWeights(spec, weights, dataset, store, { size: 128, threads: 1 })
  const rect = await validateWeights(spec, weights, dataset, store, { size: 128, rect: true, threads: 1 })
  expect(square.sizes[0]).toEqual({ width: 128, height: 128 })
  // 200 x 60 px become 128 x 38, padded to 64 in place of 128.
  expect(rect.sizes).toEqual([
    { width: 128, height: 64 },
    { width: 64, height: 128 },
    { width: 128, height: 64 },
  ])
  const sides = (validation: typeof rect, i: number): [number, number, number, number] => {
    const [x1, y1, x2, y2] = validation.truth[i]!.boxesXyxyPx as unknown as [number, number, number, number]
    return [x1, y1, x2 - x1, y2 - y1]
  }
  expect(sides(rect, 0)).toEqual([32, 13 + 9.5, 64, 19])
  expect(sides(square, 0)).toEqual([32, 45 + 9.5, 64, 19])
  expect(sides(rect, 1)).toEqual([13 + 9.5, 32, 19, 64])
  expect(rect.found.map(({ id }) => id)).toEqual(['0', '1', '2'])
})
