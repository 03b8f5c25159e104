import { SkyloopError } from '../../core/errors.ts'
import { cropPlanes } from './crop-planes.ts'
import { resizeLinear, roundHalfEven } from './resize-linear.ts'
import { PADDING_GREY, type RgbImage, type Size } from './rgb-image.ts'

/** How an image was fitted: it was resized to `width` x `height` and put at `padX`, `padY`, all in network pixels. */
export interface LetterboxFit {
  readonly width: number
  readonly height: number
  readonly padX: number
  readonly padY: number
  /** Network pixels per pixel of the image; the same but for rounding. */
  readonly scaleX: number
  readonly scaleY: number
}

/**
 * Fits an image into `size` with its aspect kept, centred on padding grey, bilinear; written as what the network reads:
 * planes of floats 0..1, `[3, H, W]`, at image index `index` of a batch.
 *
 * @param target `[B, 3, H, W]`; this image's part is written in full
 * @param options.enlarge whether images smaller than the target grow; else they keep their size. @default true
 * @throws SkyloopError `yolo.image.size` when a side of the image or the target is below one pixel
 */
export function letterboxPlanes(
  image: RgbImage,
  { width, height }: Size,
  target: Float32Array,
  index: number,
  options: { readonly enlarge?: boolean } = {},
): LetterboxFit {
  const fit = letterboxFit(image, { width, height }, options.enlarge ?? true)
  const pixels = width * height
  const start = index * 3 * pixels
  if (fit.width !== width || fit.height !== height) target.fill(PADDING_GREY / 255, start, start + 3 * pixels)
  const first = start + fit.padY * width + fit.padX
  resizeLinear(image, fit.width, fit.height, { values: target, start: first, rowStep: width, colourStep: pixels })
  return fit
}

/** {@link letterboxPlanes} as an image, to be looked at. */
export function letterbox(
  image: RgbImage,
  width: number,
  height: number,
  options: { readonly enlarge?: boolean } = {},
): { image: RgbImage; fit: LetterboxFit } {
  const pixels = width * height
  const planes = new Float32Array(3 * pixels)
  const fit = letterboxPlanes(image, { width, height }, planes, 0, options)
  const rgb = Uint8Array.from({ length: 3 * pixels }, (_, i) => {
    return Math.round(planes[(i % 3) * pixels + Math.trunc(i / 3)]! * 255)
  })
  return { image: { width, height, rgb }, fit }
}

/**
 * The size and place of {@link letterbox} without drawing; all whole pixels.
 *
 * @throws SkyloopError `yolo.image.size` when a side of the image or the target is below one pixel
 */
export function letterboxFit(image: Size, target: Size, enlarge = true): LetterboxFit {
  if (Math.min(image.width, image.height, target.width, target.height) < 1) {
    throw new SkyloopError({
      code: 'yolo.image.size',
      message: `cannot fit an image of ${image.width}x${image.height} px into ${target.width}x${target.height} px`,
    })
  }
  const free = Math.min(target.width / image.width, target.height / image.height)
  const ratio = enlarge ? free : Math.min(free, 1)
  const width = Math.max(1, roundHalfEven(image.width * ratio))
  const height = Math.max(1, roundHalfEven(image.height * ratio))
  return {
    width,
    height,
    padX: Math.floor((target.width - width) / 2),
    padY: Math.floor((target.height - height) / 2),
    scaleX: width / image.width,
    scaleY: height / image.height,
  }
}

/**
 * The smallest size with sides that are multiples of `step` into which the image fits as it does into `most`.
 *
 * Padding that the network does not see costs no time; what it sees of the image stays the same.
 */
export function tightSize(image: Size, most: Size, step: number): Size {
  const fit = letterboxFit(image, most)
  const upTo = (side: number): number => Math.ceil(side / step) * step
  return { width: upTo(fit.width), height: upTo(fit.height) }
}

/** A box in network pixels, xyxy, back in pixels of the image, cut at its edges. */
export function unletterboxBox(
  box: readonly [number, number, number, number],
  fit: LetterboxFit,
  image: Size,
): [number, number, number, number] {
  const x = (value: number) => Math.min(image.width, Math.max(0, (value - fit.padX) / fit.scaleX))
  const y = (value: number) => Math.min(image.height, Math.max(0, (value - fit.padY) / fit.scaleY))
  return [x(box[0]), y(box[1]), x(box[2]), y(box[3])]
}

/**
 * Writes an image as planes of floats 0..1, `[3, H, W]`, into `target` at image index `index` of a batch.
 *
 * @param target `[B, 3, H, W]` with the image's height and width
 */
export function writePlanes(image: RgbImage, target: Float32Array, index: number): void {
  cropPlanes(image, 0, 0, image, target, index)
}
