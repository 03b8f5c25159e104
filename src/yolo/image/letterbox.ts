import { SkyloopError } from '../../core/errors.ts'
import { blit, UPRIGHT } from './blit.ts'
import { greyCanvas } from './rgb-image.ts'
import type { RgbImage } from './rgb-image.ts'

/** How an image was fitted: network pixel = image pixel * ratio + padding. */
export interface LetterboxFit {
  readonly ratio: number
  readonly padX: number
  readonly padY: number
}

/**
 * Fits an image into `width` x `height` with its aspect kept, centred on padding grey, bilinear.
 *
 * @param options.enlarge whether images smaller than the target grow; else they keep their size. @default true
 * @throws SkyloopError `yolo.image.size` when a side of the image or the target is below one pixel
 */
export function letterbox(
  image: RgbImage,
  width: number,
  height: number,
  options: { readonly enlarge?: boolean } = {},
): { image: RgbImage; fit: LetterboxFit } {
  if (Math.min(image.width, image.height, width, height) < 1) {
    throw new SkyloopError({
      code: 'yolo.image.size',
      message: `cannot fit an image of ${image.width}x${image.height} px into ${width}x${height} px`,
    })
  }
  const fit = letterboxFit(image.width, image.height, width, height, options.enlarge ?? true)
  if (fit.ratio === 1 && image.width === width && image.height === height) return { image, fit }
  const canvas = greyCanvas(width, height)
  blit(
    image,
    canvas,
    { orientation: UPRIGHT, scaleX: fit.ratio, scaleY: fit.ratio, offsetX: fit.padX, offsetY: fit.padY },
    { left: 0, top: 0, right: width, bottom: height },
  )
  return { image: canvas, fit }
}

/** The ratio and padding of {@link letterbox} without drawing; padding is a whole number of pixels. */
export function letterboxFit(
  imageWidth: number,
  imageHeight: number,
  width: number,
  height: number,
  enlarge = true,
): LetterboxFit {
  const free = Math.min(width / imageWidth, height / imageHeight)
  const ratio = enlarge ? free : Math.min(free, 1)
  return {
    ratio,
    padX: Math.floor((width - imageWidth * ratio) / 2),
    padY: Math.floor((height - imageHeight * ratio) / 2),
  }
}

/** A box in network pixels, xyxy, back in pixels of the image, cut at its edges. */
export function unletterboxBox(
  box: readonly [number, number, number, number],
  fit: LetterboxFit,
  imageWidth: number,
  imageHeight: number,
): [number, number, number, number] {
  const x = (value: number) => Math.min(imageWidth, Math.max(0, (value - fit.padX) / fit.ratio))
  const y = (value: number) => Math.min(imageHeight, Math.max(0, (value - fit.padY) / fit.ratio))
  return [x(box[0]), y(box[1]), x(box[2]), y(box[3])]
}

/**
 * Writes an image as planes of floats 0..1, `[3, H, W]`, into `target` at image index `index` of a batch.
 *
 * @param target `[B, 3, H, W]` with the image's height and width
 */
export function writePlanes(image: RgbImage, target: Float32Array, index: number): void {
  const pixels = image.width * image.height
  const start = index * pixels * 3
  const { rgb } = image
  for (let i = 0, p = 0; i < pixels; i++, p += 3) {
    target[start + i] = rgb[p]! / 255
    target[start + pixels + i] = rgb[p + 1]! / 255
    target[start + 2 * pixels + i] = rgb[p + 2]! / 255
  }
}
