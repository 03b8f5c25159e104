import { expect, test } from 'vitest'
import { seededRandom } from '../../core/random.ts'
import { createGraph, input } from '../graph/graph.ts'
import { anchorGrid } from '../model/anchors.ts'
import { evaluator } from '../runtime/evaluate.ts'
import { assignTargets } from './assignment.ts'

/** A 64 px image has 64 + 16 + 4 anchors. */
const SIZE = 64
const A = 84

interface Scene {
  readonly b: number
  readonly m: number
  readonly k: number
  readonly probabilities: Float32Array
  /** `[B, 4, A]` */
  readonly predicted: Float32Array
  readonly boxes: Float32Array
  readonly classes: Float32Array
  readonly mask: Float32Array
  /** @default 16 */
  readonly shortestSidePx?: number
}

async function assigned({
  b,
  m,
  k,
  shortestSidePx,
  ...data
}: Scene): Promise<{ boxes: Float32Array; scores: Float32Array; weight: Float32Array }> {
  const graph = createGraph()
  const { boxes, scores, weight } = assignTargets(
    input(graph, 'probabilities', [b, k, A]),
    input(graph, 'predicted', [b, 4, A]),
    {
      boxes: input(graph, 'boxes', [b, m, 4]),
      classes: input(graph, 'classes', [b, m]),
      mask: input(graph, 'mask', [b, m]),
    },
    anchorGrid(graph, SIZE, SIZE),
    shortestSidePx,
  )
  await using run = await evaluator([boxes, scores, weight])
  const [x, y, z] = (await run({ ...data })) as [Float32Array, Float32Array, Float32Array]
  return { boxes: x, scores: y, weight: z }
}

const centres = [8, 16, 32].flatMap((stride) =>
  Array.from({ length: (SIZE / stride) ** 2 }, (_, i) => ({
    x: ((i % (SIZE / stride)) + 0.5) * stride,
    y: (Math.floor(i / (SIZE / stride)) + 0.5) * stride,
  })),
)

test('one perfectly predicted box gets its score on the anchors inside it, and the rest is background', async () => {
  // x in (16, 32), y in (16, 32): four stride-8 anchors and one stride-16 anchor lie inside; all predict the box itself.
  const box = [16, 16, 32, 32]
  const scene: Scene = {
    b: 1,
    m: 1,
    k: 2,
    probabilities: new Float32Array(2 * A).fill(0.25),
    predicted: Float32Array.from({ length: 4 * A }, (_, i) => box[Math.floor(i / A)]!),
    boxes: Float32Array.from(box),
    classes: Float32Array.from([1]),
    mask: Float32Array.from([1]),
  }
  const { boxes, scores, weight } = await assigned(scene)
  const positives = centres.flatMap(({ x, y }, i) => (x > 16 && x < 32 && y > 16 && y < 32 ? [i] : []))
  expect(positives).toHaveLength(5)
  // Alignment is equal on all five, so each carries the best CIoU, which is 1.
  weight.forEach((value, i) => expect(value).toBeCloseTo(positives.includes(i) ? 1 : 0, 5))
  expect(scores.slice(0, A).every((value) => value === 0)).toBe(true)
  expect(scores.slice(A)).toEqual(weight)
  for (const i of positives) expect([0, 1, 2, 3].map((side) => boxes[side * A + i])).toEqual(box)
})

test('a box that lies between all anchors still trains the nearest ones', async () => {
  // 4 px around (24, 24), half way between anchors at 20 and 28; everything predicts it exactly.
  const box = [22, 22, 26, 26]
  const { weight } = await assigned({
    b: 1,
    m: 1,
    k: 1,
    probabilities: new Float32Array(A).fill(0.5),
    predicted: Float32Array.from({ length: 4 * A }, (_, i) => box[Math.floor(i / A)]!),
    boxes: Float32Array.from(box),
    classes: Float32Array.from([0]),
    mask: Float32Array.from([1]),
  })
  const positives = Array.from(weight).flatMap((value, i) => (value > 0 ? [centres[i]] : []))
  expect(positives).toEqual([
    { x: 20, y: 20 },
    { x: 28, y: 20 },
    { x: 20, y: 28 },
    { x: 28, y: 28 },
    { x: 24, y: 24 },
  ])
})

test('without real boxes everything is background and finite', async () => {
  const scene = randomScene(3, 2, 3, 2)
  const { boxes, scores, weight } = await assigned({ ...scene, mask: scene.mask.map(() => 0) })
  expect([...boxes, ...scores, ...weight].every((value) => value === 0)).toBe(true)
})

test.each([
  [1, 16],
  [2, 16],
  [3, 0],
  [4, 30],
])('a random scene is assigned as a plain program does it (seed %i, sides of at least %i px)', async (seed, px) => {
  const scene = { ...randomScene(seed, 2, 6, 3), shortestSidePx: px }
  const actual = await assigned(scene)
  const expected = plainAssignment(scene)
  expect(expected.weight.filter((value) => value > 0).length).toBeGreaterThan(10)
  for (const part of ['boxes', 'scores', 'weight'] as const) {
    actual[part].forEach((value, i) => expect(value).toBeCloseTo(expected[part][i]!, 4))
  }
})

/** Boxes that overlap each other, the last one of each image being padding. */
function randomScene(seed: number, b: number, m: number, k: number): Scene {
  const random = seededRandom(seed)
  const box = (x: number, y: number): number[] => {
    const [w, h] = [random.range(8, 40), random.range(8, 40)]
    return [x - w / 2, y - h / 2, x + w / 2, y + h / 2]
  }
  const predicted = new Float32Array(b * 4 * A)
  for (let i = 0; i < b; i++) {
    centres.forEach(({ x, y }, a) => box(x, y).forEach((v, side) => (predicted[(i * 4 + side) * A + a] = v)))
  }
  return {
    b,
    m,
    k,
    probabilities: Float32Array.from({ length: b * k * A }, () => random.range(0.05, 0.95)),
    predicted,
    boxes: Float32Array.from(
      Array.from({ length: b * m }, () => box(random.range(16, 48), random.range(16, 48))).flat(),
    ),
    classes: Float32Array.from({ length: b * m }, () => random.int(k)),
    mask: Float32Array.from({ length: b * m }, (_, i) => (i % m === m - 1 ? 0 : 1)),
  }
}

/** The papers' text as loops, in double precision. */
function plainAssignment({ b, m, k, probabilities, predicted, boxes, classes, mask, shortestSidePx = 16 }: Scene) {
  const out = {
    boxes: new Float64Array(b * 4 * A),
    scores: new Float64Array(b * k * A),
    weight: new Float64Array(b * A),
  }
  for (let i = 0; i < b; i++) {
    const real = Array.from({ length: m }, (_, j) => Array.from(boxes.slice((i * m + j) * 4, (i * m + j) * 4 + 4)))
    const reaches = (at: number, low: number, high: number): boolean =>
      Math.abs(at - (low + high) / 2) < Math.max(high - low, shortestSidePx) / 2
    const overlap = real.map((gt, j) =>
      centres.map(({ x, y }, a) => {
        const inside = mask[i * m + j] === 1 && reaches(x, gt[0]!, gt[2]!) && reaches(y, gt[1]!, gt[3]!)
        if (!inside) return 0
        return Math.max(
          0,
          plainCiou(
            gt,
            [0, 1, 2, 3].map((side) => predicted[(i * 4 + side) * A + a]!),
          ),
        )
      }),
    )
    const alignment = overlap.map((row, j) =>
      row.map((o, a) => Math.sqrt(probabilities[(i * k + classes[i * m + j]!) * A + a]!) * o ** 6),
    )
    const owner = new Map<number, number[]>()
    alignment.forEach((row, j) => {
      const best = row.map((value, a) => ({ value, a })).toSorted((p, q) => q.value - p.value)
      for (const { value, a } of best.slice(0, 10)) if (value > 0) owner.set(a, [...(owner.get(a) ?? []), j])
    })
    const chosen = new Map<number, number>()
    for (const [a, candidates] of owner) {
      const everyone = overlap.map((row) => row[a]!)
      chosen.set(a, candidates.length === 1 ? candidates[0]! : everyone.indexOf(Math.max(...everyone)))
    }
    real.forEach((gt, j) => {
      const own = [...chosen].flatMap(([a, to]) => (to === j ? [a] : []))
      const bestAlignment = Math.max(0, ...own.map((a) => alignment[j]![a]!))
      const bestOverlap = Math.max(0, ...own.map((a) => overlap[j]![a]!))
      for (const a of own) {
        const score = (alignment[j]![a]! * bestOverlap) / (bestAlignment + 1e-9)
        out.weight[i * A + a] = score
        out.scores[(i * k + classes[i * m + j]!) * A + a] = score
        gt.forEach((value, side) => (out.boxes[(i * 4 + side) * A + a] = value))
      }
    })
  }
  return out
}

function plainCiou(a: readonly number[], b: readonly number[]): number {
  const [ax1, ay1, ax2, ay2] = a as [number, number, number, number]
  const [bx1, by1, bx2, by2] = b as [number, number, number, number]
  const inter =
    Math.max(0, Math.min(ax2, bx2) - Math.max(ax1, bx1)) * Math.max(0, Math.min(ay2, by2) - Math.max(ay1, by1))
  const iou = inter / ((ax2 - ax1) * (ay2 - ay1) + (bx2 - bx1) * (by2 - by1) - inter)
  const distance = ((ax1 + ax2 - bx1 - bx2) ** 2 + (ay1 + ay2 - by1 - by2) ** 2) / 4
  const hull = (Math.max(ax2, bx2) - Math.min(ax1, bx1)) ** 2 + (Math.max(ay2, by2) - Math.min(ay1, by1)) ** 2
  const v = (4 / Math.PI ** 2) * (Math.atan((bx2 - bx1) / (by2 - by1)) - Math.atan((ax2 - ax1) / (ay2 - ay1))) ** 2
  return iou - distance / hull - (v * v) / (v - iou + 1)
}
