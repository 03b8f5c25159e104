import { describe, expect, test } from 'vitest'
import { gradients } from '../../src/yolo/autodiff/gradients.ts'
import { GRADIENT_RULES, NOT_DIFFERENTIABLE } from '../../src/yolo/autodiff/rules.ts'
import * as op from '../../src/yolo/graph/build.ts'
import { apply1, createGraph, input } from '../../src/yolo/graph/graph.ts'
import type { OpAttributes, OpName } from '../../src/yolo/graph/op.ts'
import { elementCount, type Tensor } from '../../src/yolo/graph/tensor.ts'
import { evaluator } from '../../src/yolo/runtime/evaluate.ts'
import { greatestDifference, readFixture } from './fixture.ts'
import { uniform } from './seeded.ts'

interface Case {
  readonly op: OpName
  readonly shapes: readonly (readonly number[])[]
  readonly range: readonly [number, number]
  readonly attributes: Record<string, unknown>
}

const fixture = await readFixture('ops')
const cases = fixture.source['cases'] as readonly Case[]

/** Operations whose gradient is nothing or a copy: see `gradients.test.ts`. */
const WITHOUT_FIXTURE: readonly OpName[] = ['stopGradient', 'reshapeLike']

/** Where an operation is not simply applied to the inputs. */
const BUILD: { readonly [K in OpName]?: (inputs: readonly Tensor[], attributes: Case['attributes']) => Tensor } = {
  // Probabilities: the inputs are in [-20, 20].
  binaryCrossEntropy: ([z, t]) =>
    op.binaryCrossEntropy(z as Tensor, op.stopGradient(op.mul(op.add(t as Tensor, 20), 1 / 40))),
  split: ([x], { axis, sizes }) => op.split(x as Tensor, axis as number, sizes as number[])[1] as Tensor,
  convBatchNorm: ([x, w, scale, shift], attributes) =>
    op.convBatchNorm(x as Tensor, w as Tensor, attributes as unknown as OpAttributes['conv'], {
      scale: scale as Tensor,
      shift: shift as Tensor,
      epsilon: 1e-3,
    }).y,
}

describe.each(['microsoft', 'standard'] as const)('in the %s dialect values and gradients are PyTorch’s', (dialect) => {
  test.each(cases.map((each, i) => [each.op, i, each] as const))('%s (case %i)', async (name, i, each) => {
    const graph = createGraph()
    const inputs = each.shapes.map((shape, n) => input(graph, `x${n}`, shape))
    const y = BUILD[name]?.(inputs, each.attributes) ?? apply1(name, inputs, each.attributes as OpAttributes[OpName])
    const dy = input(graph, 'dy', y.shape)
    const wrt = name === 'binaryCrossEntropy' ? inputs.slice(0, 1) : inputs
    const slopes = gradients(op.reduceSum(op.mul(y, dy)), wrt)
    await using run = await evaluator([y, ...slopes], dialect)
    const drawn = (key: string, shape: readonly number[], low: number, high: number) =>
      uniform(`op/${i}/${key}`, elementCount(shape), low, high)
    const feeds = Object.fromEntries(each.shapes.map((shape, n) => [`x${n}`, drawn(String(n), shape, ...each.range)]))
    const [value, ...computed] = await run({ ...feeds, dy: drawn('dy', y.shape, -1, 1) })
    expect(error(value as Float32Array, fixture.values(`${i}/y`))).toBeLessThan(TOLERANCE)
    for (const [n, slope] of computed.entries()) {
      expect(error(slope, fixture.values(`${i}/d${n}`)), `gradient of input ${n}`).toBeLessThan(TOLERANCE)
    }
  })
})

test('every differentiable operation has a case', () => {
  const covered = new Set<string>([...cases.map((each) => each.op), ...WITHOUT_FIXTURE])
  const rules = Object.entries(GRADIENT_RULES).filter(([, rule]) => rule !== NOT_DIFFERENTIABLE)
  expect(rules.map(([name]) => name).filter((name) => !covered.has(name))).toEqual([])
})

/** Single precision, sums of at most some thousand products. */
const TOLERANCE = 2e-5

/** Greatest difference as a share of the greatest value. */
function error(actual: Float32Array, expected: Float32Array): number {
  return greatestDifference(actual, expected) / expected.reduce((max, value) => Math.max(max, Math.abs(value)), 0)
}
