import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../core/random.ts'
import { initialWeights, modelSpec } from '../model/spec.ts'
import { fromHalfBits, toHalfBits } from './half.ts'
import { decodeSafetensors, encodeSafetensors } from './safetensors.ts'
import { matchClasses, transferWeights } from './transfer.ts'
import type { WeightsFile } from './weights-file.ts'

describe('halves', () => {
  test.each([
    [0, 0x0000],
    [1, 0x3c00],
    [-2, 0xc000],
    [65504, 0x7bff],
    [65520, 0x7c00],
    [2 ** -14, 0x0400],
    [2 ** -24, 0x0001],
    [2 ** -25, 0x0000],
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    [Infinity, 0x7c00],
  ])('%d is written as %i', (value, bits) => {
    expect(toHalfBits(value)).toBe(bits)
  })

  test('every half survives a round trip', () => {
    const numbers = Array.from({ length: 0x10000 }, (_, bits) => bits).filter(
      (bits) => !Number.isNaN(fromHalfBits(bits)),
    )
    expect(numbers.filter((bits) => toHalfBits(fromHalfBits(bits)) !== bits)).toEqual([])
    expect(fromHalfBits(toHalfBits(NaN))).toBeNaN()
  })
})

describe('safetensors', () => {
  const tensors = [
    { name: 'a', shape: [2, 2], data: Float32Array.from([1, -2, 0.5, 3]) },
    { name: 'b', shape: [], data: Float32Array.from([0.25]) },
    { name: 'none', shape: [0, 3], data: new Float32Array(0) },
  ]

  test.each([false, true])('tensors and metadata survive a round trip (half: %s)', (half) => {
    const file = decodeSafetensors(encodeSafetensors(tensors, { who: 'x' }, { half }), 'x')
    expect(file.metadata).toEqual({ who: 'x' })
    expect([...file.tensors.values()]).toEqual(tensors)
  })

  test('the layout is the published one', () => {
    const bytes = Buffer.from(encodeSafetensors([tensors[1]!], {}))
    const length = Number(bytes.readBigUInt64LE(0))
    const header: unknown = JSON.parse(bytes.subarray(8, 8 + length).toString())
    expect(header).toEqual({ __metadata__: {}, b: { dtype: 'F32', shape: [], data_offsets: [0, 4] } })
    expect(bytes.readFloatLE(8 + length)).toBe(0.25)
  })

  const file = (header: unknown, dataBytes = 0): Uint8Array => {
    const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header))
    const length = Buffer.alloc(8)
    length.writeBigUInt64LE(BigInt(json.length))
    return Buffer.concat([length, json, Buffer.alloc(dataBytes)])
  }

  test.each<[string, Uint8Array, string]>([
    ['too short', Buffer.from('abc'), 'too few'],
    ['a header longer than the file', Buffer.from([255, 255, 255, 0, 0, 0, 0, 0, 1]), 'claims'],
    ['a header that is not JSON', file('{"a"'), 'not JSON'],
    ['a type that is not a float', file({ a: { dtype: 'I64', shape: [1], data_offsets: [0, 8] } }, 8), 'type I64'],
    ['a negative axis', file({ a: { dtype: 'F32', shape: [-1], data_offsets: [0, 4] } }, 4), 'whole numbers'],
    [
      'offsets that do not fit the shape',
      file({ a: { dtype: 'F32', shape: [2], data_offsets: [0, 4] } }, 8),
      'needs 8',
    ],
    ['data that is cut off', file({ a: { dtype: 'F32', shape: [2], data_offsets: [0, 8] } }, 4), 'cut off'],
    ['metadata that is not text', file({ __metadata__: { a: 1 } }), 'not a string'],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => decodeSafetensors(bytes, 'x.safetensors')).toThrow(message)
  })
})

describe('transfer', () => {
  test('classes match by name, then by alias, whatever their order and spelling', () => {
    const source = ['car', 'van', 'truck', 'bus', 'person', 'boat']
    expect(matchClasses(source, ['Bus', 'minibus', 'cyclist', 'pedestrian'])).toEqual([3, 1, undefined, 4])
  })

  const source = ['car', 'van', 'bus']
  const spec = modelSpec('n', source.length)
  const values = initialWeights(spec, seededRandom(1))
  const bias = 'model.23.cv3.0.2.bias'
  values.set(bias, Float32Array.from([10, 20, 30]))
  const file: WeightsFile = {
    source: 'test',
    format: 'safetensors',
    types: new Map(),
    folded: false,
    tensors: new Map(
      [...spec.parameters, ...spec.buffers].map(({ name, shape }) => [name, { name, shape, data: values.get(name)! }]),
    ),
    classNames: source,
    scale: 'n',
    metadata: {},
  }

  test('the knowledge of a class moves to its row; a class nobody knows keeps its start', () => {
    const target = ['bus', 'cyclist', 'car', 'minibus']
    const ownSpec = modelSpec('n', target.length)
    const own = initialWeights(ownSpec, seededRandom(2))
    const before = own.get(bias)![1]!
    const report = transferWeights(ownSpec, own, file, target)
    expect(Array.from(own.get(bias)!)).toEqual([30, before, 10, 20])
    expect(report.remapped).toHaveLength(6)
    expect(report.kept).toEqual([])
    expect(report.unused).toEqual([])
    expect(report.classes).toEqual({ bus: 'bus', car: 'car', minibus: 'van' })
    expect(own.get('model.0.conv.weight')).toEqual(values.get('model.0.conv.weight'))
  })

  test('what does not fit is listed with both shapes', () => {
    const ownSpec = modelSpec('s', 3)
    const report = transferWeights(ownSpec, initialWeights(ownSpec, seededRandom(2)), file, source)
    expect(report.kept).toContainEqual({
      name: 'model.0.conv.weight',
      reason: 'shape [16, 3, 3, 3] in the file, [32, 3, 3, 3] here',
    })
  })
})
