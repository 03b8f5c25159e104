import { expect, test } from 'vitest'
import { seededRandom } from '../../core/random.ts'
import * as op from '../graph/build.ts'
import { apply1, createGraph, input } from '../graph/graph.ts'
import { elementCount } from '../graph/tensor.ts'
import { channelBlock } from './channel-block.ts'
import { compileOnnx } from '../lowering/compile.ts'
import { openSession, type Values } from './session.ts'

/** A depthwise convolution of 32 channels and the gradient of its input, with channels in blocks or not. */
async function depthwise(block: number | undefined): Promise<Float32Array[]> {
  const graph = createGraph()
  const shapes = { x: [2, 32, 5, 7], w: [32, 1, 3, 3] }
  const [x, w] = [input(graph, 'x', shapes.x), input(graph, 'w', shapes.w)]
  const window = { kernel: 3, stride: 1, groups: 32 }
  const y = op.conv(x, w, window)
  const dx = apply1('convInputGradient', [x, w], { ...window, inputShape: shapes.x })
  const outputs = new Map([
    ['y', y],
    ['dx', dx],
  ])
  const model = compileOnnx(graph, { outputs, dialect: 'microsoft', channelBlock: block })
  await using session = await openSession(model, { threads: 2 })
  const random = seededRandom(3)
  const feeds = new Map<string, Values>(
    Object.entries(shapes).map(([name, shape]) => [
      name,
      { data: Float32Array.from({ length: elementCount(shape) }, () => random.range(-1, 1)), shape },
    ]),
  )
  const results = await session.run(feeds)
  return ['y', 'dx'].map((name) => results.get(name)!.data)
}

test('a block is a power of two, or there is none', async () => {
  const block = await channelBlock()
  expect([undefined, 8, 16]).toContain(block)
})

test('blocked convolutions compute what plain ones do', async ({ skip }) => {
  const block = await channelBlock()
  if (block === undefined) return skip('this processor has no blocked convolutions')
  const [plain, blocked] = await Promise.all([depthwise(undefined), depthwise(block)])
  plain.forEach((values, i) => {
    values.forEach((value, at) => expect(blocked[i]![at]).toBeCloseTo(value, 5))
  })
})
