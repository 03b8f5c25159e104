import { inPixelBands, PLANE_BYTES, PLANES_AT, rgbKernel } from './rgb-kernel.ts'
import { PADDING_GREY, type RgbImage, type Size } from './rgb-image.ts'

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
    target.fill(PADDING_GREY / 255, start, start + 3 * pixels)
  }
  if (x1 <= x0 || y1 <= y0) return
  const { rgb } = image
  if (x1 - x0 === width && width === image.width) {
    writeRun(rgb, (top + y0) * width, (y1 - y0) * width, target, start + y0 * width, pixels)
    return
  }
  for (let y = y0; y < y1; y++) {
    writeRun(rgb, (top + y) * image.width + left + x0, x1 - x0, target, start + y * width + x0, pixels)
  }
}

/** Writes pixels that lie side by side into the planes of `target`, `plane` values apart, from `to` on. */
function writeRun(
  rgb: Uint8Array,
  first: number,
  pixels: number,
  target: Float32Array,
  to: number,
  plane: number,
): void {
  inPixelBands(pixels, ({ bytes, from, count, end }) => {
    bytes.set(rgb.subarray((first + from) * 3, (first + from + count) * 3))
    const [red, green, blue] = [0, 1, 2].map((colour) => PLANES_AT + colour * PLANE_BYTES) as [number, number, number]
    rgbKernel.run.planes(0, end, red, green, blue)
    for (const [colour, at] of [red, green, blue].entries()) {
      target.set(new Float32Array(bytes.buffer, at, count), to + from + colour * plane)
    }
  })
}
