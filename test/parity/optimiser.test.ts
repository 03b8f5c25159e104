import { describe, expect, test } from 'vitest'
import { elementCount } from '../../src/yolo/graph/tensor.ts'
import { modelSpec, type Weights } from '../../src/yolo/model/spec.ts'
import { cloneWeights, updateAverage } from '../../src/yolo/train/update/moving-average.ts'
import { createOptimiser, type OptimiserKind } from '../../src/yolo/train/update/optimiser.ts'
import { readFixture } from './fixture.ts'
import { seededWeights, uniform } from './seeded.ts'
import { readSummaries, relativeSquaredError, summarise } from './summary.ts'

interface Source {
  readonly classCount: number
  readonly weightDecay: number
  /** Learning rate, that of biases, momentum, of each step. */
  readonly rates: readonly (readonly [number, number, number])[]
  readonly average: { readonly decay: number; readonly updates: number }
  readonly names: { readonly moved: string[]; readonly averaged: string[] }
}

describe.each(['sgd', 'adamw'] as const)('three updates by %s', async (kind: OptimiserKind) => {
  const fixture = await readFixture(`optimiser-${kind}`)
  const { classCount, weightDecay, rates, average: ema, names } = fixture.source as unknown as Source
  const spec = modelSpec('n', classCount)
  const start = seededWeights(spec, 'optimiser')
  const weights = cloneWeights(start)
  const average = cloneWeights(start)
  const optimiser = createOptimiser(spec, { kind, momentum: 0.5, weightDecay })
  for (const [step, [learningRate, biasLearningRate, momentum]] of rates.entries()) {
    const gradients = new Map(
      spec.parameters.map(({ name, shape }) => [
        name,
        uniform(`optimiser/gradient/${step}/${name}`, elementCount(shape), -0.1, 0.3),
      ]),
    )
    optimiser.update(weights, gradients, { learningRate, biasLearningRate, momentum })
    for (const { name, shape } of spec.buffers) {
      weights.set(name, uniform(`optimiser/running/${step}/${name}`, elementCount(shape), 0.1, 1))
    }
    updateAverage(average, weights, ema.updates + step + 1, ema.decay)
  }

  test.each([
    ['move every tensor', 'moved', weights],
    ['move the average of every tensor', 'averaged', average],
  ] as const)('%s as the reference trainer does', (_name, part, values) => {
    const summaries = readSummaries(fixture.values(part), names[part])
    expect([...summaries.keys()]).toEqual(
      [...spec.parameters, ...(part === 'averaged' ? spec.buffers : [])].map(({ name }) => name).toSorted(),
    )
    const wrong = Array.from(summaries, ([name, expected]) => ({
      name,
      error: relativeSquaredError(summarise(movement(name, values), 'optimiser', name), expected),
    })).filter(({ error }) => !(error < 1e-7))
    expect(wrong).toEqual([])
  })

  function movement(name: string, values: Weights): Float32Array {
    const from = start.get(name) as Float32Array
    return (values.get(name) as Float32Array).map((value, i) => value - from[i]!)
  }
})
