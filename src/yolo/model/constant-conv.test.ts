import { expect, test } from 'vitest'
import * as op from '../graph/build.ts'
import { createGraph, input } from '../graph/graph.ts'
import { evaluator } from '../runtime/evaluate.ts'
import { convOfJoined } from './constant-conv.ts'

test('a 1×1 convolution of an upsampled map joined with another is computed on the small map', async () => {
  const graph = createGraph()
  const small = input(graph, 'small', [1, 2, 1, 2])
  const fine = input(graph, 'fine', [1, 1, 2, 4])
  const y = convOfJoined(op.concat([op.upsample2(small), fine], 1), {
    name: 'layer',
    shape: [1, 3, 1, 1],
    weight: Float32Array.from([10, 100, 2]),
    bias: Float32Array.from([5]),
    window: { kernel: 1, stride: 1, groups: 1 },
  })
  const convolved = graph.nodes.filter((node) => node.op === 'conv').map((node) => node.inputs[0]!.shape)
  expect(convolved).toEqual([
    [1, 2, 1, 2],
    [1, 1, 2, 4],
  ])
  await using run = await evaluator([y])
  const [values] = await run({ small: [1, 2, 3, 4], fine: [0, 1, 2, 3, 4, 5, 6, 7] })
  // 10 · 1 + 100 · 3 + 5 = 315 on the left half, 10 · 2 + 100 · 4 + 5 = 425 on the right, and twice the fine map.
  expect(Array.from(values as Float32Array)).toEqual([315, 317, 429, 431, 323, 325, 437, 439])
})
