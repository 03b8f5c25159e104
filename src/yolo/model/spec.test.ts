import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../core/random.ts'
import { elementCount } from '../graph/tensor.ts'
import { BINS } from './scales.ts'
import { initialWeights, modelSpec, type ModelScale } from './spec.ts'

/** @source parameter counts that the published YOLO11 models report for 80 classes, the R fixed bin values included */
const PUBLISHED: readonly [ModelScale, number][] = [
  ['n', 2_624_080],
  ['s', 9_458_752],
  ['m', 20_114_688],
  ['l', 25_372_160],
  ['x', 56_966_176],
]

test.each(PUBLISHED)('YOLO11%s with 80 classes has %i parameters', (scale, count) => {
  const { parameters } = modelSpec(scale, 80)
  expect(parameters.reduce((sum, { shape }) => sum + elementCount(shape), BINS)).toBe(count)
})

describe('the tensors of YOLO11n', () => {
  const spec = modelSpec('n', 6)
  const shapes = new Map([...spec.parameters, ...spec.buffers].map(({ name, shape }) => [name, shape]))

  test.each([
    ['model.0.conv.weight', [16, 3, 3, 3]],
    ['model.0.bn.running_var', [16]],
    ['model.2.m.0.cv1.conv.weight', [8, 16, 3, 3]],
    ['model.6.m.0.m.1.cv2.conv.weight', [32, 32, 3, 3]],
    ['model.9.cv2.conv.weight', [256, 512, 1, 1]],
    ['model.10.m.0.attn.qkv.conv.weight', [256, 128, 1, 1]],
    ['model.10.m.0.attn.pe.conv.weight', [128, 1, 3, 3]],
    ['model.10.m.0.ffn.1.bn.bias', [128]],
    ['model.23.cv2.0.2.bias', [64]],
    ['model.23.cv3.0.0.0.conv.weight', [64, 1, 3, 3]],
    ['model.23.cv3.2.2.weight', [6, 64, 1, 1]],
  ])('%s is %j', (name, shape) => {
    expect(shapes.get(name)).toEqual(shape)
  })

  test('have names of their own', () => {
    expect(shapes.size).toBe(spec.parameters.length + spec.buffers.length)
  })

  test('begin with the class prior of five objects in a 640 px image', () => {
    const weights = initialWeights(spec, seededRandom(1))
    expect(weights.get('model.23.cv2.1.2.bias')?.[0]).toBe(1)
    expect(weights.get('model.23.cv3.1.2.bias')?.[0]).toBeCloseTo(Math.log(5 / 6 / 40 ** 2), 5)
    expect(weights.get('model.0.bn.running_var')?.[0]).toBe(1)
    const bound = 1 / Math.sqrt(27)
    const first = weights.get('model.0.conv.weight') as Float32Array
    expect(Math.max(...first)).toBeLessThanOrEqual(bound)
    expect(Math.max(...first)).toBeGreaterThan(0.9 * bound)
  })
})

test.each([0, -1, 1.5, Number.NaN])('%d classes are refused', (classCount) => {
  expect(() => modelSpec('n', classCount)).toThrow('at least 1 class')
})
