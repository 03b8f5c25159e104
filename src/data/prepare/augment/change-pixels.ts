import sharp, { type Sharp } from 'sharp'
import { seededRandom } from '../../../core/random.ts'
import type { Change } from './change.ts'
import { mosaicPlacements, zoomPlacement } from './placement.ts'

/** 8-bit RGB. */
export interface Pixels {
  readonly data: Buffer
  readonly width: number
  readonly height: number
}

/** What stands where there is no image. */
const GREY = { r: 114, g: 114, b: 114 }

/**
 * Makes one change to an image's pixels; turning by a quarter swaps its sides, all others keep its size.
 *
 * @param others of a mosaic: the other three images
 */
export async function changePixels(image: Pixels, change: Change, others: readonly Pixels[] = []): Promise<Pixels> {
  const { width, height } = image
  switch (change.kind) {
    case 'mosaic':
      return mosaic([image, ...others])
    case 'flip': {
      const mirrored = change.axis === 'y' ? open(image) : open(image).flop()
      return close(change.axis === 'x' ? mirrored : mirrored.flip())
    }
    case 'rotate':
      return close(open(image).rotate(change.quarterTurns * 90))
    case 'zoom':
      return zoom(image, change)
    case 'light':
      // What is written is cut down to whole levels; half a level more rounds instead.
      return close(open(image).linear(change.contrast, 128 * (change.gain - change.contrast) + 0.5))
    case 'hue':
      return close(open(image).modulate({ hue: (change.turnDeg + 360) % 360, saturation: change.saturation }))
    case 'blur':
      return close(open(image).blur(change.sigmaPx))
    case 'noise': {
      const random = seededRandom(change.seed)
      const data = Buffer.from(image.data)
      for (let pixel = 0; pixel < width * height; pixel++) {
        const off = random.normal() * change.sigma
        for (let c = 0; c < 3; c++)
          data[pixel * 3 + c] = Math.min(255, Math.max(0, Math.round(data[pixel * 3 + c]! + off)))
      }
      return { data, width, height }
    }
  }
}

async function mosaic(images: readonly Pixels[]): Promise<Pixels> {
  const { width, height } = images[0]!
  const quarters = await Promise.all(
    mosaicPlacements(width, height).map(async (to, k) => {
      // A picture of one pixel has empty quarters.
      if (to.width === 0 || to.height === 0) return undefined
      const { data } = await close(open(images[k]!).resize(to.width, to.height, { fit: 'fill' }))
      return {
        input: data,
        raw: { width: to.width, height: to.height, channels: 3 as const },
        left: to.left,
        top: to.top,
      }
    }),
  )
  const ground = sharp({ create: { width, height, channels: 3, background: GREY } })
  return close(ground.composite(quarters.filter((quarter) => quarter !== undefined)))
}

async function zoom(image: Pixels, change: Extract<Change, { kind: 'zoom' }>): Promise<Pixels> {
  const { width, height } = image
  const to = zoomPlacement(width, height, change)
  const scaled = await close(open(image).resize(to.width, to.height, { fit: 'fill' }))
  if (to.width >= width && to.height >= height) {
    return close(open(scaled).extract({ left: -to.left, top: -to.top, width, height }))
  }
  const [right, bottom] = [width - to.width - to.left, height - to.height - to.top]
  return close(open(scaled).extend({ left: to.left, top: to.top, right, bottom, background: GREY }))
}

function open({ data, width, height }: Pixels): Sharp {
  return sharp(data, { raw: { width, height, channels: 3 } })
}

async function close(image: Sharp): Promise<Pixels> {
  const { data, info } = await image
    .removeAlpha()
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height }
}
