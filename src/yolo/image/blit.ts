import type { RgbImage } from './rgb-image.ts'

/** One of the eight symmetries of the square: mirror along x first, then a quarter turn clockwise `turns` times. */
export interface Orientation {
  readonly mirror: boolean
  readonly turns: 0 | 1 | 2 | 3
}

export const UPRIGHT: Orientation = { mirror: false, turns: 0 }

/** Where a source lands on a canvas: canvas = source (after its orientation) * scale + offset, in pixels. */
export interface Placement {
  readonly orientation: Orientation
  readonly scaleX: number
  readonly scaleY: number
  readonly offsetX: number
  readonly offsetY: number
}

/** A rectangle of whole canvas pixels, right and bottom exclusive. */
export interface ClipRect {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/** Size of the image after its orientation. */
export function orientedSize(
  image: { width: number; height: number },
  o: Orientation,
): [width: number, height: number] {
  return o.turns % 2 === 0 ? [image.width, image.height] : [image.height, image.width]
}

/**
 * Draws `source` on `canvas` inside `clip`, bilinear with pixel centres at half integers; shrinking by more than two
 * averages 2x2 taps, so that thin things do not vanish. Pixels outside the source stay as they are.
 */
export function blit(source: RgbImage, canvas: RgbImage, placement: Placement, clip: ClipRect): void {
  const { orientation, scaleX, scaleY, offsetX, offsetY } = placement
  const [ow, oh] = orientedSize(source, orientation)
  const left = Math.max(0, clip.left, Math.ceil(offsetX - 0.5))
  const right = Math.min(canvas.width, clip.right, Math.floor(offsetX + ow * scaleX + 0.5))
  const top = Math.max(0, clip.top, Math.ceil(offsetY - 0.5))
  const bottom = Math.min(canvas.height, clip.bottom, Math.floor(offsetY + oh * scaleY + 0.5))
  if (right <= left || bottom <= top) return
  const xs = taps(left, right, offsetX, scaleX, ow)
  const ys = taps(top, bottom, offsetY, scaleY, oh)
  // An oriented pixel (u, v) lies at base + u * stepU + v * stepV of the source's bytes.
  const { base, stepU, stepV } = strides(source, orientation)
  const input = source.rgb
  const output = canvas.rgb
  const xLow = xs.low.map((u) => u * stepU)
  const xHigh = xs.high.map((u) => u * stepU)
  for (let y = top; y < bottom; y++) {
    const rowLow = base + ys.low[y - top]! * stepV
    const rowHigh = base + ys.high[y - top]! * stepV
    const fy = ys.fraction[y - top]!
    let out = (y * canvas.width + left) * 3
    for (let i = 0; i < right - left; i++) {
      const fx = xs.fraction[i]!
      const a = rowLow + xLow[i]!
      const b = rowLow + xHigh[i]!
      const c = rowHigh + xLow[i]!
      const d = rowHigh + xHigh[i]!
      const wa = (1 - fx) * (1 - fy)
      const wb = fx * (1 - fy)
      const wc = (1 - fx) * fy
      const wd = fx * fy
      output[out] = input[a]! * wa + input[b]! * wb + input[c]! * wc + input[d]! * wd + 0.5
      output[out + 1] = input[a + 1]! * wa + input[b + 1]! * wb + input[c + 1]! * wc + input[d + 1]! * wd + 0.5
      output[out + 2] = input[a + 2]! * wa + input[b + 2]! * wb + input[c + 2]! * wc + input[d + 2]! * wd + 0.5
      out += 3
    }
  }
}

/** The box of a source, moved to the canvas by the same placement as its pixels. Boxes are xyxy in pixels. */
export function placeBox(
  box: readonly [number, number, number, number],
  source: { width: number; height: number },
  placement: Placement,
): [number, number, number, number] {
  let [x1, y1, x2, y2] = box
  if (placement.orientation.mirror) [x1, x2] = [source.width - x2, source.width - x1]
  let height = source.height
  let width = source.width
  for (let i = 0; i < placement.orientation.turns; i++) {
    // A quarter turn clockwise takes (x, y) to (height - y, x).
    ;[x1, y1, x2, y2] = [height - y2, x1, height - y1, x2]
    ;[width, height] = [height, width]
  }
  const { scaleX, scaleY, offsetX, offsetY } = placement
  return [x1 * scaleX + offsetX, y1 * scaleY + offsetY, x2 * scaleX + offsetX, y2 * scaleY + offsetY]
}

interface Taps {
  readonly low: Int32Array
  readonly high: Int32Array
  readonly fraction: Float64Array
}

function taps(from: number, to: number, offset: number, scale: number, size: number): Taps {
  const n = to - from
  const low = new Int32Array(n)
  const high = new Int32Array(n)
  const fraction = new Float64Array(n)
  for (let i = 0; i < n; i++) {
    const centre = (from + i + 0.5 - offset) / scale - 0.5
    if (scale < 0.6) {
      // Two taps a source pixel apart, spread over the shrunken pixel's footprint, halve the aliasing.
      const reach = Math.min(0.25 / scale, 4)
      low[i] = clamp(Math.round(centre - reach), size)
      high[i] = clamp(Math.round(centre + reach), size)
      fraction[i] = 0.5
    } else {
      const floor = Math.floor(centre)
      low[i] = clamp(floor, size)
      high[i] = clamp(floor + 1, size)
      fraction[i] = centre - floor
    }
  }
  return { low, high, fraction }
}

function clamp(value: number, size: number): number {
  return value < 0 ? 0 : value >= size ? size - 1 : value
}

function strides(source: RgbImage, o: Orientation): { base: number; stepU: number; stepV: number } {
  const W = source.width
  const H = source.height
  // Source x and y as affine functions of the oriented (u, v): constant, per u, per v. Undo the turns, then the mirror.
  const [x, y] = UNTURNED[o.turns](W, H)
  const across = o.mirror ? ([W - 1 - x[0], -x[1], -x[2]] as const) : x
  const at = (i: 0 | 1 | 2): number => (y[i] * W + across[i]) * 3
  return { base: at(0), stepU: at(1), stepV: at(2) }
}

type Affine = readonly [constant: number, perU: number, perV: number]

const UNTURNED: Record<Orientation['turns'], (W: number, H: number) => readonly [x: Affine, y: Affine]> = {
  0: () => [
    [0, 1, 0],
    [0, 0, 1],
  ],
  1: (_, H) => [
    [0, 0, 1],
    [H - 1, -1, 0],
  ],
  2: (W, H) => [
    [W - 1, -1, 0],
    [H - 1, 0, -1],
  ],
  3: (W) => [
    [W - 1, 0, -1],
    [0, 1, 0],
  ],
}
