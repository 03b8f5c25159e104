import type { RgbImage } from './rgb-image.ts'

/** Receives rows from the top; `upper` and `lower` are 3 · width values of 16-bit fixed point, to be mixed by {@link mix}. */
export type RowSink = (
  y: number,
  upper: Uint16Array,
  lower: Uint16Array,
  upperWeight: number,
  lowerWeight: number,
) => void

/** Weights are counted in this many steps. */
const STEPS = 2048

/**
 * Resizes by bilinear interpolation between the two nearest pixels of each axis, pixel centres at half integers, row by row.
 *
 * The arithmetic is that of OpenCV's `INTER_LINEAR` for bytes (weights of 11 bits, intermediate sums cut to 16), so that a
 * network sees the pixels with which it was trained elsewhere; like there, shrinking does not average.
 *
 * @param width, height of the result in pixels, at least 1
 */
export function resizeLinear(source: RgbImage, width: number, height: number, sink: RowSink): void {
  const across = taps(source.width, width)
  const down = taps(source.height, height)
  const low = across.low.map((x) => x * 3)
  const high = across.high.map((x) => x * 3)
  let [upper, lower] = [new Uint16Array(width * 3), new Uint16Array(width * 3)]
  let [upperRow, lowerRow] = [-1, -1]
  const stretch = (row: number, into: Uint16Array): void =>
    stretchRow(source.rgb, row * source.width * 3, low, high, across.weight, into)
  for (let y = 0; y < height; y++) {
    const [first, second] = [down.low[y]!, down.high[y]!]
    if (first === lowerRow) {
      ;[upper, lower] = [lower, upper]
      ;[upperRow, lowerRow] = [lowerRow, upperRow]
    }
    if (first !== upperRow) stretch((upperRow = first), upper)
    if (second !== lowerRow) stretch((lowerRow = second), lower)
    sink(y, upper, lower, STEPS - down.weight[y]!, down.weight[y]!)
  }
}

/** One byte of the result from the values above and below it. */
export function mix(upper: number, lower: number, upperWeight: number, lowerWeight: number): number {
  return (((upper * upperWeight) >> 16) + ((lower * lowerWeight) >> 16) + 2) >> 2
}

interface Taps {
  /** Index of the pixel before and after each position of the result. */
  readonly low: Int32Array
  readonly high: Int32Array
  /** Share of the pixel after, in {@link STEPS}. */
  readonly weight: Int32Array
}

function taps(from: number, to: number): Taps {
  const low = new Int32Array(to)
  const high = new Int32Array(to)
  const weight = new Int32Array(to)
  const scale = from / to
  for (let i = 0; i < to; i++) {
    const centre = Math.fround((i + 0.5) * scale - 0.5)
    const before = Math.floor(centre)
    const inside = before >= 0 && before < from - 1
    low[i] = inside ? before : before < 0 ? 0 : from - 1
    high[i] = inside ? before + 1 : low[i]!
    weight[i] = inside ? Math.round(Math.fround(centre - before) * STEPS) : 0
  }
  return { low, high, weight }
}

function stretchRow(
  rgb: Uint8Array,
  start: number,
  low: Int32Array,
  high: Int32Array,
  weight: Int32Array,
  into: Uint16Array,
): void {
  for (let x = 0, out = 0; x < low.length; x++, out += 3) {
    const a = start + low[x]!
    const b = start + high[x]!
    const after = weight[x]!
    const before = STEPS - after
    into[out] = (rgb[a]! * before + rgb[b]! * after) >> 4
    into[out + 1] = (rgb[a + 1]! * before + rgb[b + 1]! * after) >> 4
    into[out + 2] = (rgb[a + 2]! * before + rgb[b + 2]! * after) >> 4
  }
}
