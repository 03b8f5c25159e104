import { describe, expect, test } from 'vitest'
import * as op from './build.ts'
import { apply1, constant, createGraph, input, scalar } from './graph.ts'
import { broadcastShapes, ShapeError, type Shape, type Tensor } from './tensor.ts'

const tensor = (...shape: number[]): Tensor => input(createGraph(), 'x', shape)
const pair = (a: Shape, b: Shape): [Tensor, Tensor] => {
  const graph = createGraph()
  return [input(graph, 'a', a), input(graph, 'b', b)]
}
const WINDOW = { kernel: 3, stride: 2, groups: 1 }

describe('shapes', () => {
  test.each([
    ['adds along NumPy rules', () => op.add(...pair([2, 1, 3], [4, 1])), [2, 4, 3]],
    ['halves an image at stride 2', () => op.conv(...pair([1, 3, 64, 32], [8, 3, 3, 3]), WINDOW), [1, 8, 32, 16]],
    ['rounds odd sizes up', () => op.conv(...pair([1, 3, 5, 7], [8, 3, 3, 3]), WINDOW), [1, 8, 3, 4]],
    [
      'transposes matrix operands',
      () => op.matMul(...pair([2, 4, 3], [2, 5, 4]), { transposeA: true, transposeB: true }),
      [2, 3, 5],
    ],
    ['drops summed axes', () => op.reduceSum(tensor(2, 3, 4), [0, 2]), [3]],
    ['keeps summed axes on request', () => op.reduceSum(tensor(2, 3, 4), [0, 2], true), [1, 3, 1]],
    ['sums everything by default', () => op.reduceSum(tensor(2, 3)), []],
    ['concatenates', () => op.concat(pair([2, 3], [2, 5]), 1), [2, 8]],
    ['doubles an image', () => op.upsample2(tensor(1, 2, 3, 4)), [1, 2, 6, 8]],
    ['keeps an image in a pool', () => op.maxPool(tensor(1, 2, 9, 9), 5), [1, 2, 9, 9]],
  ])('%s', (_name, build, shape) => {
    expect(build().shape).toEqual(shape)
  })

  test('are inferred for each part of a split', () => {
    expect(op.split(tensor(2, 5), 1, [2, 3]).map(({ shape }) => shape)).toEqual([
      [2, 2],
      [2, 3],
    ])
  })
})

describe('tensors that do not fit are refused with both shapes', () => {
  test.each([
    ['broadcast', () => op.add(...pair([2, 3], [4])), '[2, 3] and [4]'],
    ['matMul', () => op.matMul(...pair([2, 3], [2, 3])), '[2, 3] and [2, 3]'],
    ['conv', () => op.conv(...pair([1, 4, 8, 8], [8, 3, 3, 3]), WINDOW), '[1, 4, 8, 8] and [8, 3, 3, 3]'],
    ['reshape', () => op.reshape(tensor(2, 3), [4]), '[2, 3] and [4]'],
    ['concat', () => op.concat(pair([2, 3], [3, 3]), 1), '[2, 3] and [3, 3]'],
    ['split', () => op.split(tensor(2, 5), 1, [2, 2]), '[2, 5] and [2, 2]'],
    ['slice', () => op.slice(tensor(2, 5), 1, 3, 6), '[2, 5]'],
    ['transpose', () => op.transpose(tensor(2, 5), [0, 0]), '[2, 5] and [0, 0]'],
    ['topMask', () => apply1('topMask', [tensor(2, 3)], { count: 4 }), '[2, 3]'],
    ['image', () => op.upsample2(tensor(2, 3)), '[2, 3]'],
    ['constant', () => constant(createGraph(), new Float32Array(3), [2, 2]), '[3] and [2, 2]'],
  ])('%s', (_name, build, message) => {
    expect(build).toThrow(ShapeError)
    expect(build).toThrow(message)
  })
})

test('broadcasting is symmetric', () => {
  expect(broadcastShapes([5, 1, 3], [2, 1])).toEqual([5, 2, 3])
  expect(broadcastShapes([2, 1], [5, 1, 3])).toEqual([5, 2, 3])
})

test('equal scalars are one constant', () => {
  const graph = createGraph()
  expect(scalar(graph, 0.1)).toBe(scalar(graph, 0.1))
  expect(scalar(graph, 0)).not.toBe(scalar(graph, -0))
})
