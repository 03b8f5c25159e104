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
import { replayBatch } from './replay-batch.ts'
import { DEFAULT_SETTINGS } from './settings/settings.ts'
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
    expect(whole.rows[2]!.clsLoss!).toBeLessThan(whole.rows[0]!.clsLoss!)
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
    const losses = (result: TrainResult): (number | null)[] => result.rows.map(({ trainLoss }) => trainLoss)
    expect(losses(resumed)).toEqual(losses(whole))

    const other = train({ checkpointDir, settings: { ...settings, seed: 9 } })
    await expect(other).rejects.toMatchObject({ code: 'yolo.train.checkpoint', problems: ['seed was 0, is 9'] })
    await writeFile(lastCheckpointPath(checkpointDir), 'broken')
    await expect(train({ checkpointDir })).rejects.toMatchObject({ code: 'yolo.safetensors' })
  })

  test('gradients of several batches and changing sizes resume bit for bit as well', async () => {
    const mixed = { ...settings, epochs: 2, batch: 2, accumulate: 3, multi_scale: 0.5, val_every: 2 }
    const whole = await train({ settings: mixed })
    // Eight images, four batches an epoch: one update of three batches and one of what is left.
    expect(whole.steps).toBe(4)
    const checkpointDir = await mkdtemp(join(tmpdir(), 'skyloop-checkpoints-'))
    const stop = new AbortController()
    const report = (event: TrainEvent): void => {
      if (event.kind === 'step' && event.epoch === 2 && event.batch === 2) stop.abort()
    }
    // Two batches of an update are summed when it stops.
    const part = await train({ settings: mixed, checkpointDir, signal: stop.signal, report })
    expect(part).toMatchObject({ status: 'interrupted', steps: 2 })
    const resumed = await train({ settings: mixed, checkpointDir })
    expect(resumed.steps).toBe(4)
    expect(resumed.weights).toEqual(whole.weights)
  })

  test('a validation split without boxes measures nothing: the last epoch is the best one; classes are weighed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'skyloop-empty-'))
    await writeRectangles(folder, 1, 64, 3)
    await writeFile(join(folder, 'labels', 'picture-000.txt'), '')
    const warnings: string[] = []
    const result = await train({
      validation: folder,
      settings: { ...settings, epochs: 1, class_weights: '1e-6,1e-6' },
      report: (event) => event.kind === 'warning' && warnings.push(event.message),
    })
    // Weights of classes reach the loss.
    expect(result.rows[0]!.clsLoss).toBeLessThan(1e-3)
    expect(result.rows[0]!.boxLoss).toBeGreaterThan(0.1)
    expect(warnings).toEqual([expect.stringContaining('the last epoch counts as the best one')])
    expect(result).toMatchObject({ bestEpoch: 1, validation: undefined })
  })

  test('a loss that is no number ends it, with the batch kept', async () => {
    const spec = modelSpec('n', 2)
    const weights = initialWeights(spec, seededRandom(1))
    // The variance that the batch norm after it sees overflows.
    weights.get('model.0.conv.weight')![0] = 3e38
    const checkpointDir = await mkdtemp(join(tmpdir(), 'skyloop-checkpoints-'))
    const startFrom = join(checkpointDir, 'start.safetensors')
    await writeWeightsFile(startFrom, spec, weights, classNames)
    const diverging = train({ checkpointDir, startFrom, validation: undefined })
    await expect(diverging).rejects.toMatchObject({ code: 'yolo.train.diverged' })
    expect(await readdir(checkpointDir)).toContain('diverged-batch.safetensors')
    const kept = decodeSafetensors(await readFile(join(checkpointDir, 'diverged-batch.safetensors')), 'kept')
    expect(kept.tensors.get('images')?.shape).toEqual([4, 3, 64, 64])
    const replayed = await replayBatch(join(checkpointDir, 'diverged-batch.safetensors'), 1)
    // The first layer's output is finite, its variance is not: everything that follows is no number.
    expect(replayed.loss.total).toBeNaN()
    expect(replayed.notFinite).toContain('gradient of model.0.conv.weight')
    expect(replayed.largestWeight).toEqual({ name: 'model.0.conv.weight', size: Math.fround(3e38) })
  })

  test('start weights that are not numbers are refused by name', async () => {
    const spec = modelSpec('n', 2)
    const weights = initialWeights(spec, seededRandom(1))
    weights.get('model.1.bn.bias')![3] = NaN
    const checkpointDir = await mkdtemp(join(tmpdir(), 'skyloop-checkpoints-'))
    const startFrom = join(checkpointDir, 'start.safetensors')
    await writeWeightsFile(startFrom, spec, weights, classNames)
    const error = { code: 'yolo.weights.finite', message: expect.stringContaining('model.1.bn.bias') as string }
    await expect(train({ checkpointDir, startFrom })).rejects.toMatchObject(error)
  })

  test('a time limit ends it well, and says so', async () => {
    const result = await train({ settings: { ...settings, epochs: 1000, max_minutes: 0.02 } })
    expect(result.status).toBe('time')
    expect(result.reason).toContain('0.02 minutes have passed')
    expect(result.validation).toBeDefined()
  })
})
