import { crc32 } from 'node:zlib'
import sharp from 'sharp'
import { afterAll, expect, test } from 'vitest'
import { smallDetector } from '../../../test/support/small-detector.ts'
import { openDetector } from '../runtime/detector-session.ts'
import { decodeForPrediction, predictDecoded, predictImage } from './predict-image.ts'

const noise = { type: 'gaussian' as const, mean: 120, sigma: 50 }
const picture = (width: number, height: number): Promise<Buffer> =>
  sharp({ create: { width, height, channels: 3, background: '#000', noise } })
    .jpeg({ quality: 95 })
    .toBuffer()

const tiled = await openDetector(smallDetector({ size: 64, overlap: 0.25, scale: 1 }))
afterAll(() => tiled[Symbol.asyncDispose]())

test('a frame as large as one tile gives the boxes of the whole frame', async () => {
  const image = await picture(64, 64)
  const asTile = await predictImage(tiled, image)
  const whole = await predictImage(tiled, image, { tiling: null })
  expect([asTile.tiles, asTile.width, asTile.height]).toEqual([1, 64, 64])
  expect(asTile.detections.length).toBeGreaterThan(0)
  // Tiles are clipped to the frame in the end, whole frames while boxes are mapped back.
  expect(asTile.detections.map(({ confidence }) => confidence)).toEqual(
    whole.detections.map(({ confidence }) => confidence),
  )
  expect(asTile.detections.map(({ box }) => box.map(Math.round))).toEqual(
    whole.detections.map(({ box }) => box.map(Math.round)),
  )
})

test('pixels are given back once they are used, and the caller’s bytes are not', async () => {
  const bytes = Uint8Array.from(await picture(64, 64))
  const image = await decodeForPrediction(bytes, null)
  expect(image.rgb).toHaveLength(64 * 64 * 3)
  await predictDecoded(tiled, image, null, {}, 0)
  expect(image.rgb).toHaveLength(0)
  await predictImage(tiled, bytes)
  expect(bytes.length).toBeGreaterThan(0)
})

test('what a tile shows is found at the place of the tile in the frame', async () => {
  const left = await picture(64, 64)
  const grey = { r: 114, g: 114, b: 114 }
  // The same 64 px picture at x = 48: the second of the tiles at 0 and 48.
  const frame = await sharp(left).extend({ left: 48, background: grey }).png().toBuffer()
  const alone = await predictImage(tiled, await sharp(left).png().toBuffer(), { tiling: null, maxDetections: 1000 })
  const inFrame = await predictImage(tiled, frame, { maxDetections: 1000 })
  expect(inFrame.tiles).toBe(2)
  // Boxes that begin right of the first tile are seen by the second alone.
  const sidesFrom = (x: number, moved: number, boxes: typeof alone.detections): string[] =>
    boxes
      .filter(({ box }) => box[0] + moved > x)
      .map(({ box: [x1, y1, x2, y2] }) => [x1 + moved, y1, x2 + moved, y2].map((side) => side.toFixed(1)).join(' '))
      .sort()
  const expected = sidesFrom(66, 48, alone.detections)
  expect(expected.length).toBeGreaterThan(3)
  expect(sidesFrom(66, 0, inFrame.detections)).toEqual(expected)
})

test('an image beyond 20,000 px, and a tiling that does not fit the network, are refused with the numbers', async () => {
  const long = await sharp({ create: { width: 20_001, height: 1, channels: 3, background: '#000' } })
    .png()
    .toBuffer()
  await expect(predictImage(tiled, long, { name: 'long.png' })).rejects.toThrow(/long\.png is 20001x1 px/)
  // A few bytes that claim a large image: the header of a small one, rewritten.
  const wide = await sharp({ create: { width: 1, height: 1, channels: 3, background: '#000' } })
    .png()
    .toBuffer()
  wide.writeUInt32BE(15_000, 16)
  wide.writeUInt32BE(11_000, 20)
  wide.writeUInt32BE(crc32(wide.subarray(12, 29)), 29)
  await expect(predictImage(tiled, wide)).rejects.toThrow('15000x11000 px; at most 150 million pixels')
  await expect(
    predictImage(tiled, await picture(64, 64), { tiling: { size: 640, overlap: 0.2, scale: 0.5 } }),
  ).rejects.toThrow('tiles of 640 px at scale 0.5 are 320 px, but the network takes 64x64 px')
})
