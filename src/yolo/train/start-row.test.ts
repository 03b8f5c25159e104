import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { writeRectangles } from '../../../test/generated-dataset.ts'
import { modelSpec } from '../model/spec.ts'
import { readWeights } from '../weights/read-weights.ts'
import { BASE_WEIGHTS_PATH } from '../weights/weights-file.ts'
import { readDataset } from './batches/dataset.ts'
import { openImageStore } from './batches/image-store.ts'
import { DEFAULT_SETTINGS } from './settings/settings.ts'
import { startValues } from './start-values.ts'
import { trainDetector } from './train-detector.ts'
import { validateWeights } from './validation.ts'

const SIDE = 64

test('a fine-tune whose every epoch is worse than its start ships the start, and says so', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'skyloop-start-'))
  await writeRectangles(join(folder, 'train'), 4, SIDE, 1)
  await writeRectangles(join(folder, 'val'), 2, SIDE, 2)
  const { classNames = [] } = await readWeights(BASE_WEIGHTS_PATH)
  const spec = modelSpec('n', classNames.length)
  const { weights: start } = await startValues(spec, classNames, 0, BASE_WEIGHTS_PATH)

  // The truth is what the start reports most confidently, so that nothing can be better than it.
  const images = await readDataset(join(folder, 'val'), classNames)
  const paths = images.images.map(({ path }) => path)
  const store = await openImageStore(paths, SIDE, 1e6)
  const { found } = await validateWeights(spec, start, images, store, { size: SIDE, threads: 1 })
  await mkdir(join(folder, 'val', 'labels'), { recursive: true })
  for (const [i, { detections }] of found.entries()) {
    const best = [...detections].sort((a, b) => b.confidence - a.confidence).slice(0, 2)
    const lines = best.map(({ classId, box: [x1, y1, x2, y2] }) => {
      const sides = [x1, y1, x2, y2].map((side) => Math.min(SIDE, Math.max(0, side)) / SIDE) as [
        number,
        number,
        number,
        number,
      ]
      return [
        classId,
        (sides[0] + sides[2]) / 2,
        (sides[1] + sides[3]) / 2,
        sides[2] - sides[0],
        sides[3] - sides[1],
      ].join(' ')
    })
    await writeFile(join(folder, 'val', 'labels', `picture-00${i}.txt`), `${lines.join('\n')}\n`)
  }

  const result = await trainDetector({
    train: join(folder, 'train'),
    validation: join(folder, 'val'),
    classNames,
    // A learning rate that undoes what was learnt.
    settings: { ...DEFAULT_SETTINGS, imgsz: SIDE, batch: 2, epochs: 1, threads: 1, optimizer: 'sgd', lr0: 1 },
    startFrom: BASE_WEIGHTS_PATH,
    checkpointDir: join(folder, 'checkpoints'),
  })
  const [before, after] = result.rows
  expect(before).toMatchObject({ epoch: 0, trainLoss: null })
  expect(before!.valMap50).toBeGreaterThan(0.9)
  expect(after!.valMap50).toBeLessThan(before!.valMap50!)
  expect(result.bestEpoch).toBe(0)
  expect(result.weights).toEqual(start)
  expect(result.validation?.map50).toBe(before!.valMap50)
}, 60_000)
