import { describe, expect, test } from 'vitest'
import { constant, createGraph, input } from '../../src/yolo/graph/graph.ts'
import { joinLevels } from '../../src/yolo/model/decode.ts'
import { network } from '../../src/yolo/model/network.ts'
import { modelSpec, type ModelScale } from '../../src/yolo/model/spec.ts'
import { trainingLayers } from '../../src/yolo/model/training-layers.ts'
import { evaluator } from '../../src/yolo/runtime/evaluate.ts'
import { exportOnnx } from '../../src/yolo/export/export.ts'
import { openSession } from '../../src/yolo/runtime/session.ts'
import { createTrainStep } from '../../src/yolo/runtime/train-step.ts'
import { updateRunningStatistics } from '../../src/yolo/train/update/moving-average.ts'
import { everyNth, greatestDifference, readFixture } from './fixture.ts'
import { seededImages, seededWeights } from './seeded.ts'
import { readSummaries, relativeSquaredError, summarise } from './summary.ts'

const [B, HEIGHT, WIDTH] = [3, 96, 64]
/** Adding a constant before a batch norm changes nothing: the gradients of these are zero but for rounding. */
const SHIFT_BEFORE_NORM = /^model\.10\.m\.\d\.(attn\.(pe|proj)|ffn\.1)\.bn\.bias$/
/** Bound of |e|² / |g|²; see `relativeSquaredError` for what it excludes. A cosine of 0.9999 would be 2e-4. */
const GRADIENT_ERROR = 3e-5
/** Of the large outputs the fixtures hold each third number. */
const EVERY = 3

describe.each([
  ['n', 80],
  ['s', 5],
  ['m', 5],
] as const)('YOLO11%s with %i classes equals the reference trainer', async (scale, classCount) => {
  const key = `network-${scale}-${classCount}`
  const fixture = await readFixture(key)
  const spec = modelSpec(scale, classCount)
  const weights = seededWeights(spec, key)
  const images = seededImages(key, B, HEIGHT, WIDTH)
  const parameterNames = fixture.source['gradients'] as string[]
  const runningNames = fixture.source['running'] as string[]

  test('in the names of its tensors', () => {
    expect(spec.parameters.map(({ name }) => name).toSorted()).toEqual(parameterNames)
    expect(spec.buffers.map(({ name }) => name).toSorted()).toEqual(runningNames)
  })

  test.each([
    ['training', 'train'],
    ['inference', 'eval'],
  ] as const)('in the raw outputs of %s, to 1e-3', async (_name, mode) => {
    const [boxes, scores] = await rawOutputs(scale, classCount, mode === 'eval')
    expect(greatestDifference(everyNth(boxes, EVERY), fixture.values(`${mode}.boxes`))).toBeLessThan(1e-3)
    expect(greatestDifference(everyNth(scores, EVERY), fixture.values(`${mode}.scores`))).toBeLessThan(1e-3)
  })

  test('in the output of the exported file, to 1e-3', async () => {
    const onnx = exportOnnx(spec, weights, { height: HEIGHT, width: WIDTH, batch: B, metadata: {} })
    await using file = await openSession(onnx, { threads: 2 })
    const results = await file.run(new Map([['images', { data: images, shape: [B, 3, HEIGHT, WIDTH] }]]))
    const decoded = results.get('output0')?.data as Float32Array
    expect(greatestDifference(everyNth(decoded, EVERY), fixture.values('eval.decoded'))).toBeLessThan(1e-3)
  })

  test('in loss, every gradient and every running statistic of one training step', async () => {
    await using step = await createTrainStep({ spec, batch: B, height: HEIGHT, width: WIDTH, threads: 2 })
    const { loss, gradients, batchStatistics } = await step.run(weights, {
      images,
      boxesXyxyPx: fixture.values('boxes'),
      classes: Int32Array.from(fixture.values('classes')),
      mask: fixture.values('mask'),
    })
    const parts = fixture.values('loss')
    ;[loss.box, loss.cls, loss.dfl, loss.total].forEach((value, i) => {
      expect(Math.abs(value / parts[i]! - 1)).toBeLessThan(1e-4)
    })

    const summaries = readSummaries(fixture.values('gradients'), parameterNames)
    const typical = median(Array.from(summaries.values(), ({ norm }) => norm))
    const wrong: string[] = []
    const errors: number[] = []
    for (const [name, expected] of summaries) {
      const actual = summarise(gradients.get(name) as Float32Array, key, name)
      if (SHIFT_BEFORE_NORM.test(name)) {
        if (!(actual.norm < 1e-3 * typical) || !(expected.norm < 1e-9 * typical)) wrong.push(`${name}: not zero`)
        continue
      }
      const error = relativeSquaredError(actual, expected)
      const entry = greatestDifference(actual.entries, expected.entries) / expected.norm
      errors.push(error)
      if (!(error < GRADIENT_ERROR) || !(entry < 5e-3)) wrong.push(`${name}: ${error}, entries ${entry}`)
    }
    expect(wrong).toEqual([])
    expect(median(errors)).toBeLessThan(1e-7)

    const after = new Map(runningNames.map((name) => [name, (weights.get(name) as Float32Array).slice()]))
    updateRunningStatistics(after, batchStatistics, 0.03)
    for (const [name, expected] of readSummaries(fixture.values('running'), runningNames)) {
      const error = relativeSquaredError(summarise(after.get(name) as Float32Array, key, name), expected)
      if (!(error < 1e-10)) wrong.push(`${name}: ${error}`)
    }
    expect(wrong).toEqual([])
  })

  async function rawOutputs(
    size: ModelScale,
    classes: number,
    isInference: boolean,
  ): Promise<[Float32Array, Float32Array]> {
    const graph = createGraph()
    const layers = trainingLayers(
      ({ name, shape }) => constant(graph, weights.get(name) as Float32Array, shape),
      () => isInference,
    )
    const levels = network(layers, size, classes, input(graph, 'images', [B, 3, HEIGHT, WIDTH]))
    const { distances, classes: scores } = joinLevels(levels)
    await using run = await evaluator([distances, scores])
    return (await run({ images })) as [Float32Array, Float32Array]
  }
})

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] as number
}
