import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seededRandom } from '../../core/random.ts'
import { initialWeights, modelSpec, type Weights } from '../model/spec.ts'
import { type Batch, createTrainStep, type TrainStep } from './train-step.ts'

const [B, SIZE, K] = [2, 64, 2]
const spec = modelSpec('n', K)
const options = { spec, batch: B, height: SIZE, width: SIZE, threads: 1 }

const weightsOf = (seed: number): Weights => initialWeights(spec, seededRandom(seed))

function batchOf(mask: readonly number[], padding = 0): Batch {
  const random = seededRandom(2)
  return {
    images: Float32Array.from({ length: B * 3 * SIZE * SIZE }, () => random.next()),
    boxesXyxyPx: Float32Array.from(
      mask.flatMap((real, i) => (real ? [8 + i, 10, 40, 36 + i] : [padding, padding, padding, padding])),
    ),
    classes: Int32Array.from(mask, (real, i) => (real ? i % K : -1)),
    mask: Float32Array.from(mask),
  }
}

// Compiling takes longer than running, so the tests share one step; it keeps no state between runs.
let step: TrainStep
beforeAll(async () => {
  step = await createTrainStep(options)
}, 30_000)
afterAll(() => step[Symbol.asyncDispose]())

const finite = (values: Float32Array): boolean => values.every(Number.isFinite)

describe('a training step', () => {
  test('lowers the loss when its gradients are followed', async () => {
    const weights = weightsOf(1)
    // Boxes that fill most of the image, so that predictions overlap them from the first step on.
    const batch = batchOf([1, 1, 1, 1, 1, 1])
    batch.boxesXyxyPx.forEach((_, i) => (batch.boxesXyxyPx[i] = i % 4 < 2 ? 8 + (i >> 2) : 58))
    const losses: number[] = []
    for (let i = 0; i < 30; i++) {
      const { loss, gradients } = await step.run(weights, batch)
      expect(loss.total).toBeCloseTo((loss.box + loss.cls + loss.dfl) * B, 3)
      losses.push(loss.total)
      let squares = 0
      for (const slope of gradients.values()) squares += slope.reduce((sum, g) => sum + g * g, 0)
      for (const [name, slope] of gradients) {
        const values = weights.get(name) as Float32Array
        slope.forEach((g, j) => (values[j] = values[j]! - (0.1 * g) / Math.sqrt(squares)))
      }
    }
    expect(losses.at(-1)).toBeLessThan(losses[0]! * 0.8)
  })

  test('gives one gradient per parameter and two statistics per batch norm', async () => {
    const { gradients, batchStatistics } = await step.run(weightsOf(1), batchOf([1, 0, 0, 1, 1, 1]))
    for (const { name, shape } of spec.parameters) {
      expect(gradients.get(name)?.length, `gradient of ${name}`).toBe(shape.reduce((a, b) => a * b, 1))
    }
    expect(gradients.size).toBe(spec.parameters.length)
    const again = await step.run(weightsOf(1), batchOf([1, 0, 0, 1, 1, 1]))
    expect([...again.gradients.values()].every((values, i) => values === [...gradients.values()][i])).toBe(true)
    expect([...batchStatistics.keys()].toSorted()).toEqual(spec.buffers.map(({ name }) => name).toSorted())
  })

  test('reports the mean and the unbiased variance of what enters a batch norm', async () => {
    const weights = weightsOf(1)
    // A first layer that passes the red centre pixel: its statistics are those of every second pixel.
    const kernel = new Float32Array(16 * 27)
    kernel[4] = 1
    weights.set('model.0.conv.weight', kernel)
    const batch = batchOf([1, 0, 0, 0, 0, 0])
    const seen: number[] = []
    for (let b = 0; b < B; b++) {
      for (let y = 0; y < SIZE; y += 2) {
        for (let x = 0; x < SIZE; x += 2) seen.push(batch.images[(b * 3 * SIZE + y) * SIZE + x]!)
      }
    }
    const mean = seen.reduce((a, b) => a + b) / seen.length
    const variance = seen.reduce((a, b) => a + (b - mean) ** 2, 0) / (seen.length - 1)
    const { batchStatistics } = await step.run(weights, batch)
    expect(batchStatistics.get('model.0.bn.running_mean')?.[0]).toBeCloseTo(mean, 5)
    expect(batchStatistics.get('model.0.bn.running_var')?.[0]).toBeCloseTo(variance, 6)
  })

  test('without any real box trains the background and stays finite', async () => {
    const { loss, gradients } = await step.run(weightsOf(1), batchOf([0, 0, 0, 0, 0, 0]))
    expect([loss.box, loss.dfl]).toEqual([0, 0])
    expect(loss.cls).toBeGreaterThan(0)
    expect([...gradients.values()].every(finite)).toBe(true)
  })

  test('does not look at padding', async () => {
    const clean = await step.run(weightsOf(1), batchOf([1, 0, 0, 1, 1, 0]))
    const dirty = await step.run(weightsOf(1), batchOf([1, 0, 0, 1, 1, 0], Number.NaN))
    expect(dirty.loss).toEqual(clean.loss)
  })

  test('takes any number of rows for boxes', async () => {
    const few = await step.run(weightsOf(1), batchOf([1, 1, 0, 1, 0, 0]))
    const rows = batchOf([1, 1, 0, 0, 0, 1, 0, 0, 0, 0])
    const same = batchOf([1, 1, 0, 1, 0, 0])
    for (const [from, to] of [
      [0, 0],
      [1, 1],
      [3, 5],
    ] as const) {
      rows.boxesXyxyPx.set(same.boxesXyxyPx.subarray(from * 4, from * 4 + 4), to * 4)
      rows.classes[to] = same.classes[from]!
    }
    const many = await step.run(weightsOf(1), rows)
    expect(many.loss.total).toBeCloseTo(few.loss.total, 4)
    expect(many.targetSum).toBeCloseTo(few.targetSum, 5)
  })

  test('takes boxes without area and boxes outside the image', async () => {
    const batch = batchOf([1, 1, 1, 1, 1, 1])
    batch.boxesXyxyPx.set([5, 5, 5, 5, -90, -90, -50, -50, 30, 30, 30.5, 31])
    const { loss, gradients } = await step.run(weightsOf(1), batch)
    expect(Number.isFinite(loss.total)).toBe(true)
    expect([...gradients.values()].every(finite)).toBe(true)
  })

  test('leaves frozen layers alone and normalises them by their running statistics', async () => {
    const frozen = (name: string): boolean => Number(name.split('.')[1]) < 10
    await using partial = await createTrainStep({ ...options, frozen })
    const weights = weightsOf(1)
    const batch = batchOf([1, 0, 0, 1, 0, 0])
    const { gradients, batchStatistics, loss } = await partial.run(weights, batch)
    expect([...gradients.keys(), ...batchStatistics.keys()].filter(frozen)).toEqual([])
    expect(gradients.size).toBe(spec.parameters.filter(({ name }) => !frozen(name)).length)
    weights.get('model.0.bn.running_mean')?.fill(5)
    expect((await partial.run(weights, batch)).loss.total).not.toBe(loss.total)
  })
})

describe('a training step is refused', () => {
  test('for sizes that the network cannot halve five times', async () => {
    await expect(createTrainStep({ ...options, height: 70 })).rejects.toThrow('multiples of 32')
  })

  test('for a batch of another size or of unknown classes', async () => {
    const batch = batchOf([1, 0, 0, 0, 0, 0])
    await expect(step.run(weightsOf(1), { ...batch, mask: new Float32Array(2) })).rejects.toThrow(
      'boxesXyxyPx has 24 values, not 8',
    )
    batch.classes[0] = K
    await expect(step.run(weightsOf(1), batch)).rejects.toThrow('class 2 is outside 0..1')
  })

  test('without the weights of the model', async () => {
    await expect(step.run(new Map(), batchOf([0, 0, 0, 0, 0, 0]))).rejects.toThrow('has no values')
  })
})
