import { loadKernel } from '../../core/wasm-kernel.ts'
import { PIXEL_SUMS_WASM } from './pixel-sums-wasm.ts'

/** Decoded pixels: `H * W` grey bytes or `H * W * 3` bytes RGB, interleaved; at least 1 x 1. */
export interface Pixels {
  readonly width: number
  readonly height: number
  readonly channels: 1 | 3
  readonly bytes: Uint8Array
}

/** All that is summed over the pixels of an image. Grey is OpenCV's: fixed-point weights .299, .587, .114, rounded. */
export interface PixelSums {
  /** `[256]`, pixels of each grey. */
  readonly histogram: Float64Array
  /** Of R - G. */
  readonly redGreen: Moments
  /** Of R + G - 2B, twice the difference of yellow and blue. */
  readonly yellowBlue: Moments
  /** Of (max - min) / max over the three colours. */
  readonly saturation: number
  /** Of the 4-neighbour Laplacian of grey over all pixels, borders mirrored without repeating the outermost pixel. */
  readonly laplacian: Moments
  /** Of the absolute response to 1 -2 1, -2 4 -2, 1 -2 1, over pixels with eight neighbours. */
  readonly noise: number
  /** `[9, 9]` mean grey of equal areas, rounded; undefined for images under 9 px a side. */
  readonly grid: Uint8Array | undefined
}

export interface Moments {
  readonly sum: number
  readonly squares: number
}

/** Cells of the grid along each side. */
const GRID = 9
/** RGB bytes of the strips in which an image passes the kernel: they and their greys stay in a core's own cache. */
const STRIP_BYTES = 192 * 1024
/** The kernel takes pixels eight at a time, so a strip has this many rows or a multiple. */
const LANES = 8
/** Pixels of one call: its sums of squares stay within 32 bits, its sum of saturations keeps seven digits. */
const CALL_PIXELS = 4096
const HISTOGRAM_BYTES = 4 * 256 * 4
/** The kernel reads beyond the end by less than this. */
const SLACK_BYTES = 64

/** Where the kernel's sums lie: behind its constants, in words of 8 bytes. */
const SUMS = 192
const COLOURS = SUMS
const FILTERS = COLOURS + 5 * 8
const BORDER_FILTERS = FILTERS + 3 * 8
const SUMS_END = BORDER_FILTERS + 3 * 8

/**
 * Sums over an image, in one pass, strip by strip. It runs as WebAssembly (`pixel-sums.wat`); its memory does not grow with
 * the image's height.
 */
export function pixelSums(image: Pixels): PixelSums {
  const { width, height, channels } = image
  const rows = Math.min(height, Math.max(LANES, Math.floor(STRIP_BYTES / (width * 3) / LANES) * LANES))
  const place = layout(width, rows)
  const buffer = memory(place.end)
  const bytes = new Uint8Array(buffer)
  bytes.fill(0, SUMS, place.grey)
  const grid = width >= GRID && height >= GRID ? areaGrid(width, height) : undefined
  let laplacian: Moments = { sum: 0, squares: 0 }
  // The last strip is filled up with black pixels, which count only in the histogram.
  let filledUp = 0
  // The two rows above the strip stay in front of it: the first of them is a neighbour, the second a centre.
  const first = place.grey + 2 * width
  for (let y = 0; y < height; y += rows) {
    const count = Math.min(rows, height - y)
    const pixels = count * width
    const padded = Math.ceil(pixels / LANES) * LANES
    filledUp += padded - pixels
    takeStrip(bytes, image, y * width, pixels, padded, place)
    kernel.histogram(first, padded, place.histogram)
    const last = y + count === height
    for (let centre = y === 0 ? 0 : y - 1; centre < (last ? height : y + count - 1); centre++) {
      laplacian = filterRow(bytes, first + (centre - y) * width, centre, image, laplacian)
    }
    if (grid) for (let row = 0; row < count; row++) grid.add(bytes, first + row * width, y + row)
    bytes.copyWithin(place.grey, place.grey + count * width, first + pixels)
  }
  const words = new DataView(buffer)
  const whole = (at: number): number => Number(words.getBigInt64(at, true))
  const moments = (at: number): Moments => ({ sum: whole(at), squares: whole(at + 8) })
  const [inside, border] = [moments(FILTERS), moments(BORDER_FILTERS)]
  const histogram = new Float64Array(256)
  const counts = new Uint32Array(buffer, place.histogram, 4 * 256)
  for (const [i, found] of counts.entries()) histogram[i & 255]! += found
  histogram[0]! -= filledUp
  return {
    histogram,
    redGreen: moments(COLOURS),
    yellowBlue: moments(COLOURS + 16),
    saturation: channels === 3 ? words.getFloat64(COLOURS + 32, true) : 0,
    laplacian: {
      sum: laplacian.sum + inside.sum + border.sum,
      squares: laplacian.squares + inside.squares + border.squares,
    },
    noise: whole(FILTERS + 16),
    grid: grid?.means(),
  }
}

/** Puts the greys of a strip behind the two rows that are kept, and adds up its colours. */
function takeStrip(bytes: Uint8Array, image: Pixels, from: number, count: number, padded: number, place: Layout): void {
  const { channels } = image
  const first = place.grey + 2 * image.width
  const into = channels === 3 ? place.rgb : first
  bytes.set(image.bytes.subarray(from * channels, (from + count) * channels), into)
  bytes.fill(0, into + count * channels, into + padded * channels)
  if (channels === 1) return
  for (let done = 0; done < padded; done += CALL_PIXELS) {
    kernel.colours(place.rgb + done * 3, Math.min(CALL_PIXELS, padded - done), first + done, COLOURS)
  }
}

/** Filters one row whose neighbours lie in memory; adds what the kernel leaves out, the outermost pixels, to `border`. */
function filterRow(bytes: Uint8Array, centre: number, y: number, { width, height }: Pixels, border: Moments): Moments {
  if (width < 2 || height < 2) return border
  const up = y === 0 ? centre + width : centre - width
  const down = y === height - 1 ? centre - width : centre + width
  // Rows without neighbours have a Laplacian but no noise: their sums go elsewhere.
  const sums = y === 0 || y === height - 1 ? BORDER_FILTERS : FILTERS
  for (let x = 1; x < width - 1; x += CALL_PIXELS) {
    kernel.filters(up + x, centre + x, down + x, Math.min(CALL_PIXELS, width - 1 - x), sums)
  }
  let { sum, squares } = border
  for (const [x, beside] of [
    [0, 1],
    [width - 1, width - 2],
  ] as const) {
    const value = bytes[up + x]! + bytes[down + x]! + 2 * bytes[centre + beside]! - 4 * bytes[centre + x]!
    sum += value
    squares += value * value
  }
  return { sum, squares }
}

/** Adds rows up to the mean greys of 9 x 9 equal areas, whose borders may cut through pixels. */
function areaGrid(width: number, height: number) {
  const totals = new Float64Array(GRID * GRID)
  return {
    add: (bytes: Uint8Array, row: number, y: number): void => {
      const top = Math.floor((y * GRID) / height)
      const bottom = Math.min(GRID - 1, Math.floor(((y + 1) * GRID) / height))
      // The share of the row that lies in its upper area; the rest is in the one below.
      const upper = bottom === top ? 1 : ((top + 1) * height) / GRID - y
      for (let k = 0; k < GRID; k++) {
        const [left, right] = [(k * width) / GRID, ((k + 1) * width) / GRID]
        const [from, to] = [Math.ceil(left), Math.floor(right)]
        let sum = kernel.sum(row + from, to - from)
        if (from > left) sum += (from - left) * bytes[row + from - 1]!
        if (right > to) sum += (right - to) * bytes[row + to]!
        totals[top * GRID + k]! += upper * sum
        if (upper < 1) totals[bottom * GRID + k]! += (1 - upper) * sum
      }
    },
    means: (): Uint8Array => Uint8Array.from(totals, (total) => Math.round((total * GRID * GRID) / (width * height))),
  }
}

interface Kernel {
  colours(rgb: number, count: number, grey: number, sums: number): void
  histogram(grey: number, count: number, tables: number): void
  filters(up: number, centre: number, down: number, count: number, sums: number): void
  sum(at: number, count: number): number
}

const { run: kernel, memory } = loadKernel<Kernel>(PIXEL_SUMS_WASM)

interface Layout {
  readonly histogram: number
  /** Two rows that are kept, and the strip's. */
  readonly grey: number
  readonly rgb: number
  readonly end: number
}

function layout(width: number, rows: number): Layout {
  const histogram = SUMS_END
  const grey = histogram + HISTOGRAM_BYTES + SLACK_BYTES
  const rgb = grey + (rows + 2) * width + SLACK_BYTES
  return { histogram, grey, rgb, end: rgb + (rows * width + LANES) * 3 + SLACK_BYTES }
}
