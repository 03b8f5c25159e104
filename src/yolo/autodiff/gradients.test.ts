import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../core/random.ts'
import * as op from '../graph/build.ts'
import { constant, createGraph, input } from '../graph/graph.ts'
import type { ConvWindow, OpName } from '../graph/op.ts'
import { elementCount, type Shape, type Tensor } from '../graph/tensor.ts'
import { evaluator } from '../runtime/evaluate.ts'
import type { Dialect } from '../lowering/onnx-writer.ts'
import { gradients } from './gradients.ts'
import { GRADIENT_RULES, NOT_DIFFERENTIABLE } from './rules.ts'

interface Case {
  readonly op: OpName
  readonly what?: string
  readonly shapes: readonly Shape[]
  readonly build: (...inputs: Tensor[]) => Tensor
  /** Range of the inputs. @default [-1, 1] */
  readonly range?: readonly [number, number]
  /** Inputs that get a gradient; data otherwise. @default all */
  readonly wrt?: readonly number[]
  /** Every value at least this far from every other, so that no maximum changes. */
  readonly spread?: boolean
}

const positive = [0.5, 2] as const
const convCase = (c: number, k: number, kernel: number, stride: number, groups: number, size: number): Case => ({
  op: 'conv',
  what: `${c} to ${k} channels, kernel ${kernel}, stride ${stride}, ${groups} group(s), ${size} px`,
  shapes: [
    [2, c, size, size],
    [k, c / groups, kernel, kernel],
  ],
  build: (x, w) => op.conv(x, w, { kernel, stride, groups }),
})

const normCase = (c: number, k: number, window: ConvWindow, size: number): Case => ({
  op: 'convBatchNorm',
  what: `kernel ${window.kernel}, stride ${window.stride}, ${window.groups} group(s), ${size} px`,
  shapes: [[2, c, size, size], [k, c / window.groups, window.kernel, window.kernel], [k], [k]],
  build: (x, w, scale, shift) => op.convBatchNorm(x, w, window, { scale, shift, epsilon: 1e-3 }).y,
})

const CASES: readonly Case[] = [
  { op: 'exp', shapes: [[3]], build: op.exp },
  { op: 'log', shapes: [[3]], build: op.log, range: positive },
  { op: 'sqrt', shapes: [[3]], build: op.sqrt, range: positive },
  { op: 'atan', shapes: [[3]], build: op.atan },
  { op: 'sigmoid', shapes: [[3]], build: op.sigmoid },
  { op: 'reciprocal', shapes: [[3]], build: op.reciprocal, range: positive },
  { op: 'add', what: 'broadcast', shapes: [[2, 3], [3]], build: op.add },
  {
    op: 'sub',
    what: 'broadcast',
    shapes: [
      [2, 1, 3],
      [4, 1],
    ],
    build: op.sub,
  },
  {
    op: 'mul',
    what: 'broadcast',
    shapes: [
      [2, 3],
      [2, 1],
    ],
    build: op.mul,
  },
  { op: 'mul', what: 'a square', shapes: [[4]], build: op.square },
  { op: 'div', what: 'broadcast', shapes: [[2, 3], [3]], build: op.div, range: positive },
  { op: 'min', shapes: [[2, 3], [3]], build: op.min, spread: true },
  { op: 'max', shapes: [[2, 3], [3]], build: op.max, spread: true },
  { op: 'silu', shapes: [[5]], build: op.silu, range: [-3, 3] },
  { op: 'binaryCrossEntropy', shapes: [[4], [4]], build: op.binaryCrossEntropy, wrt: [0] },
  { op: 'reduceSum', what: 'axes dropped', shapes: [[2, 3, 2]], build: (x) => op.reduceSum(x, [0, 2]) },
  { op: 'reduceSum', what: 'axes kept', shapes: [[2, 3]], build: (x) => op.reduceSum(x, [1], true) },
  { op: 'softmax', shapes: [[2, 4, 2]], build: (x) => op.softmax(x, 1) },
  { op: 'logSoftmax', shapes: [[2, 4, 2]], build: (x) => op.logSoftmax(x, 1) },
  { op: 'reshape', shapes: [[2, 3]], build: (x) => op.reshape(x, [3, 2]) },
  { op: 'reshape', what: 'sizes from the input', shapes: [[2, 3, 2]], build: (x) => op.reshape(x, [0, -1]) },
  {
    op: 'reshapeLike',
    shapes: [
      [2, 3],
      [3, 2],
    ],
    build: op.reshapeLike,
    wrt: [0],
  },
  { op: 'transpose', shapes: [[2, 3, 4]], build: (x) => op.transpose(x, [2, 0, 1]) },
  { op: 'expand', shapes: [[2, 1]], build: (x) => op.expand(x, [3, 2, 4]) },
  {
    op: 'concat',
    shapes: [
      [2, 1],
      [2, 3],
    ],
    build: (a, b) => op.concat([a, b], 1),
  },
  {
    op: 'split',
    shapes: [[2, 5]],
    build: (x) => op.mul(...(op.split(x, 1, [2, 2, 1]).slice(0, 2) as [Tensor, Tensor])),
  },
  {
    op: 'split',
    what: 'every part used',
    shapes: [[2, 4]],
    build: (x) => op.mul(...(op.split(x, 1, [2, 2]) as [Tensor, Tensor])),
  },
  { op: 'slice', shapes: [[2, 5]], build: (x) => op.slice(x, 1, 1, 3) },
  ...[false, true].flatMap((transposeA) =>
    [false, true].map((transposeB) => ({
      op: 'matMul' as const,
      what: `transposed: ${transposeA}, ${transposeB}`,
      shapes: [transposeA ? [2, 4, 3] : [2, 3, 4], transposeB ? [2, 5, 4] : [2, 4, 5]],
      build: (a: Tensor, b: Tensor) => op.matMul(a, b, { transposeA, transposeB, alpha: 0.5 }),
    })),
  ),
  convCase(3, 4, 3, 2, 1, 6),
  convCase(3, 2, 3, 2, 1, 5),
  // Pixels under the cells are taken from x, from both sides and from dy, as channels are few, alike and many.
  convCase(2, 4, 3, 1, 1, 4),
  convCase(3, 4, 3, 1, 1, 4),
  convCase(8, 4, 3, 1, 1, 4),
  convCase(8, 4, 3, 2, 1, 6),
  convCase(8, 3, 3, 2, 1, 5),
  convCase(8, 4, 1, 1, 1, 3),
  // Large enough to be multiplied image by image.
  { ...convCase(8, 2, 3, 1, 1, 24), wrt: [1] },
  { ...convCase(2, 2, 3, 2, 1, 48), wrt: [1] },
  { ...convCase(8, 2, 1, 1, 1, 24), wrt: [1] },
  convCase(8, 8, 3, 1, 8, 4),
  convCase(4, 4, 3, 2, 4, 6),
  // Whole blocks of channels, which a processor with blocked convolutions runs as such.
  convCase(16, 16, 3, 1, 16, 4),
  {
    op: 'conv',
    what: 'with bias',
    shapes: [[2, 8, 3, 3], [4, 8, 1, 1], [4]],
    build: (x, w, b) => op.conv(x, w, { kernel: 1, stride: 1, groups: 1 }, b),
  },
  normCase(2, 3, { kernel: 1, stride: 1, groups: 1 }, 3),
  normCase(2, 3, { kernel: 3, stride: 2, groups: 1 }, 6),
  normCase(2, 2, { kernel: 3, stride: 1, groups: 2 }, 4),
  // Large enough for the other way to sum.
  { ...normCase(1, 1, { kernel: 1, stride: 1, groups: 1 }, 50), wrt: [1, 2, 3] },
  { op: 'maxPool', shapes: [[2, 2, 6, 6]], build: (x) => op.maxPool(x, 5), spread: true },
  { op: 'upsample2', shapes: [[2, 2, 3, 2]], build: op.upsample2 },
]

/**
 * Central differences of Σ y·c, the sum taken in double precision; a step of 5e-3 leaves about 1e-3 of truncation and
 * rounding. Errors are relative where the gradient exceeds 1.
 */
const STEP = 5e-3
const TOLERANCE = 3e-3

async function worstError({ shapes, build, range = [-1, 1], wrt, spread }: Case, dialect: Dialect): Promise<number> {
  const random = seededRandom(11)
  const graph = createGraph()
  const inputs = shapes.map((shape, i) => input(graph, `x${i}`, shape))
  const y = build(...inputs)
  const weights = Float32Array.from({ length: elementCount(y.shape) }, () => random.range(-1, 1))
  const loss = op.reduceSum(op.mul(y, constant(graph, weights, y.shape)))
  const differentiated = wrt ?? inputs.map((_, i) => i)
  const slopes = gradients(
    loss,
    differentiated.map((i) => inputs[i] as Tensor),
  )
  await using run = await evaluator([y, ...slopes], dialect)
  const total = shapes.reduce((sum, shape) => sum + elementCount(shape), 0)
  const pool = spread
    ? random.shuffle(Array.from({ length: total }, (_, i) => i * 0.05 - 1))
    : Array.from({ length: total }, () => random.range(...range))
  const values = shapes.map((shape) => Float32Array.from(pool.splice(0, elementCount(shape))))
  const feeds = (): Record<string, Float32Array> => Object.fromEntries(values.map((v, i) => [`x${i}`, v]))
  const evaluate = async (): Promise<number> => {
    const [out] = await run(feeds())
    return (out as Float32Array).reduce((sum, value, i) => sum + value * weights[i]!, 0)
  }
  const [, ...computed] = await run(feeds())
  let worst = 0
  for (const [position, i] of differentiated.entries()) {
    const x = values[i] as Float32Array
    for (let e = 0; e < x.length; e++) {
      const at = x[e]!
      x[e] = at + STEP
      const above = await evaluate()
      x[e] = at - STEP
      const below = await evaluate()
      x[e] = at
      const numeric = (above - below) / (2 * STEP)
      worst = Math.max(worst, Math.abs(numeric - computed[position]![e]!) / Math.max(1, Math.abs(numeric)))
    }
  }
  return worst
}

describe.each(['microsoft', 'standard'] as const)('gradients in the %s dialect equal finite differences', (dialect) => {
  test.each(CASES.map((c) => [`${c.op}${c.what ? `, ${c.what}` : ''}`, c] as const))('%s', async (_name, c) => {
    expect(await worstError(c, dialect)).toBeLessThan(TOLERANCE)
  })
})

test.each(CASES.filter(({ shapes, wrt }) => shapes.length > 1 && wrt === undefined))(
  'the gradient of one input of $op is the same when asked for alone: $what',
  async ({ shapes, build, range = [-1, 1] }) => {
    const random = seededRandom(12)
    const graph = createGraph()
    const inputs = shapes.map((shape, i) => input(graph, `x${i}`, shape))
    const loss = op.reduceSum(op.square(build(...inputs)))
    const together = gradients(loss, inputs)
    const alone = inputs.flatMap((x) => gradients(loss, [x]))
    await using run = await evaluator([...together, ...alone])
    const values = shapes.map((shape, i) => [
      `x${i}`,
      Float32Array.from({ length: elementCount(shape) }, () => random.range(...range)),
    ])
    const slopes = await run(Object.fromEntries(values))
    const ones = slopes.slice(inputs.length)
    for (const [i, slope] of slopes.slice(0, inputs.length).entries()) {
      expect(slope.some((value) => value !== 0)).toBe(true)
      slope.forEach((value, e) => expect(ones[i]![e]).toBeCloseTo(value, 4))
    }
  },
)

test('every differentiable operation has a case', () => {
  const tested = new Set<string>([...CASES.map((c) => c.op), 'stopGradient'])
  const rules = Object.entries(GRADIENT_RULES).filter(([, rule]) => rule !== NOT_DIFFERENTIABLE)
  expect(rules.map(([name]) => name).filter((name) => !tested.has(name))).toEqual([])
})

test('a gradient does not pass stopGradient, and adds up over every other path', async () => {
  const graph = createGraph()
  const x = input(graph, 'x', [1])
  const loss = op.reduceSum(op.add(op.mul(x, op.stopGradient(x)), op.square(x)))
  await using run = await evaluator(gradients(loss, [x]))
  // d/dx (x · 3 + x²) at 3
  expect(Array.from((await run({ x: [3] }))[0] as Float32Array)).toEqual([9])
})

test.each([
  ['min', op.min],
  ['max', op.max],
] as const)('of equal values the left one gets the whole gradient of a %s', async (_name, build) => {
  const graph = createGraph()
  const [a, b] = [input(graph, 'a', [2]), input(graph, 'b', [2])]
  await using run = await evaluator(gradients(op.reduceSum(build(a, b)), [a, b]))
  const slopes = await run({ a: [3, -1], b: [3, -1] })
  expect(slopes.map((slope) => Array.from(slope))).toEqual([
    [1, 1],
    [0, 0],
  ])
})

test('of equal values the first of a window, row by row, gets the gradient of a maximum', async () => {
  const x = input(createGraph(), 'x', [1, 1, 2, 4])
  await using run = await evaluator(gradients(op.reduceSum(op.maxPool(x, 3)), [x]))
  // Every window reaches the first row; those around columns 0 and 1 begin at column 0.
  expect(Array.from((await run({ x: new Float32Array(8).fill(1) }))[0] as Float32Array)).toEqual([
    4, 2, 2, 0, 0, 0, 0, 0,
  ])
})

test('what the loss does not depend on has gradient zero', async () => {
  const graph = createGraph()
  const [x, other] = [input(graph, 'x', [1]), input(graph, 'other', [2])]
  await using run = await evaluator(gradients(op.reduceSum(x), [other]))
  expect(Array.from((await run({ x: [1], other: [5, 6] }))[0] as Float32Array)).toEqual([0, 0])
})

test('a loss through an operation without gradient is refused by name', () => {
  const graph = createGraph()
  const x = input(graph, 'x', [4])
  expect(() => gradients(op.reduceSum(op.topMask(x, 2)), [x])).toThrow('topMask')
})

test('a loss that is no scalar is refused', () => {
  const x = input(createGraph(), 'x', [4])
  expect(() => gradients(op.exp(x), [x])).toThrow('the loss must be a scalar: [4]')
})
