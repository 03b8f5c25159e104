import { describe, expect, test } from 'vitest'
import { gradients } from '../autodiff/gradients.ts'
import * as op from '../graph/build.ts'
import { createGraph, input } from '../graph/graph.ts'
import { evaluator } from '../runtime/evaluate.ts'
import { boxOf, completeIou } from './box.ts'

type Corners = readonly [number, number, number, number]

async function ciou(a: Corners, b: Corners): Promise<{ value: number; slope: number[] }> {
  const graph = createGraph()
  const [x, y] = [input(graph, 'a', [4]), input(graph, 'b', [4])]
  const value = completeIou(boxOf(x, 0), boxOf(y, 0))
  await using run = await evaluator([value, ...gradients(op.reduceSum(value), [x])])
  const [result, slope] = (await run({ a, b })) as [Float32Array, Float32Array]
  return { value: result[0]!, slope: Array.from(slope) }
}

describe('complete IoU', () => {
  test('of equal boxes is 1', async () => {
    expect((await ciou([1, 2, 5, 8], [1, 2, 5, 8])).value).toBeCloseTo(1, 5)
  })

  test('of half-overlapping squares is IoU less centre distance', async () => {
    // Squares of side 2, shifted by 1: IoU 2/6, distance² 1, hull 3 × 2 with diagonal² 13.
    expect((await ciou([0, 0, 2, 2], [1, 0, 3, 2])).value).toBeCloseTo(1 / 3 - 1 / 13, 5)
  })

  test('of distant squares is negative', async () => {
    // Distance² 100, hull 12 × 2 with diagonal² 148.
    expect((await ciou([0, 0, 2, 2], [10, 0, 12, 2])).value).toBeCloseTo(-100 / 148, 5)
  })

  test('of concentric boxes differs by the aspect term', async () => {
    // 4 × 2 in 2 × 4: IoU 4 / 12, v = 4/π² (atan 2 − atan ½)².
    const v = (4 / Math.PI ** 2) * (Math.atan(2) - Math.atan(0.5)) ** 2
    const expected = 1 / 3 - (v * v) / (v - 1 / 3 + 1)
    expect((await ciou([0, 1, 4, 3], [1, 0, 3, 4])).value).toBeCloseTo(expected, 5)
  })

  test('has the gradient of its formula with the aspect weight held constant', async () => {
    const a: Corners = [0.3, 0.2, 3.1, 2.4]
    const b: Corners = [1.1, 0.9, 3.6, 4.2]
    const weight = terms(a, b).weight
    const numeric = a.map((_, i) => {
      const moved = (by: number): Corners => a.map((v, j) => (j === i ? v + by : v)) as unknown as Corners
      const at = (box: Corners): number => terms(box, b).base - weight * terms(box, b).aspect
      return (at(moved(1e-5)) - at(moved(-1e-5))) / 2e-5
    })
    const { slope } = await ciou(a, b)
    slope.forEach((value, i) => expect(value).toBeCloseTo(numeric[i]!, 4))
  })

  test('of two empty boxes in one place is finite, as padding is', async () => {
    const { value, slope } = await ciou([0, 0, 0, 0], [0, 0, 0, 0])
    expect([value, ...slope].every(Number.isFinite)).toBe(true)
  })

  test('of empty boxes is finite, and so is its gradient', async () => {
    const { value, slope } = await ciou([1, 1, 1, 1], [0, 0, 0, 0])
    expect([value, ...slope].every(Number.isFinite)).toBe(true)
  })
})

/** The paper's formula in double precision. */
function terms(a: Corners, b: Corners): { base: number; aspect: number; weight: number } {
  const [aw, ah, bw, bh] = [a[2] - a[0], a[3] - a[1], b[2] - b[0], b[3] - b[1]]
  const iw = Math.max(0, Math.min(a[2], b[2]) - Math.max(a[0], b[0]))
  const ih = Math.max(0, Math.min(a[3], b[3]) - Math.max(a[1], b[1]))
  const iou = (iw * ih) / (aw * ah + bw * bh - iw * ih)
  const distance = ((a[0] + a[2] - b[0] - b[2]) / 2) ** 2 + ((a[1] + a[3] - b[1] - b[3]) / 2) ** 2
  const hull = (Math.max(a[2], b[2]) - Math.min(a[0], b[0])) ** 2 + (Math.max(a[3], b[3]) - Math.min(a[1], b[1])) ** 2
  const aspect = (4 / Math.PI ** 2) * (Math.atan(bw / bh) - Math.atan(aw / ah)) ** 2
  return { base: iou - distance / hull, aspect, weight: aspect / (aspect - iou + 1) }
}
