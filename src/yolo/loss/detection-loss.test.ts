import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../core/random.ts'
import { gradients } from '../autodiff/gradients.ts'
import { createGraph, input } from '../graph/graph.ts'
import { elementCount, type Shape } from '../graph/tensor.ts'
import { anchorGrid } from '../model/anchors.ts'
import type { LevelOutput } from '../model/network.ts'
import { evaluator } from '../runtime/evaluate.ts'
import { assignedLoss, type LossOptions, predictionsOf } from './detection-loss.ts'

/** A 32 px image: 16 + 4 + 1 anchors. */
const [B, K, A] = [1, 2, 21]

async function lossFunction(options: LossOptions) {
  const graph = createGraph()
  const levels: LevelOutput[] = [4, 2, 1].map((n, i) => ({
    distances: input(graph, `distances${i}`, [B, 64, n, n]),
    classes: input(graph, `classes${i}`, [B, K, n, n]),
  }))
  const anchors = anchorGrid(graph, 32, 32)
  const assignment = {
    boxes: input(graph, 'boxes', [B, 4, A]),
    scores: input(graph, 'scores', [B, K, A]),
    weight: input(graph, 'weight', [B, 1, A]),
  }
  const loss = assignedLoss(predictionsOf(levels, anchors), assignment, anchors, options)
  const logits = levels.flatMap(({ distances, classes }) => [distances, classes])
  const slopes = gradients(loss.total, logits)
  const shapes = new Map<string, Shape>(graph.inputs.map(({ name, tensor }) => [name, tensor.shape]))
  const run = await evaluator([loss.box, loss.cls, loss.dfl, loss.total, ...slopes])
  const zeros = (): Record<string, Float32Array> =>
    Object.fromEntries([...shapes].map(([name, shape]) => [name, new Float32Array(elementCount(shape))]))
  const names = graph.inputs.map(({ name }) => name).filter((name) => /distances|classes/.test(name))
  return { run, zeros, logits: names }
}

/** Anchor 5 is cell (1, 1) of the finest level, centre (12, 12) px; its target is 8 px to each side: one cell. */
function onePositive(feeds: Record<string, Float32Array>, weight: number): void {
  ;[4, 4, 20, 20].forEach((value, side) => (feeds['boxes']![side * A + 5] = value))
  feeds['weight']![5] = weight
  feeds['scores']![1 * A + 5] = weight
}

describe('the loss under a given assignment', () => {
  test('of an undecided network is what one computes by hand', async () => {
    const { run, zeros } = await lossFunction({ gains: { box: 1, cls: 1, dfl: 1 } })
    await using _session = run
    const feeds = zeros()
    onePositive(feeds, 1)
    const [box, cls, dfl, total] = (await run(feeds)).map((values) => values[0]!) as [number, number, number, number]
    // Zero logits: every distance is the mean bin 7.5, so the box is a square of 15 cells around a target of 2 cells.
    expect(box).toBeCloseTo(1 - 4 / 225, 4)
    expect(cls).toBeCloseTo(A * K * Math.log(2), 3)
    expect(dfl).toBeCloseTo(Math.log(16), 4)
    expect(total).toBeCloseTo(box + cls + dfl, 3)
  })

  test('is divided by the sum of target probabilities, but never by less than 1', async () => {
    const { run, zeros } = await lossFunction({ gains: { box: 0, cls: 1, dfl: 0 } })
    await using _session = run
    const light = zeros()
    onePositive(light, 0.25)
    const heavy = zeros()
    heavy['weight']!.fill(0.5)
    expect((await run(light))[1]![0]).toBeCloseTo(A * K * Math.log(2), 3)
    expect((await run(heavy))[1]![0]).toBeCloseTo((A * K * Math.log(2)) / (0.5 * A), 3)
  })

  test('weighs its parts as published, and each class as asked', async () => {
    const { run, zeros } = await lossFunction({ classWeights: [0.25, 3] })
    await using _session = run
    const feeds = zeros()
    onePositive(feeds, 1)
    const [box, cls, dfl] = (await run(feeds)).map((values) => values[0]!) as [number, number, number]
    expect(box).toBeCloseTo(7.5 * (1 - 4 / 225), 4)
    expect(cls).toBeCloseTo(0.5 * A * (0.25 + 3) * Math.log(2), 3)
    expect(dfl).toBeCloseTo(1.5 * Math.log(16), 4)
  })

  test('is refused without one weight a class', async () => {
    await expect(lossFunction({ classWeights: [1, 2, 3] })).rejects.toThrow('[3] and [1, 2, 1]')
  })

  test('spreads a distance between its two bins', async () => {
    const { run, zeros } = await lossFunction({ gains: { box: 0, cls: 0, dfl: 1 } })
    await using _session = run
    const feeds = zeros()
    // 10 px are 1.25 cells: bins 1 and 2 with weights 0.75 and 0.25, on all four sides.
    ;[2, 2, 22, 22].forEach((value, side) => (feeds['boxes']![side * A + 5] = value))
    feeds['weight']![5] = 1
    for (let side = 0; side < 4; side++) feeds['distances0']![(side * 16 + 2) * 16 + 5] = 2
    const norm = Math.log(15 + Math.exp(2))
    expect((await run(feeds))[2]![0]).toBeCloseTo(0.75 * norm + 0.25 * (norm - 2), 4)
  })

  test.each([
    ['class and distribution parts', { box: 0, cls: 0.5, dfl: 1.5 }, 4e-3],
    // Squares on squares: the aspect term, whose weight is held constant in the gradient, stays near zero.
    ['all parts', { box: 7.5, cls: 0.5, dfl: 1.5 }, 2e-2],
  ] as const)('has the gradient of finite differences: %s', async (_name, gains, tolerance) => {
    const { run, zeros, logits } = await lossFunction({ gains })
    await using _session = run
    const random = seededRandom(4)
    const feeds = zeros()
    onePositive(feeds, 0.8)
    for (const name of logits) feeds[name] = feeds[name]!.map(() => random.range(-0.2, 0.2))
    const [, , , , ...slopes] = await run(feeds)
    const step = 2e-2
    for (const [index, name] of logits.entries()) {
      const values = feeds[name]!
      // Only anchor 5 is positive: on the finest level look at its bins, elsewhere at a few.
      const picked = values.length > 100 ? [1, 3, 9].map((bin) => bin * 16 + 5) : [0, values.length - 1]
      for (const i of picked) {
        const at = values[i]!
        const total = async (value: number): Promise<number> => {
          values[i] = value
          const [box, cls, dfl] = await run(feeds)
          return box![0]! + cls![0]! + dfl![0]!
        }
        const numeric = ((await total(at + step)) - (await total(at - step))) / (2 * step)
        values[i] = at
        expect(Math.abs(numeric - slopes[index]![i]!)).toBeLessThan(tolerance)
      }
    }
  })
})
