import sharp from 'sharp'
import { expect, test } from 'vitest'
import { jpegSegments, leanJpeg } from './jpeg-segments.ts'

const segment = (marker: number, content: Uint8Array | string): Buffer => {
  const bytes = Buffer.from(content as string, 'latin1')
  return Buffer.concat([Buffer.from([0xff, marker, (bytes.length + 2) >> 8, (bytes.length + 2) & 255]), bytes])
}

async function picture(): Promise<Buffer> {
  const rgb = Buffer.from(Uint8Array.from({ length: 24 * 16 * 3 }, (_, i) => (i * i) % 256))
  return sharp(rgb, { raw: { width: 24, height: 16, channels: 3 } })
    .jpeg()
    .toBuffer()
}

/** The picture with segments put behind the start of the image. */
const withSegments = (jpeg: Buffer, ...segments: Buffer[]): Buffer =>
  Buffer.concat([jpeg.subarray(0, 2), ...segments, jpeg.subarray(2)])

const EXIF = segment(0xe1, 'Exif\0\0MM\0*exif')
const XMP = segment(0xe1, 'http://ns.adobe.com/xap/1.0/\0<x/>')

test('size, bits and components are those of the frame; the first EXIF and XMP blocks count', async () => {
  const jpeg = withSegments(await picture(), XMP, EXIF, segment(0xe1, 'Exif\0\0MM\0*other'), segment(0xfe, 'said'))
  const found = jpegSegments(jpeg)!
  expect([found.width, found.height, found.bits, found.components]).toEqual([24, 16, 8, 3])
  expect(Buffer.from(found.exif!).toString('latin1')).toBe('MM\0*exif')
  expect(Buffer.from(found.xmp!).toString('latin1')).toBe('<x/>')
})

test('without what decoding does not need, a file is smaller and its pixels are the same', async () => {
  const plain = await picture()
  const full = withSegments(plain, EXIF, XMP, segment(0xe2, Buffer.alloc(3000)), segment(0xed, 'Photoshop'))
  expect(Buffer.compare(leanJpeg(full), plain)).toBe(0)
  // Adobe's says how colours are stored.
  const adobe = segment(0xee, Buffer.from('Adobe\0d\0\0\0\0\u0001', 'latin1'))
  expect(leanJpeg(withSegments(plain, EXIF, adobe)).length).toBe(plain.length + adobe.length)
  const pixels = async (bytes: Uint8Array) => sharp(bytes).raw().toBuffer()
  expect(Buffer.compare(await pixels(leanJpeg(full)), await pixels(full))).toBe(0)
})

test('printing colours keep their profile', async () => {
  const cmyk = await sharp(await picture())
    .toColourspace('cmyk')
    .withIccProfile('cmyk')
    .jpeg()
    .toBuffer()
  expect(jpegSegments(cmyk)?.components).toBe(4)
  expect(leanJpeg(cmyk)).toBe(cmyk)
})

test('a file cut off before its pixels, or that is none, is left to the decoder', async () => {
  const full = withSegments(await picture(), EXIF)
  const pixels = full.indexOf(Buffer.from([0xff, 0xda]))
  for (let end = 0; end < pixels + 4; end++) expect(jpegSegments(full.subarray(0, end))).toBeUndefined()
  expect(jpegSegments(full)).toBeDefined()
  expect(leanJpeg(full.subarray(0, 30))).toHaveLength(30)
  expect(jpegSegments(Buffer.from('GIF89a'))).toBeUndefined()
  // A segment of length 1 would be walked over for ever.
  expect(jpegSegments(Buffer.from([0xff, 0xd8, 0xff, 0xe1, 0, 1, 0, 0, 0, 0]))).toBeUndefined()
})
