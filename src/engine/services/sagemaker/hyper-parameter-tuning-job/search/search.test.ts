import type { ParameterRanges } from '@aws-sdk/client-sagemaker'
import { describe, expect, test } from 'vitest'
import { suggestBayesian } from './bayesian.ts'
import { expectedImprovement } from './expected-improvement.ts'
import { fitGaussianProcess } from './gaussian-process.ts'
import { suggestGrid } from './grid.ts'
import { suggestRandom } from './random.ts'
import { decode, encode, readSpace } from './space.ts'
import type { Parameters } from './space.ts'
import type { Suggest } from './suggestion.ts'

const range = (Name: string, MinValue: string, MaxValue: string, ScalingType?: 'Linear' | 'Logarithmic') => ({
  Name,
  MinValue,
  MaxValue,
  ScalingType,
})
const spaceOf = (ranges: ParameterRanges) => readSpace(ranges).space

describe('a space', () => {
  test('goes along each range by its scale', () => {
    const space = spaceOf({
      ContinuousParameterRanges: [
        range('lr', '0.0001', '0.01'),
        range('momentum', '0.8', '0.9'),
        { Name: 'keep', MinValue: '0', MaxValue: '0.99', ScalingType: 'ReverseLogarithmic' },
      ],
      IntegerParameterRanges: [range('batch', '4', '16')],
      CategoricalParameterRanges: [{ Name: 'optimizer', Values: ['adamw', 'sgd'] }],
    })
    // Halfway: sqrt(1e-4 * 1e-2), the mean, 1 - sqrt(1 * 0.01).
    expect(decode(space, [0.5, 0.5, 0.5, 0.5, 1])).toEqual({
      lr: '0.001',
      momentum: '0.85',
      keep: '0.9',
      batch: '10',
      optimizer: 'sgd',
    })
    expect(decode(space, [0, 1, 1, 0, 0])).toEqual({
      lr: '0.0001',
      momentum: '0.9',
      keep: '0.99',
      batch: '4',
      optimizer: 'adamw',
    })
    expect(encode(space, { lr: '0.001', momentum: '0.825', keep: '0.9', batch: '7', optimizer: 'sgd' })).toEqual(
      [0.5, 0.25, 0.5, 0.25, 1].map((value) => expect.closeTo(value, 9) as number),
    )
  })

  test('counts its combinations', () => {
    const CategoricalParameterRanges = [{ Name: 'a', Values: ['x', 'y'] }]
    const IntegerParameterRanges = [range('b', '1', '3')]
    expect(spaceOf({ CategoricalParameterRanges, IntegerParameterRanges }).size).toBe(6)
    expect(spaceOf({ ContinuousParameterRanges: [range('c', '0', '1')] }).size).toBe(Infinity)
  })

  test.each([
    [{ ContinuousParameterRanges: [range('x', 'low', '1')] }, 'must go from a number to a number'],
    [{ IntegerParameterRanges: [range('x', '1.5', '2')] }, 'must go from an integer to an integer'],
    [{ IntegerParameterRanges: [range('x', '3', '2')] }, 'greater than MaxValue 2'],
    [{ ContinuousParameterRanges: [range('x', '0', '1', 'Logarithmic')] }, 'greater than 0 for logarithmic'],
    [{ CategoricalParameterRanges: [{ Name: 'x', Values: ['a', 'a'] }] }, 'gives a value more than once'],
    [
      { IntegerParameterRanges: [range('x', '1', '2')], ContinuousParameterRanges: [range('x', '1', '2')] },
      'more than one range: x',
    ],
    [{}, 'no range to search'],
  ])('says what is wrong with ranges: %j', (ranges, words) => {
    expect(readSpace(ranges).problems.join()).toContain(words)
  })
})

const small = spaceOf({
  IntegerParameterRanges: [range('n', '1', '2')],
  CategoricalParameterRanges: [{ Name: 'c', Values: ['a', 'b', 'c'] }],
})

/** Asks for one combination after another until there are none. */
function exhaust(suggest: Suggest, seed = 1): string[] {
  const tried: Parameters[] = []
  for (;;) {
    const next = suggest({ space: small, seed, tried, results: tried.map((parameters) => ({ parameters, loss: 1 })) })
    if (!next) return tried.map((parameters) => Object.values(parameters).join(''))
    tried.push(next)
  }
}

test('a grid goes through all combinations in order', () => {
  expect(exhaust(suggestGrid)).toEqual(['1a', '1b', '1c', '2a', '2b', '2c'])
})

test.each([
  ['random', suggestRandom],
  ['Bayesian', suggestBayesian],
])('%s search takes each combination of a small space once, in an order set by the seed', (_, suggest) => {
  expect(exhaust(suggest).toSorted()).toEqual(['1a', '1b', '1c', '2a', '2b', '2c'])
  expect(exhaust(suggest, 5)).toEqual(exhaust(suggest, 5))
  expect(new Set([1, 2, 3, 4, 5].map((seed) => exhaust(suggest, seed).join())).size).toBeGreaterThan(1)
})

test('a Gaussian process goes through its points and is unsure between them', () => {
  const line = spaceOf({ ContinuousParameterRanges: [range('x', '0', '1')] })
  const process = fitGaussianProcess(line, [[0], [0.25], [0.5], [0.75], [1]], [0, 1, 0, -1, 0])
  expect(process.at([0.25]).mean).toBeCloseTo(1, 1)
  expect(process.at([0.75]).mean).toBeCloseTo(-1, 1)
  // sin(2πx) at 1/8 is 0.71.
  expect(process.at([0.125]).mean).toBeGreaterThan(0.4)
  expect(process.at([0.125]).deviation).toBeGreaterThan(3 * process.at([0.25]).deviation)
})

test('expected improvement is that of the normal distribution', () => {
  expect(expectedImprovement(0, 1, 0)).toBeCloseTo(1 / Math.sqrt(2 * Math.PI), 6)
  // z = 1: 1 * Φ(1) + φ(1) = 0.841345 + 0.241971
  expect(expectedImprovement(1, 1, 2)).toBeCloseTo(1.083316, 5)
  expect(expectedImprovement(3, 0, 2)).toBe(0)
})

/** Three minima of 0.397887. @source Branin 1972 */
const branin = (x: number, y: number): number =>
  (y - (5.1 / (4 * Math.PI ** 2)) * x * x + (5 / Math.PI) * x - 6) ** 2 +
  10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) +
  10
const BRANIN_SPACE = spaceOf({ ContinuousParameterRanges: [range('x', '-5', '10'), range('y', '0', '15')] })

/** How far above the minimum the best of so many evaluations is; `parallel` are always under way. */
function regret(suggest: Suggest, seed: number, evaluations: number, parallel: number): number {
  const tried: Parameters[] = []
  const lossOf = ({ x, y }: Parameters): number => branin(Number(x), Number(y))
  while (tried.length < evaluations) {
    const ended = tried.slice(0, Math.max(0, tried.length - parallel + 1))
    const results = ended.map((parameters) => ({ parameters, loss: lossOf(parameters) }))
    const next = suggest({ space: BRANIN_SPACE, seed, tried, results })
    if (!next) throw new Error('a continuous space was exhausted')
    tried.push(next)
  }
  return Math.min(...tried.map(lossOf)) - 0.397887
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

test.each([1, 3])(
  'Bayesian search finds the minimum of Branin where random search does not (%i at a time)',
  (parallel) => {
    const seeds = [0, 1, 2, 3]
    const bayesian = mean(seeds.map((seed) => regret(suggestBayesian, seed, 25, parallel)))
    const random = mean(seeds.map((seed) => regret(suggestRandom, seed, 25, parallel)))
    expect(bayesian).toBeLessThan(0.1)
    expect(random).toBeGreaterThan(0.5)
  },
)
