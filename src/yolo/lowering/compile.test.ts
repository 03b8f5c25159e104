import onnxProto from 'onnx-proto'
import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../core/random.ts'
import * as op from '../graph/build.ts'
import { createGraph, input } from '../graph/graph.ts'
import type { Tensor } from '../graph/tensor.ts'
import { initialWeights, modelSpec } from '../model/spec.ts'
import { compileOnnx } from './compile.ts'
import { evaluator } from '../runtime/evaluate.ts'
import { exportOnnx } from '../export/export.ts'

const decode = (bytes: Uint8Array) => onnxProto.onnx.ModelProto.decode(bytes)

test('what the outputs do not need is not in the file', () => {
  const graph = createGraph()
  const [x, unused] = [input(graph, 'x', [2]), input(graph, 'unused', [2])]
  const y = op.exp(x)
  op.log(op.add(y, unused))
  const model = decode(compileOnnx(graph, { outputs: new Map([['y', y]]), dialect: 'standard' }))
  expect(model.graph?.input?.map(({ name }) => name)).toEqual(['x'])
  expect(model.graph?.node?.map(({ opType }) => opType)).toEqual(['Exp'])
})

test('an exported model holds standard operators and weights by name', () => {
  const spec = modelSpec('n', 3)
  const metadata = { task: 'detect', license: 'MIT' }
  const model = decode(exportOnnx(spec, initialWeights(spec, seededRandom(1)), { height: 64, width: 96, metadata }))
  expect(new Set(model.graph?.node?.map(({ domain }) => domain))).toEqual(new Set(['']))
  expect(model.opsetImport?.map(({ domain, version }) => [domain, Number(version)])).toEqual([['', 18]])
  expect(model.metadataProps?.map(({ key, value }) => [key, value])).toEqual(Object.entries(metadata))
  const weight = model.graph?.initializer?.find(({ name }) => name === 'model.0.weight')
  expect(weight?.dims?.map(Number)).toEqual([16, 3, 3, 3])
  // 64 × 96 px: 96 + 24 + 6 anchors.
  const dims = model.graph?.output?.[0]?.type?.tensorType?.shape?.dim?.map(({ dimValue }) => Number(dimValue))
  expect(dims).toEqual([1, 7, 126])
})

test('an export without one of its weights is refused by name', () => {
  const spec = modelSpec('n', 3)
  const weights = initialWeights(spec, seededRandom(1))
  weights.delete('model.9.cv1.bn.running_var')
  expect(() => exportOnnx(spec, weights, { height: 32, width: 32, metadata: {} })).toThrow('model.9.cv1.bn.running_var')
})

describe.each(['microsoft', 'standard'] as const)('values in the %s dialect', (dialect) => {
  const x = (): Tensor => input(createGraph(), 'x', [1, 1, 2, 4])
  const VALUES = [1, 5, 2, 4, 8, 7, 3, 6]
  const cases = [
    ['the greatest three', () => op.topMask(op.reshape(x(), [1, 8]), 3), [0, 0, 0, 0, 1, 1, 0, 1]],
    ['the greatest two of each row', () => op.topMask(op.reshape(x(), [1, 2, 4]), 2), [0, 1, 0, 1, 1, 1, 0, 0]],
    [
      'the centres of cells, pair by pair',
      () => op.transpose(op.cellCentres(x()), [0, 2, 1]),
      [0.5, 0.5, 1.5, 0.5, 2.5, 0.5, 3.5, 0.5, 0.5, 1.5, 1.5, 1.5, 2.5, 1.5, 3.5, 1.5],
    ],
    ['the greatest element of each column', () => op.greatestMask(x(), 2), [0, 0, 0, 0, 1, 1, 1, 1]],
    ['the first of several greatest', () => op.greatestMask(op.mul(x(), 0), 3), [1, 0, 0, 0, 1, 0, 0, 0]],
    ['2×2 blocks', () => op.slice(op.upsample2(x()), 2, 0, 2), [1, 1, 5, 5, 2, 2, 4, 4, 1, 1, 5, 5, 2, 2, 4, 4]],
    ['maxima of 3×3 windows', () => op.maxPool(x(), 3), [8, 8, 7, 6, 8, 8, 7, 6]],
    ['row sums', () => op.reduceSum(x(), [3]), [12, 24]],
    ['turned axes', () => op.transpose(x(), [0, 1, 3, 2]), [1, 8, 5, 7, 2, 3, 4, 6]],
  ] as const
  test.each(cases)('%s', async (_name, build, expected) => {
    await using run = await evaluator([build()], dialect)
    expect(Array.from((await run({ x: VALUES }))[0] as Float32Array)).toEqual(expected)
  })

  test('a scaled product with a transposed operand', async () => {
    const a = input(createGraph(), 'x', [1, 1, 2, 4])
    await using run = await evaluator([op.matMul(a, a, { transposeB: true, alpha: 0.5 })], dialect)
    // Rows (1 5 2 4) and (8 7 3 6): products 46, 73, 158.
    expect(Array.from((await run({ x: VALUES }))[0] as Float32Array)).toEqual([23, 36.5, 36.5, 79])
  })
})
