import { crc32 } from 'node:zlib'

/**
 * PyTorch checkpoints put together by hand: good ones of any tensors, and the bad ones that PyTorch would never write.
 * Instructions are written as in Python's `pickletools`, one character a byte.
 */

export const text = (value: string): string => `X${little(value.length, 4)}${value}`
export const little = (value: number, bytes: number): string =>
  String.fromCharCode(...Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** i) % 256))
export const small = (value: number): string => `K${String.fromCharCode(value)}`
/** A pickle of protocol 2 from its instructions. */
export const pickle = (program: string): Buffer => Buffer.from(`\x80\x02${program}.`, 'latin1')
export const FLOAT = 'ctorch\nFloatStorage\n'

/** A tensor of one axis: the storage's type, then where it lies in the storage `0`. */
export const tensor = (type: string, { offset = 0, size = 1, stride = 1 } = {}): string =>
  rebuilt(type, '0', offset, [size], [stride])

function rebuilt(
  type: string,
  key: string,
  offset: number,
  shape: readonly number[],
  strides: readonly number[],
): string {
  const numbers = (list: readonly number[]): string => `(${list.map((n) => `J${little(n, 4)}`).join('')}t`
  const elements = strides[0] === 0 ? 1 : shape.reduce((product, axis) => product * axis, 1)
  const storage = `(${text('storage')}${type}${text(key)}${text('cpu')}J${little(elements, 4)}tQ`
  return `ctorch._utils\n_rebuild_tensor_v2\n(${storage}${small(offset)}${numbers(shape)}${numbers(strides)}\x89}tR`
}

/** `{'a': value}` */
export const entry = (value: string): string => `}${text('a')}${value}s`

/** What `torch.save` writes for a dictionary of float tensors. */
export function torchFile(
  tensors: Iterable<{ readonly name: string; readonly shape: readonly number[]; readonly data: Float32Array }>,
): Buffer {
  const list = [...tensors]
  const items = list.map(({ name, shape }, i) => {
    const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1))
    return `${text(name)}${rebuilt(FLOAT, String(i), 0, shape, strides)}`
  })
  return zip([
    { name: 'm/data.pkl', bytes: pickle(`}(${items.join('')}u`) },
    ...list.map(({ data }, i) => ({
      name: `m/data/${i}`,
      bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    })),
  ])
}

export interface Member {
  readonly name: string
  readonly bytes: Uint8Array
  readonly method?: number
  readonly flags?: number
}

/** A zip file of stored members; the directory says what it is told to. */
export function zip(members: readonly Member[]): Buffer {
  const local: Buffer[] = []
  const directory: Buffer[] = []
  let at = 0
  for (const { name, bytes, method = 0, flags = 0 } of members) {
    const shared = Buffer.alloc(26)
    shared.writeUInt16LE(flags, 2)
    shared.writeUInt16LE(method, 4)
    shared.writeUInt32LE(crc32(bytes), 10)
    shared.writeUInt32LE(bytes.length, 14)
    shared.writeUInt32LE(bytes.length, 18)
    shared.writeUInt16LE(name.length, 22)
    local.push(Buffer.from('PK\x03\x04'), shared, Buffer.from(name), Buffer.from(bytes))
    const place = Buffer.alloc(14)
    place.writeUInt32LE(at, 10)
    directory.push(Buffer.from('PK\x01\x02\0\0', 'latin1'), shared, place, Buffer.from(name))
    at += 30 + name.length + bytes.length
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(members.length, 4)
  end.writeUInt16LE(members.length, 6)
  end.writeUInt32LE(size, 8)
  end.writeUInt32LE(at, 12)
  return Buffer.concat([...local, ...directory, Buffer.from('PK\x05\x06'), end])
}
