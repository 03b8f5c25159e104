import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import sharp, { type Sharp } from 'sharp'
import { expect, test } from 'vitest'
import { seededRandom } from '../../core/random.ts'
import { hashDistance, parseHash } from '../version/perceptual-hash.ts'
import { type ImageProfile, isUnreadable } from './image-profile.ts'
import { profileImage } from './profile-image.ts'

/** A picture of soft blobs: something to hash, and to compress. */
function blobs(width: number, height: number) {
  const random = seededRandom(5)
  const coarse = Buffer.from(Uint8Array.from({ length: 6 * 4 * 3 }, () => random.int(256)))
  return sharp(coarse, { raw: { width: 6, height: 4, channels: 3 } }).resize(width, height, {
    kernel: 'cubic',
    fit: 'fill',
  })
}

async function measured(bytes: Uint8Array, path = 'a.jpg'): Promise<ImageProfile> {
  const image = await profileImage(bytes, path)
  if (isUnreadable(image)) throw new Error(image.error.message)
  return image
}

const XMP = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description
  xmlns:drone-dji="http://www.dji.com/drone-dji/1.0/" drone-dji:RelativeAltitude="+80.00" drone-dji:GimbalPitchDegree="-90.00"/></rdf:RDF></x:xmpmeta>`

test('a photograph with metadata: file, picture, camera and ground sample', async () => {
  const bytes = await blobs(400, 225)
    .withExif({
      IFD0: { Make: 'DJI', Model: 'FC220' },
      IFD2: { FocalLength: '473/100' },
      IFD3: {
        GPSLatitudeRef: 'N',
        GPSLatitude: '53/1 55/1 1068/100',
        GPSLongitudeRef: 'E',
        GPSLongitude: '27/1 34/1 3156/100',
      },
    })
    .withXmp(XMP)
    .jpeg()
    .toBuffer()
  const image = await measured(bytes, 'flight/a.jpg')
  expect(image).toMatchObject({
    path: 'flight/a.jpg',
    contentHash: createHash('sha256').update(bytes).digest('hex'),
    sizeBytes: bytes.length,
    format: 'jpeg',
    width: 400,
    height: 225,
    storedWidth: 400,
    storedHeight: 225,
    aspect: 400 / 225,
    colourMode: 'rgb',
    bitDepth: 8,
    camera: {
      make: 'DJI',
      model: 'FC220',
      relativeAltitudeM: 80,
      gimbalPitchDeg: -90,
      focalLengthMm: 4.73,
      sensorWidthMm: 6.17,
    },
  })
  expect(image.camera.latitudeDeg).toBeCloseTo(53 + 55 / 60 + 10.68 / 3600, 12)
  // 6.17 mm at 4.73 mm from 80 m, over the 400 px that are there.
  expect(image.groundSample?.cmPerPx).toBeCloseTo((100 * 6.17 * 80) / (4.73 * 400), 9)
  expect(JSON.parse(JSON.stringify(image))).toEqual(image)
})

test.each([1, 2, 3, 4, 5, 6, 7, 8])(
  'orientation %i: size and hash are those of the upright picture, measures of any',
  async (orientation) => {
    const stored = await blobs(180, 120).withMetadata({ orientation }).png().toBuffer()
    const upright = await sharp(stored).autoOrient().png().toBuffer()
    const [a, b] = [await measured(stored), await measured(upright)]
    expect([a.width, a.height, a.orientation]).toEqual([b.width, b.height, orientation])
    expect([a.storedWidth, a.storedHeight]).toEqual([180, 120])
    expect(a.perceptualHash).toBe(b.perceptualHash)
    for (const name of ['brightness', 'contrast', 'sharpness', 'entropy', 'noise', 'colourfulness'] as const) {
      expect(a[name]).toBeCloseTo(b[name], 8)
    }
  },
)

test('a smaller, recompressed copy has nearly the same hash, another picture has not, an even one has none', async () => {
  const hash = async (picture: Sharp) =>
    parseHash((await measured(await picture.jpeg({ quality: 60 }).toBuffer())).perceptualHash!)
  const original = await hash(blobs(640, 480))
  expect(hashDistance(original, await hash(blobs(320, 240)))).toBeLessThanOrEqual(4)
  expect(hashDistance(original, await hash(blobs(640, 480).flop()))).toBeGreaterThan(30)
  const even = await sharp({ create: { width: 50, height: 50, channels: 3, background: '#345' } })
    .png()
    .toBuffer()
  expect((await measured(even)).perceptualHash).toBeUndefined()
})

test.each([
  [
    'grey',
    { colourMode: 'grey', bitDepth: 8, colourfulness: 0, saturation: 0 },
    (picture: Sharp) => picture.toColourspace('b-w').png(),
  ],
  ['grey of 16 bits', { colourMode: 'grey', bitDepth: 16 }, (picture: Sharp) => picture.toColourspace('grey16').png()],
  ['RGB of 16 bits', { colourMode: 'rgb', bitDepth: 16 }, (picture: Sharp) => picture.toColourspace('rgb16').png()],
  ['RGB with alpha', { colourMode: 'rgba', bitDepth: 8 }, (picture: Sharp) => picture.ensureAlpha(0.5).png()],
  ['CMYK', { colourMode: 'cmyk', format: 'jpeg' }, (picture: Sharp) => picture.toColourspace('cmyk').jpeg()],
  ['WebP', { colourMode: 'rgb', format: 'webp' }, (picture: Sharp) => picture.webp({ lossless: true })],
  ['TIFF', { colourMode: 'rgb', format: 'tiff' }, (picture: Sharp) => picture.tiff({ compression: 'lzw' })],
])('%s is measured', async (_, expected, make) => {
  const bytes = await blobs(40, 30).png().toBuffer()
  const grey = expected.colourMode === 'grey'
  const plain = await measured(grey ? await sharp(bytes).greyscale().png().toBuffer() : bytes)
  const image = await measured(await make(sharp(bytes)).toBuffer())
  expect(image).toMatchObject({ ...expected, width: 40, height: 30 })
  // Printing colours are fewer; all others are the same picture.
  expect(Math.abs(image.brightness - plain.brightness)).toBeLessThan(expected.colourMode === 'cmyk' ? 12 : 2)
})

/** The head of a PNG file that says how large it is, and nothing else. */
function pngHead(width: number, height: number): Buffer {
  const header = Buffer.from('4948445200000000000000000802000000', 'hex')
  header.writeUInt32BE(width, 4)
  header.writeUInt32BE(height, 8)
  const check = Buffer.alloc(4)
  check.writeUInt32BE(crc32(header))
  const [before, after] = ['89504e470d0a1a0a0000000d', '0000000049444154']
  return Buffer.concat([Buffer.from(before, 'hex'), header, check, Buffer.from(after, 'hex')])
}

test('what cannot be measured is a row with a reason, and keeps its hash and size', async () => {
  const jpeg = await blobs(640, 480).jpeg().toBuffer()
  const broken: [string, Uint8Array, string][] = [
    ['empty.jpg', new Uint8Array(), 'data.image.empty'],
    ['text.jpg', Buffer.from('not an image'), 'data.image.corrupt'],
    ['cut.jpg', jpeg.subarray(0, jpeg.length / 2), 'data.image.corrupt'],
    ['head.jpg', jpeg.subarray(0, 20), 'data.image.corrupt'],
    ['page.jpg', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'), 'data.image.corrupt'],
    ['bomb.png', pngHead(30_000, 30_000), 'data.image.too-large'],
  ]
  for (const [path, bytes, code] of broken) {
    const image = await profileImage(bytes, path)
    expect(image).toMatchObject({
      path,
      sizeBytes: bytes.byteLength,
      contentHash: createHash('sha256').update(bytes).digest('hex'),
      error: { code, message: expect.stringContaining(path) as string },
    })
  }
})
