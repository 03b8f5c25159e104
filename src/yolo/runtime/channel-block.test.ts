import { expect, test } from 'vitest'
import { seededRandom } from '../../core/random.ts'
import * as op from '../graph/build.ts'
import { apply1, createGraph, input } from '../graph/graph.ts'
import { elementCount } from '../graph/tensor.ts'
import { channelBlock } from './channel-block.ts'
import { compileOnnx } from '../lowering/compile.ts'
import { openSession, type Values } from './session.ts'

/** A convolution of 32 channels and the gradient of its input, with channels in blocks or not. */
async function convolution(groups: number, block: number | undefined): Promise<Float32Array[]> {
  const graph = createGraph()
  // As high as dense convolutions have to be to run in blocks.
  const shapes = { x: [1, 32, 40, 7], w: [32, 32 / groups, 3, 3] }
  const [x, w] = [input(graph, 'x', shapes.x), input(graph, 'w', shapes.w)]
  const window = { kernel: 3, stride: 1, groups }
  const y = op.conv(x, w, window)
  const dx = apply1('convInputGradient', [x, w], { ...window, inputShape: shapes.x })
  const outputs = new Map([
    ['y', y],
    ['dx', dx],
  ])
  const model = compileOnnx(graph, { outputs, dialect: 'microsoft', channelBlock: block })
  const isBlocked = Buffer.from(model).includes('com.microsoft.nchwc') && Buffer.from(model).includes('ReorderInput')
  expect(isBlocked).toBe(block !== undefined)
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

test.each([
  ['depthwise', 32],
  ['dense', 1],
])('blocked convolutions compute what plain ones do: %s', async (_name, groups) => {
  const block = await channelBlock()
  // A processor without blocked convolutions has nothing to compare.
  if (block === undefined) return
  const [plain, blocked] = await Promise.all([convolution(groups, undefined), convolution(groups, block)])
  plain.forEach((values, i) => {
    values.forEach((value, at) => expect(Math.abs(blocked[i]![at]! - value)).toBeLessThan(1e-4))
  })
})
