import { expect, test } from 'vitest'
import { hash32, seededRandom } from '../../src/core/random.ts'
import { gradients } from '../../src/yolo/autodiff/gradients.ts'
import * as op from '../../src/yolo/graph/build.ts'
import { createGraph, input } from '../../src/yolo/graph/graph.ts'
import type { Tensor } from '../../src/yolo/graph/tensor.ts'
import { detectionLoss } from '../../src/yolo/loss/detection-loss.ts'
import { anchorGrid } from '../../src/yolo/model/anchors.ts'
import type { LevelOutput } from '../../src/yolo/model/network.ts'
import { BINS, STRIDES } from '../../src/yolo/model/scales.ts'
import { evaluator } from '../../src/yolo/runtime/evaluate.ts'
import { everyNth, greatestDifference, readFixture } from './fixture.ts'
import { uniform } from './seeded.ts'

interface Scene {
  readonly classCount: number
  readonly logits: readonly [number, number]
  readonly classWeights: readonly number[] | null
}

const fixture = await readFixture('loss')
const { width, height, every, peak, scenes } = fixture.source as {
  width: number
  height: number
  every: number
  peak: number
  scenes: Record<string, Scene>
}
const cells = STRIDES.map((stride) => ({ h: height / stride, w: width / stride }))
const A = cells.reduce((sum, { h, w }) => sum + h * w, 0)

test.each(Object.entries(scenes))(
  'loss and gradients of a scene equal those of the reference trainer: %s',
  async (name, { classCount, logits, classWeights }) => {
    const values = (part: string): Float32Array => fixture.values(`${name}/${part}`)
    const batch = fixture.shape(`${name}/peaks`)[0] as number
    const boxes = values('boxes')
    // An image without boxes needs a row of padding.
    const maxBoxes = Math.max(1, boxes.length / 4 / batch)
    const padded = (data: Float32Array, size: number): Float32Array =>
      data.length > 0 ? data : new Float32Array(batch * size)

    const graph = createGraph()
    const distances = input(graph, 'distances', [batch, 4 * BINS, A])
    const classes = input(graph, 'scores', [batch, classCount, A])
    const loss = detectionLoss(
      levelsOf(distances, classes),
      {
        boxes: input(graph, 'boxes', [batch, maxBoxes, 4]),
        classes: input(graph, 'classes', [batch, maxBoxes]),
        mask: input(graph, 'mask', [batch, maxBoxes]),
      },
      anchorGrid(graph, height, width),
      { classWeights: classWeights ?? undefined },
    )
    const slopes = gradients(loss.total, [distances, classes])
    await using run = await evaluator([loss.box, loss.cls, loss.dfl, loss.total, ...slopes])
    const results = await run({
      distances: distanceLogits(name, values('peaks')),
      scores: uniform(`loss/${name}/classes`, batch * classCount * A, ...logits),
      boxes: padded(boxes, 4 * maxBoxes),
      classes: padded(values('classes'), maxBoxes),
      mask: padded(values('mask'), maxBoxes),
    })
    const parts = results.slice(0, 4).map((result) => result[0]!)
    const off = Array.from(values('loss'), (expected, i) => relativeError(parts[i]!, expected))
    expect(Math.max(...off)).toBeLessThan(1e-5)
    for (const [i, part] of (['distances', 'classes'] as const).entries()) {
      const expected = values(`${part} gradient`)
      const actual = everyNth(results[4 + i] as Float32Array, every)
      // Where the reference has no gradient at all there is none.
      const greatest = expected.reduce((max, slope) => Math.max(max, Math.abs(slope)), 0)
      expect(greatestDifference(actual, expected)).toBeLessThanOrEqual(1e-5 * greatest)
    }
  },
)

const relativeError = (actual: number, expected: number): number =>
  expected === 0 ? Math.abs(actual) : Math.abs(actual / expected - 1)

function levelsOf(distances: Tensor, classes: Tensor): LevelOutput[] {
  const sizes = cells.map(({ h, w }) => h * w)
  const image = (part: Tensor, level: number): Tensor => {
    const [b, c] = part.shape as [number, number]
    const { h, w } = cells[level] as { h: number; w: number }
    return op.reshape(part, [b, c, h, w])
  }
  const byLevel = [distances, classes].map((all) => op.split(all, 2, sizes).map(image))
  return sizes.map((_, level) => ({ distances: byLevel[0]![level]!, classes: byLevel[1]![level]! }))
}

/** Noise and a peak of each distribution, as in loss_fixture.py. `[B, 4, R, A]` */
function distanceLogits(name: string, peaks: Float32Array): Float32Array {
  const noise = seededRandom(hash32(`loss/${name}/distances`))
  return Float32Array.from({ length: peaks.length * BINS }, (_, i) => {
    const [anchor, bin, side] = [i % A, Math.floor(i / A) % BINS, Math.floor(i / A / BINS)]
    return noise.range(-0.5, 0.5) + peak * Math.max(0, 1 - Math.abs(bin - peaks[side * A + anchor]!))
  })
}
