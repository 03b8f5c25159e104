import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readExif } from './read-exif.ts'

type Entry = readonly [
  tag: number,
  type: 'ascii' | 'short' | 'long' | 'rational' | 'byte',
  values: string | readonly number[],
]
const TYPE = { byte: 1, ascii: 2, short: 3, long: 4, rational: 5 }
const SIZE = { byte: 1, ascii: 1, short: 2, long: 4, rational: 8 }

/** An EXIF block of the three directories that are read, values behind each directory. Rationals are given as pairs. */
function exifBlock(littleEndian: boolean, ifd0: Entry[], exif: Entry[], gps: Entry[]): Uint8Array {
  const bytes = new Uint8Array(4096)
  const view = new DataView(bytes.buffer)
  bytes.set(littleEndian ? [0x49, 0x49] : [0x4d, 0x4d])
  view.setUint16(2, 42, littleEndian)
  view.setUint32(4, 8, littleEndian)
  let end = 8
  const write = (entries: readonly Entry[]): void => {
    let at = end
    view.setUint16(at, entries.length, littleEndian)
    end = at + 2 + entries.length * 12 + 4
    at += 2
    for (const [tag, type, values] of entries) {
      const raw = typeof values === 'string' ? [...Buffer.from(`${values}\0`)] : values
      const count = type === 'rational' ? raw.length / 2 : raw.length
      view.setUint16(at, tag, littleEndian)
      view.setUint16(at + 2, TYPE[type], littleEndian)
      view.setUint32(at + 4, count, littleEndian)
      const inside = count * SIZE[type] <= 4
      const start = inside ? at + 8 : end
      if (!inside) view.setUint32(at + 8, end, littleEndian)
      const step = type === 'rational' ? 4 : SIZE[type]
      for (const [i, value] of raw.entries()) {
        if (step === 1) view.setUint8(start + i, value)
        else if (step === 2) view.setUint16(start + i * 2, value, littleEndian)
        else view.setUint32(start + i * 4, value, littleEndian)
      }
      if (!inside) end += count * SIZE[type]
      at += 12
    }
  }
  const pointers = 8 + 2 + ifd0.length * 12
  write([...ifd0, [0x8769, 'long', [0]], [0x8825, 'long', [0]]])
  view.setUint32(pointers + 8, end, littleEndian)
  write(exif)
  view.setUint32(pointers + 12 + 8, end, littleEndian)
  write(gps)
  return bytes.slice(0, end)
}

const IFD0: Entry[] = [
  [0x010f, 'ascii', 'Acme'],
  [0x0110, 'ascii', 'Z9'],
  [0x0112, 'short', [6]],
]
const EXIF: Entry[] = [
  [0x829a, 'rational', [1, 400]],
  [0x9003, 'ascii', '2026:05:04 03:02:01'],
  [0x9011, 'ascii', '+02:00'],
  [0x920a, 'rational', [88, 10]],
  [0xa002, 'long', [5472]],
  [0xa003, 'short', [3648]],
  [0xa20e, 'rational', [1, 0]],
]
const GPS: Entry[] = [
  [1, 'ascii', 'S'],
  [2, 'rational', [33, 1, 30, 1, 36_000, 1000]],
  [3, 'ascii', 'E'],
  [5, 'byte', [1]],
  [6, 'rational', [125, 10]],
]
const READ = {
  make: 'Acme',
  model: 'Z9',
  orientation: 6,
  exposureTime: 1 / 400,
  dateTimeOriginal: '2026:05:04 03:02:01',
  offsetTimeOriginal: '+02:00',
  focalLength: 8.8,
  pixelXDimension: 5472,
  pixelYDimension: 3648,
  gpsLatitudeRef: 'S',
  gpsLatitude: [33, 30, 36],
  gpsLongitudeRef: 'E',
  gpsAltitudeRef: 1,
  gpsAltitude: 12.5,
}

test.each([true, false])(
  'every wanted tag is read, in both byte orders (little-endian: %s); 1/0 is no number',
  (little) => {
    const block = exifBlock(little, IFD0, EXIF, GPS)
    expect(readExif(block)).toEqual(READ)
    expect(readExif(Buffer.concat([Buffer.from('Exif\0\0'), block]))).toEqual(READ)
  },
)

test('a block cut off anywhere gives a part of the same tags, and never fails', () => {
  const block = exifBlock(true, IFD0, EXIF, GPS)
  for (let end = 0; end < block.length; end++) {
    const part = readExif(block.subarray(0, end))
    expect(READ).toMatchObject(part)
  }
  expect(readExif(block.subarray(0, block.length - 1))).not.toHaveProperty('gpsAltitude')
})

test('whatever bytes follow the head, reading ends', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (tail) => {
      const tags = readExif(Uint8Array.from([0x49, 0x49, 42, 0, 8, 0, 0, 0, ...tail]))
      expect(Object.values(tags).every((tag) => typeof tag !== 'number' || Number.isFinite(tag))).toBe(true)
    }),
  )
})

test('thousands of entries that each claim the whole block, and a directory that points to itself, give nothing', () => {
  const bytes = new Uint8Array(65_000)
  const view = new DataView(bytes.buffer)
  bytes.set([0x49, 0x49, 42, 0, 8, 0, 0, 0])
  view.setUint16(8, 5000, true)
  for (let i = 0; i < 5000; i++) {
    view.setUint16(10 + i * 12, i % 2 === 0 ? 0x010f : 0x8769, true)
    view.setUint16(12 + i * 12, i % 2 === 0 ? 2 : 4, true)
    view.setUint32(14 + i * 12, i % 2 === 0 ? 64_000 : 1, true)
    view.setUint32(18 + i * 12, 8, true)
  }
  expect(readExif(bytes)).toEqual({})
})
