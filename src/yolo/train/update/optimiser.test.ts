import { describe, expect, test } from 'vitest'
import type { ModelSpec, Weights } from '../../model/spec.ts'
import { updateAverage, updateRunningStatistics } from './moving-average.ts'
import { clipGradients, createOptimiser, restoreOptimiser } from './optimiser.ts'
import type { OptimiserOptions } from './optimiser.ts'
import { learningRate, ratesAt } from './schedule.ts'

const spec: ModelSpec = {
  scale: 'n',
  classCount: 1,
  parameters: [
    { name: 'conv', shape: [1], role: 'conv-weight' },
    { name: 'bias', shape: [1], role: 'conv-bias' },
  ],
  buffers: [],
}

function values(conv: number, bias: number): Weights {
  return new Map([
    ['conv', Float32Array.of(conv)],
    ['bias', Float32Array.of(bias)],
  ])
}

function flat(weights: ReadonlyMap<string, Float32Array>): number[] {
  return [...weights.values()].flatMap((data) => [...data])
}

describe('SGD', () => {
  const options: OptimiserOptions = { kind: 'sgd', momentum: 0.5, weightDecay: 0.25 }

  test('Nesterov momentum and decay of weights, not of biases, as computed by hand', () => {
    const weights = values(1, 1)
    const optimiser = createOptimiser(spec, options)
    // conv: g = 2 + 0.25 * 1 = 2.25, v = 2.25, step = g + 0.5 v = 3.375. bias: g = 2, v = 2, step = 3.
    optimiser.update(weights, values(2, 2), 0.125)
    expect(flat(weights)).toEqual([1 - 0.125 * 3.375, 1 - 0.125 * 3])
    // bias: g = 4, v = 0.5 * 2 + 4 = 5, step = 4 + 2.5.
    optimiser.update(weights, values(0, 4), 0.125)
    expect(weights.get('bias')![0]).toBe(1 - 0.125 * 3 - 0.125 * 6.5)
  })

  test('decay pulls by the weight, and biases have a rate and all a momentum of their own when given', () => {
    const weights = values(4, 4)
    const optimiser = createOptimiser(spec, options)
    // conv: g = v = 1 + 0.25 * 4 = 2, step = 2 + 0.75 * 2. bias: g = v = 1, step = 1 + 0.75.
    optimiser.update(weights, values(1, 1), { learningRate: 0.25, biasLearningRate: 0.5, momentum: 0.75 })
    expect(flat(weights)).toEqual([4 - 0.25 * 3.5, 4 - 0.5 * 1.75])
  })

  test('a parameter without a gradient stays', () => {
    const weights = values(1, 1)
    createOptimiser(spec, options).update(weights, new Map([['bias', Float32Array.of(2)]]), 0.125)
    expect(weights.get('conv')![0]).toBe(1)
  })
})

describe('AdamW', () => {
  const options: OptimiserOptions = { kind: 'adamw', momentum: 0.9, weightDecay: 0.5 }

  test('the first step is the learning rate against the sign of the gradient, after decay', () => {
    const weights = values(1, 1)
    createOptimiser(spec, options).update(weights, values(0.01, -300), 0.1)
    const [conv, bias] = flat(weights)
    expect(conv).toBeCloseTo(1 * (1 - 0.1 * 0.5) - 0.1, 5)
    expect(bias).toBeCloseTo(1 + 0.1, 6)
  })

  test('two steps as computed by hand', () => {
    const weights = values(0, 0)
    const optimiser = createOptimiser(spec, { ...options, weightDecay: 0 })
    optimiser.update(weights, values(1, 1), 0.1)
    optimiser.update(weights, values(3, 3), 0.1)
    // m = (0.09 + 0.3) / 0.19, v = (0.000999 + 0.009) / 0.001999.
    expect(weights.get('bias')![0]).toBeCloseTo(-0.1 - (0.1 * (0.39 / 0.19)) / Math.sqrt(0.009999 / 0.001999), 6)
  })

  test('restored memory continues bit for bit', () => {
    const one = createOptimiser(spec, options)
    const weights = values(1, 2)
    one.update(weights, values(0.3, 0.7), 0.01)
    const other = createOptimiser(spec, options)
    restoreOptimiser(other, new Map(Array.from(one.state, ([key, data]) => [key, data.slice()])), one.steps)
    const copy = values(...(flat(weights) as [number, number]))
    one.update(weights, values(-0.2, 0.9), 0.01)
    other.update(copy, values(-0.2, 0.9), 0.01)
    expect(flat(copy)).toEqual(flat(weights))
  })
})

test('gradients are clipped by their common norm', () => {
  const gradients = values(3, 4)
  expect(clipGradients(gradients, 10)).toBe(5)
  expect(flat(gradients)).toEqual([3, 4])
  expect(clipGradients(gradients, 2.5)).toBe(5)
  expect(flat(gradients)).toEqual([1.5, 2])
  expect(clipGradients(values(NaN, 0), 1)).toBeNaN()
})

describe('schedule', () => {
  const schedule = { lr0: 1, lrf: 0.1, shape: 'cosine', warmupSteps: 0, totalSteps: 101 } as const

  test('a cosine from the height to the fraction, halfway in the middle', () => {
    expect(learningRate(schedule, 0)).toBe(1)
    expect(learningRate(schedule, 50)).toBeCloseTo(0.55, 12)
    expect(learningRate(schedule, 100)).toBeCloseTo(0.1, 12)
  })

  test('a straight line, and a climb before it', () => {
    expect(learningRate({ ...schedule, shape: 'linear' }, 25)).toBeCloseTo(0.1 + 0.9 * 0.75, 12)
    expect(learningRate({ ...schedule, warmupSteps: 3 }, 1)).toBeCloseTo(0.5, 2)
  })
})

test('biases climb as the others do, from nothing, unless told otherwise', () => {
  const climbing = { lr0: 1, lrf: 1, shape: 'linear', warmupSteps: 3, totalSteps: 10 } as const
  expect(ratesAt(climbing, 0)).toMatchObject({ learningRate: 0.25, biasLearningRate: 0.25 })
  expect(ratesAt({ ...climbing, warmupBiasRate: 5 }, 0).biasLearningRate).toBe(5 - 0.25 * 4)
  expect(ratesAt({ ...climbing, warmupSteps: 1, warmupBiasRate: 5 }, 0).biasLearningRate).toBe(5 - 0.5 * 4)
})

test('the average follows closely at first and slowly later', () => {
  const average = values(0, 0)
  updateAverage(average, values(1, 1), 1, 0.9998)
  expect(average.get('conv')![0]).toBeCloseTo(1 - 0.9998 * (1 - Math.exp(-1 / 2000)), 6)
  const middle = values(0, 0)
  updateAverage(middle, values(1, 1), 2000, 1)
  expect(middle.get('conv')![0]).toBeCloseTo(1 / Math.E, 6)
  const late = values(0, 0)
  updateAverage(late, values(1, 1), 1_000_000, 0.9998)
  expect(late.get('conv')![0]).toBeCloseTo(0.0002, 6)
})

test('running statistics move by their momentum', () => {
  const weights = values(1, 0)
  updateRunningStatistics(weights, new Map([['conv', Float32Array.of(2)]]), 0.25)
  expect(flat(weights)).toEqual([1.25, 0])
})
