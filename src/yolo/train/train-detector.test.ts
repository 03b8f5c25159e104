import { mkdtemp, readFile, readdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { writeRectangles } from '../../../test/generated-dataset.ts'
import { seededRandom } from '../../core/random.ts'
import { initialWeights, modelSpec } from '../model/spec.ts'
import { decodeSafetensors } from '../weights/safetensors.ts'
import { writeWeightsFile } from '../weights/weights-file.ts'
import { lastCheckpointPath } from './checkpoint.ts'
import { DEFAULT_SETTINGS } from './settings.ts'
import { trainDetector } from './train-detector.ts'
import type { TrainDetectorOptions, TrainResult } from './train-detector.ts'
import type { TrainEvent } from './train-events.ts'

const classNames = ['bright', 'dark']
const settings = { ...DEFAULT_SETTINGS, imgsz: 64, batch: 4, epochs: 3, close_mosaic: 1, threads: 1, val_every: 3 }
let data = ''

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'skyloop-train-'))
  await writeRectangles(join(data, 'train'), 8, 64, 1)
  await writeRectangles(join(data, 'val'), 3, 64, 2)
})

async function train(more: Partial<TrainDetectorOptions> = {}): Promise<TrainResult> {
  const checkpointDir = await mkdtemp(join(tmpdir(), 'skyloop-checkpoints-'))
  const folders = { train: join(data, 'train'), validation: join(data, 'val') }
  return trainDetector({ ...folders, classNames, settings, checkpointDir, ...more })
}

describe('training', () => {
  test('stopped and resumed, it computes bit for bit what it computes in one go', async () => {
    const whole = await train()
    expect(whole).toMatchObject({ status: 'completed', bestEpoch: 3, steps: 6 })
    expect(whole.rows.map(({ epoch }) => epoch)).toEqual([1, 2, 3])
    // The assignment pulls boxes in from the first step on: the class part falls, the untrained guess being poor.
    expect(whole.rows[2]!.clsLoss).toBeLessThan(whole.rows[0]!.clsLoss)
    expect(whole.rows[0]!.valMap50).toBeNull()
    expect(whole.rows[2]!.valMap50).toBe(whole.validation?.map50)

    const checkpointDir = await mkdtemp(join(tmpdir(), 'skyloop-checkpoints-'))
    const events: TrainEvent[] = []
    // Once in the middle of an epoch, once right after the last batch of one.
    for (const stopAfter of [1, 4]) {
      const stop = new AbortController()
      const part = await train({
        checkpointDir,
        signal: stop.signal,
        report: (event) => {
          events.push(event)
          if (event.kind === 'step' && (event.epoch - 1) * event.batches + event.batch === stopAfter) stop.abort()
        },
      })
      expect(part).toMatchObject({ status: 'interrupted', steps: stopAfter })
    }
    const resumed = await train({ checkpointDir, report: (event) => events.push(event) })
    expect(events.filter(({ kind }) => kind === 'resume')).toEqual([
      { kind: 'resume', epoch: 1, batch: 1, steps: 1 },
      { kind: 'resume', epoch: 3, batch: 0, steps: 4 },
    ])
    expect(resumed.weights).toEqual(whole.weights)
    const losses = (result: TrainResult): number[] => result.rows.map(({ trainLoss }) => trainLoss)
    expect(losses(resumed)).toEqual(losses(whole))

    const other = train({ checkpointDir, settings: { ...settings, seed: 9 } })
    await expect(other).rejects.toMatchObject({ code: 'yolo.train.checkpoint', problems: ['seed was 0, is 9'] })
    await writeFile(lastCheckpointPath(checkpointDir), 'broken')
    await expect(train({ checkpointDir })).rejects.toMatchObject({ code: 'yolo.safetensors' })
  })

  test('a loss that is no number ends it, with the batch kept', async () => {
    const spec = modelSpec('n', 2)
    const weights = initialWeights(spec, seededRandom(1))
    weights.get('model.0.conv.weight')![0] = NaN
    const checkpointDir = await mkdtemp(join(tmpdir(), 'skyloop-checkpoints-'))
    const startFrom = join(checkpointDir, 'start.safetensors')
    await writeWeightsFile(startFrom, spec, weights, classNames)
    await expect(train({ checkpointDir, startFrom })).rejects.toMatchObject({ code: 'yolo.train.diverged' })
    expect(await readdir(checkpointDir)).toContain('diverged-batch.safetensors')
    const kept = decodeSafetensors(await readFile(join(checkpointDir, 'diverged-batch.safetensors')), 'kept')
    expect(kept.tensors.get('images')?.shape).toEqual([4, 3, 64, 64])
  })

  test('a time limit ends it well, and says so', async () => {
    const result = await train({ settings: { ...settings, epochs: 1000, max_minutes: 0.02 } })
    expect(result.status).toBe('time')
    expect(result.reason).toContain('0.02 minutes have passed')
    expect(result.validation).toBeDefined()
  })
})
