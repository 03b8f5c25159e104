import { PADDING_GREY, type RgbImage, type Size } from './rgb-image.ts'

/** Byte to share of 255. */
const UNIT = Float32Array.from({ length: 256 }, (_, byte) => byte / 255)

/**
 * Writes a rectangle of an image, pixel for pixel, as planes of floats 0..1, `[3, H, W]`, at image index `index` of a batch;
 * padding grey where it reaches beyond the image.
 *
 * @param left, top whole pixels of the image; may lie outside
 * @param size H and W in pixels
 * @param target `[B, 3, H, W]`; this image's part is written in full
 */
export function cropPlanes(
  image: RgbImage,
  left: number,
  top: number,
  { width, height }: Size,
  target: Float32Array,
  index: number,
): void {
  const pixels = width * height
  const start = index * 3 * pixels
  const x0 = Math.max(0, -left)
  const x1 = Math.min(width, image.width - left)
  const y0 = Math.max(0, -top)
  const y1 = Math.min(height, image.height - top)
  if (x0 > 0 || y0 > 0 || x1 < width || y1 < height) {
    target.fill(UNIT[PADDING_GREY]!, start, start + 3 * pixels)
  }
  const { rgb } = image
  for (let y = y0; y < y1; y++) {
    let from = ((top + y) * image.width + left + x0) * 3
    let to = start + y * width + x0
    for (let x = x0; x < x1; x++, from += 3, to++) {
      target[to] = UNIT[rgb[from]!]!
      target[to + pixels] = UNIT[rgb[from + 1]!]!
      target[to + 2 * pixels] = UNIT[rgb[from + 2]!]!
    }
  }
}
