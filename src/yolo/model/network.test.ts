import { expect, test } from 'vitest'
import { seededRandom } from '../../core/random.ts'
import { gradients } from '../autodiff/gradients.ts'
import * as op from '../graph/build.ts'
import { constant, createGraph, input } from '../graph/graph.ts'
import { elementCount, type Tensor } from '../graph/tensor.ts'
import { type Candidates, candidates } from '../predict/candidates.ts'
import { openDetector } from '../runtime/detector-session.ts'
import { evaluator } from '../runtime/evaluate.ts'
import { exportOnnx } from '../export/export.ts'
import { openSession } from '../runtime/session.ts'
import { detections, fixedCentres } from './detections.ts'
import { network } from './network.ts'
import { initialWeights, modelSpec, type Weights } from './spec.ts'
import { trainingLayers } from './training-layers.ts'

const [B, SIZE] = [2, 64]
const spec = modelSpec('n', 2)

function randomWeights(seed: number): Weights {
  const random = seededRandom(seed)
  const weights = initialWeights(spec, random)
  // Batch norms that do something, so that a wrong rule for their tensors shows.
  for (const { name, role } of [...spec.parameters, ...spec.buffers]) {
    const values = weights.get(name) as Float32Array
    if (role === 'norm-weight' || role === 'norm-variance')
      values.forEach((_, i) => (values[i] = random.range(0.6, 1.6)))
    if (role === 'norm-bias' || role === 'norm-mean') values.forEach((_, i) => (values[i] = random.range(-0.4, 0.4)))
  }
  return weights
}

const randomImages = (): Float32Array => {
  const random = seededRandom(3)
  return Float32Array.from({ length: B * 3 * SIZE * SIZE }, () => random.next())
}

/** One tensor of each kind of layer, early and late. */
const LOOKED_AT = [
  'model.0.conv.weight',
  'model.1.bn.weight',
  'model.2.cv1.conv.weight',
  'model.4.m.0.cv1.bn.bias',
  'model.6.m.0.cv2.conv.weight',
  'model.9.cv1.conv.weight',
  'model.10.m.0.attn.qkv.conv.weight',
  'model.10.m.0.attn.pe.conv.weight',
  'model.10.m.0.ffn.0.conv.weight',
  'model.16.cv2.conv.weight',
  'model.20.conv.weight',
  'model.23.cv2.0.0.conv.weight',
  'model.23.cv3.1.0.0.conv.weight',
  'model.23.cv3.2.2.bias',
]

test('the gradient of the whole network equals directional finite differences', async () => {
  const random = seededRandom(8)
  const graph = createGraph()
  const tensors = new Map<string, Tensor>()
  const layers = trainingLayers(
    ({ name, shape }) => {
      const tensor = input(graph, name, shape)
      tensors.set(name, tensor)
      return tensor
    },
    () => false,
  )
  const levels = network(layers, 'n', 2, input(graph, 'images', [B, 3, SIZE, SIZE]))
  const outputs = levels.flatMap(({ distances, classes }) => [distances, classes])
  const factors = outputs.map(({ shape }) =>
    Float32Array.from({ length: elementCount(shape) }, () => random.normal() / 100),
  )
  const loss = outputs
    .map((y, i) => op.reduceSum(op.mul(y, constant(graph, factors[i] as Float32Array, y.shape))))
    .reduce((a, b) => op.add(a, b))
  await using forward = await evaluator(outputs)
  await using backward = await evaluator(
    gradients(
      loss,
      LOOKED_AT.map((name) => tensors.get(name) as Tensor),
    ),
  )
  const weights = randomWeights(5)
  const feeds = {
    images: randomImages(),
    ...Object.fromEntries(spec.parameters.map(({ name }) => [name, weights.get(name) as Float32Array])),
  }
  const total = async (name: string, values: Float32Array): Promise<number> => {
    const results = await forward({ ...feeds, [name]: values })
    return results.reduce((sum, y, i) => sum + y.reduce((s, value, j) => s + value * factors[i]![j]!, 0), 0)
  }
  const slopes = await backward(feeds)
  for (const [index, name] of LOOKED_AT.entries()) {
    const values = weights.get(name) as Float32Array
    const slope = slopes[index] as Float32Array
    const norm = Math.sqrt(slope.reduce((sum, g) => sum + g * g, 0))
    // Along its own gradient the loss climbs with slope |g|; a step that moves the loss by 0.02 outweighs f32 rounding.
    const step = 0.01 / norm
    const moved = (by: number): Float32Array => values.map((v, i) => v + (by * slope[i]!) / norm)
    const numeric = ((await total(name, moved(step))) - (await total(name, moved(-step)))) / (2 * step)
    expect(Math.abs(numeric / norm - 1), `${name}: ${numeric} against ${norm}`).toBeLessThan(0.02)
  }
})

test('the exported file computes what the network with running statistics computes', async () => {
  const weights = randomWeights(6)
  const graph = createGraph()
  const layers = trainingLayers(
    ({ name, shape }) => constant(graph, weights.get(name) as Float32Array, shape),
    () => true,
  )
  const levels = network(layers, 'n', 2, input(graph, 'images', [B, 3, SIZE, SIZE]))
  await using plain = await evaluator([detections(levels, fixedCentres)])
  const metadata = { names: '{"0":"car","1":"van"}', stride: '32' }
  const onnx = exportOnnx(spec, weights, { height: SIZE, width: SIZE, batch: B, metadata })
  await using detector = await openDetector(onnx, { threads: 1 })
  const { batch, height, width, classCount, classNames } = detector
  expect({ batch, height, width, classCount, classNames }).toEqual({
    batch: B,
    height: SIZE,
    width: SIZE,
    classCount: 2,
    classNames: ['car', 'van'],
  })
  expect(detector.metadata).toEqual(metadata)
  const images = randomImages()
  const [expected] = await plain({ images })
  await using file = await openSession(onnx, { threads: 1 })
  const shape = [B, 3, SIZE, SIZE]
  const values = (await file.run(new Map([['images', { data: images, shape }]]))).get('output0')!.data
  expect(values).toHaveLength(B * 6 * 84)
  // Boxes are up to 64 px; folding the norms rounds differently.
  const worst = values.reduce((max, value, i) => Math.max(max, Math.abs(value - expected![i]!)), 0)
  expect(worst).toBeLessThan(5e-3)

  // The detector decodes the same boxes from the head.
  const everything = { batchIndex: 1, confidence: 0, multiLabel: true }
  // Both orders hold a class's anchors from the finest level to the coarsest.
  const sorted = ({ classes, scores, boxes }: Candidates): number[][] =>
    classes.map((k, i) => [k, scores[i]!, ...boxes.slice(i * 4, i * 4 + 4)]).sort((a, b) => a[0]! - b[0]!)
  const usual = sorted(candidates({ kind: 'boxes', batch: B, classCount: 2, anchors: 84, values }, everything))
  const quick = sorted(candidates(await detector.run(images), everything))
  expect(usual).toHaveLength(2 * 84)
  expect(quick).toHaveLength(usual.length)
  for (const [i, row] of usual.entries()) row.forEach((value, j) => expect(quick[i]![j]).toBeCloseTo(value, 3))
})
