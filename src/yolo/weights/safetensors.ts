import { endianness } from 'node:os'
import { messageOf, SkyloopError } from '../../core/errors.ts'
import { isObject } from '../../core/json.ts'
import { halfTable, toHalfBits } from './half.ts'

/** A tensor of a file, as floats whatever its stored type is. */
export interface NamedTensor {
  readonly name: string
  readonly shape: readonly number[]
  readonly data: Float32Array
}

export interface SafetensorsFile {
  readonly tensors: ReadonlyMap<string, NamedTensor>
  /** Stored type of each tensor: F32, F16, BF16 or F64. */
  readonly types: ReadonlyMap<string, string>
  readonly metadata: Readonly<Record<string, string>>
}

/** Headers are JSON of a few hundred kilobytes at most; a larger one is an attack or no safetensors file. */
const MAX_HEADER_BYTES = 100 * 1024 * 1024

type ElementType = 'F32' | 'F16' | 'BF16' | 'F64'

const ELEMENT_BYTES: Record<ElementType, number> = { F32: 4, F16: 2, BF16: 2, F64: 8 }

/**
 * A safetensors file: 8 bytes header length, JSON header, little-endian data in header order.
 *
 * @param options.half stores the tensors as F16, half the size. @default false
 * @source github.com/huggingface/safetensors, README "Format"
 */
export function encodeSafetensors(
  tensors: Iterable<NamedTensor>,
  metadata: Readonly<Record<string, string>>,
  options: { readonly half?: boolean } = {},
): Uint8Array {
  const list = [...tensors]
  const bytesEach = options.half ? 2 : 4
  const header: Record<string, unknown> = { __metadata__: metadata }
  let size = 0
  for (const { name, shape, data } of list) {
    const end = size + data.length * bytesEach
    header[name] = { dtype: options.half ? 'F16' : 'F32', shape, data_offsets: [size, end] }
    size = end
  }
  const json = new TextEncoder().encode(JSON.stringify(header))
  // Padded with spaces so that the data begins at a multiple of eight.
  const headerBytes = Math.ceil(json.length / 8) * 8
  const file = new Uint8Array(8 + headerBytes + size)
  const view = new DataView(file.buffer)
  view.setBigUint64(0, BigInt(headerBytes), true)
  file.fill(0x20, 8, 8 + headerBytes)
  file.set(json, 8)
  let at = 8 + headerBytes
  for (const { data } of list) {
    if (options.half) {
      for (let i = 0; i < data.length; i++, at += 2) view.setUint16(at, toHalfBits(data[i]!), true)
    } else if (endianness() === 'LE') {
      file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at)
      at += data.byteLength
    } else {
      for (let i = 0; i < data.length; i++, at += 4) view.setFloat32(at, data[i]!, true)
    }
  }
  return file
}

/**
 * Reads a safetensors file that came from outside: header, offsets and sizes are checked before any data is touched.
 *
 * @param source name of the file for messages
 * @throws SkyloopError `yolo.safetensors` saying what is wrong with the file
 */
export function decodeSafetensors(file: Uint8Array, source: string): SafetensorsFile {
  const wrong = (what: string): SkyloopError =>
    new SkyloopError({ code: 'yolo.safetensors', message: `${source} is not a valid safetensors file: ${what}` })
  if (file.byteLength < 8) throw wrong(`${file.byteLength} bytes are too few`)
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  const headerBytes = Number(view.getBigUint64(0, true))
  if (headerBytes > MAX_HEADER_BYTES || 8 + headerBytes > file.byteLength) {
    throw wrong(`its header claims ${headerBytes} bytes, the file has ${file.byteLength}`)
  }
  let header: unknown
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(file.subarray(8, 8 + headerBytes)))
  } catch (error) {
    throw wrong(`its header is not JSON (${messageOf(error)})`)
  }
  if (!isObject(header)) throw wrong('its header is not an object')
  const tensors = new Map<string, NamedTensor>()
  const types = new Map<string, string>()
  const metadata: Record<string, string> = {}
  const dataStart = 8 + headerBytes
  for (const [name, entry] of Object.entries(header)) {
    if (!isObject(entry)) throw wrong(`"${name}" is not an object`)
    if (name === '__metadata__') {
      for (const [key, value] of Object.entries(entry)) {
        if (typeof value !== 'string') throw wrong(`metadata "${key}" is not a string`)
        metadata[key] = value
      }
      continue
    }
    const { dtype, shape, data_offsets: offsets } = entry
    if (!isElementType(dtype)) {
      throw wrong(`"${name}" has type ${String(dtype)}; readable are ${Object.keys(ELEMENT_BYTES).join(', ')}`)
    }
    if (!isNaturals(shape)) throw wrong(`"${name}" has a shape that is not a list of whole numbers`)
    if (!isNaturals(offsets) || offsets.length !== 2) throw wrong(`"${name}" has no pair of data offsets`)
    const [begin, end] = offsets as [number, number]
    const count = shape.reduce((product, axis) => product * axis, 1)
    if (end - begin !== count * ELEMENT_BYTES[dtype]) {
      throw wrong(
        `"${name}" of shape [${shape.join(', ')}] needs ${count * ELEMENT_BYTES[dtype]} bytes, not ${end - begin}`,
      )
    }
    if (dataStart + end > file.byteLength) throw wrong(`"${name}" ends beyond the file; it may be cut off`)
    types.set(name, dtype)
    tensors.set(name, { name, shape, data: readFloats(view, dataStart + begin, count, dtype) })
  }
  return { tensors, types, metadata }
}

function readFloats(view: DataView, start: number, count: number, type: ElementType): Float32Array {
  const data = new Float32Array(count)
  if (type === 'F32' && endianness() === 'LE') {
    new Uint8Array(data.buffer).set(new Uint8Array(view.buffer, view.byteOffset + start, count * 4))
    return data
  }
  const bits = new DataView(new ArrayBuffer(4))
  const halves = halfTable()
  for (let i = 0; i < count; i++) {
    switch (type) {
      case 'F32':
        data[i] = view.getFloat32(start + i * 4, true)
        break
      case 'F64':
        data[i] = view.getFloat64(start + i * 8, true)
        break
      case 'F16':
        data[i] = halves[view.getUint16(start + i * 2, true)]!
        break
      case 'BF16':
        bits.setUint16(0, view.getUint16(start + i * 2, true))
        data[i] = bits.getFloat32(0)
        break
    }
  }
  return data
}

function isElementType(value: unknown): value is ElementType {
  return typeof value === 'string' && value in ELEMENT_BYTES
}

function isNaturals(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0)
}
