import { endianness } from 'node:os'
import type { SkyloopError } from '../../core/errors.ts'
import { halfTable } from './half.ts'
import type { PickleStorage, PickleTensor, StorageType } from './pickle-values.ts'

export const ELEMENT_BYTES: { readonly [T in StorageType]: number } = {
  float64: 8,
  float32: 4,
  float16: 2,
  bfloat16: 2,
  int64: 8,
  int32: 4,
  int16: 2,
  int8: 1,
  uint8: 1,
  bool: 1,
}

type Fail = (what: string) => SkyloopError

/**
 * A storage's little-endian elements as floats; float64 and large integers are rounded to the nearest float.
 *
 * @throws what `fail` makes when the bytes are not as many as the elements need
 */
export function readElements(bytes: Uint8Array, { type, elements }: PickleStorage, fail: Fail): Float32Array {
  const needed = elements * ELEMENT_BYTES[type]
  if (bytes.byteLength !== needed) throw fail(`needs ${needed} bytes of ${type}, its storage has ${bytes.byteLength}`)
  if (type === 'float32' && endianness() === 'LE') return new Float32Array(Uint8Array.from(bytes).buffer)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const values = new Float32Array(elements)
  const read = READERS[type]
  for (let i = 0; i < elements; i++) values[i] = read(view, i)
  return values
}

const bits = new DataView(new ArrayBuffer(4))

type ElementReader = (view: DataView, i: number) => number

/** The element `i` of a view. */
const READERS: { readonly [T in StorageType]: ElementReader } = {
  float64: (view, i) => view.getFloat64(i * 8, true),
  float32: (view, i) => view.getFloat32(i * 4, true),
  float16: (view, i) => halfTable()[view.getUint16(i * 2, true)]!,
  // The upper half of a float32.
  bfloat16: (view, i) => {
    bits.setUint16(0, view.getUint16(i * 2, true))
    return bits.getFloat32(0)
  },
  int64: (view, i) => Number(view.getBigInt64(i * 8, true)),
  int32: (view, i) => view.getInt32(i * 4, true),
  int16: (view, i) => view.getInt16(i * 2, true),
  int8: (view, i) => view.getInt8(i),
  uint8: (view, i) => view.getUint8(i),
  bool: (view, i) => Number(view.getUint8(i) !== 0),
}

const MAX_RANK = 16

/**
 * A tensor's elements in row-major order, whatever its strides.
 *
 * @throws what `fail` makes when the tensor reaches beyond its storage, or repeats elements of it (a small file could
 * otherwise claim a tensor of any size)
 */
export function copyTensor({ offset, shape, strides }: PickleTensor, storage: Float32Array, fail: Fail): Float32Array {
  if (shape.length > MAX_RANK) throw fail(`has ${shape.length} axes; at most ${MAX_RANK} are allowed`)
  const count = shape.reduce((product, axis) => product * axis, 1)
  if (count === 0) return new Float32Array(0)
  const last = shape.reduce((at, axis, i) => at + (axis - 1) * strides[i]!, offset)
  if (last >= storage.length) throw fail(`reaches element ${last} of a storage of ${storage.length}`)
  if (count > storage.length) throw fail(`has ${count} elements of a storage of ${storage.length}`)
  let step = 1
  const contiguous = shape.toReversed().every((axis, i) => {
    const fits = axis === 1 || strides[shape.length - 1 - i] === step
    step *= axis
    return fits
  })
  if (contiguous) return storage.slice(offset, offset + count)
  const data = new Float32Array(count)
  const position = shape.map(() => 0)
  let at = offset
  for (let i = 0; i < count; i++) {
    data[i] = storage[at]!
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += strides[axis]!
      if (++position[axis]! < shape[axis]!) break
      at -= strides[axis]! * shape[axis]!
      position[axis] = 0
    }
  }
  return data
}
