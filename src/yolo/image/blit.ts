import { loadKernel } from '../../core/wasm-kernel.ts'
import { BLIT_ROWS_WASM } from './blit-rows-wasm.ts'
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
  const columns = taps(left, right, offsetX, scaleX, ow)
  const rows = taps(top, bottom, offsetY, scaleY, oh)
  const band = { source, canvas, left, top, ...strides(source, orientation), columns, rows }
  drawRows(band, 0, bottom - top)
}

interface Band {
  readonly source: RgbImage
  readonly canvas: RgbImage
  /** Pixel of the canvas where the first column and row lie. */
  readonly left: number
  readonly top: number
  /** An oriented pixel (u, v) lies at base + u * stepU + v * stepV of the source's bytes. */
  readonly base: number
  readonly stepU: number
  readonly stepV: number
  readonly columns: Taps
  readonly rows: Taps
}

interface Kernel {
  blitRows(
    source: number,
    rows: number,
    rowsEnd: number,
    taps: number,
    tapsEnd: number,
    out: number,
    outStep: number,
  ): void
}

const kernel = loadKernel<Kernel>(BLIT_ROWS_WASM)

const TAP_BYTES = 12
const ROW_BYTES = 16
/** The kernel reads and writes four bytes where a pixel has three. */
const SLACK_BYTES = 4
/** Of a source, so much passes the kernel at once where it can be had by rows. */
const BAND_BYTES = 4 * 2 ** 20

/** Draws the rows of a band from `from` up to `to`, by the kernel (`blit-rows.wat`): three times as fast as JavaScript. */
function drawRows(band: Band, from: number, to: number): void {
  const { source, canvas, left, top, base, stepU, stepV, columns, rows } = band
  const [lowU, highU] = extent(columns, stepU, 0, columns.low.length)
  const [lowV, highV] = extent(rows, stepV, from, to)
  const start = base + lowU + lowV
  const end = base + highU + highV + 3
  if (end - start > BAND_BYTES && to - from > 1 && Math.abs(stepV) > Math.abs(stepU)) {
    const middle = (from + to) >> 1
    drawRows(band, from, middle)
    drawRows(band, middle, to)
    return
  }
  const width = columns.low.length
  const outStep = width * 3
  const tapsAt = roundUp(end - start + SLACK_BYTES)
  const rowsAt = roundUp(tapsAt + width * TAP_BYTES)
  const outAt = roundUp(rowsAt + (to - from) * ROW_BYTES)
  const buffer = kernel.memory(outAt + (to - from) * outStep + SLACK_BYTES)
  const bytes = new Uint8Array(buffer)
  bytes.set(source.rgb.subarray(start, end))
  const view = new DataView(buffer)
  for (let i = 0; i < width; i++) {
    const at = tapsAt + i * TAP_BYTES
    view.setInt32(at, columns.low[i]! * stepU - lowU, true)
    view.setInt32(at + 4, columns.high[i]! * stepU - lowU, true)
    view.setInt16(at + 8, WEIGHTS - columns.highWeight[i]!, true)
    view.setInt16(at + 10, columns.highWeight[i]!, true)
  }
  for (let i = from; i < to; i++) {
    const at = rowsAt + (i - from) * ROW_BYTES
    view.setInt32(at, rows.low[i]! * stepV - lowV, true)
    view.setInt32(at + 4, rows.high[i]! * stepV - lowV, true)
    view.setInt32(at + 8, WEIGHTS - rows.highWeight[i]!, true)
    view.setInt32(at + 12, rows.highWeight[i]!, true)
  }
  const rowsEnd = rowsAt + (to - from) * ROW_BYTES
  kernel.run.blitRows(0, rowsAt, rowsEnd, tapsAt, tapsAt + width * TAP_BYTES, outAt, outStep)
  for (let i = from; i < to; i++) {
    const row = outAt + (i - from) * outStep
    canvas.rgb.set(bytes.subarray(row, row + outStep), ((top + i) * canvas.width + left) * 3)
  }
}

const roundUp = (address: number): number => Math.ceil(address / 16) * 16

/** Least and greatest offset of taps from `from` up to `to`, in bytes. */
function extent({ low, high }: Taps, step: number, from: number, to: number): [number, number] {
  const ends = [low[from]!, high[from]!, low[to - 1]!, high[to - 1]!].map((index) => index * step)
  return [Math.min(...ends), Math.max(...ends)]
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

/** Weights of two pixels are whole numbers that add up to this. */
const WEIGHTS = 2048

interface Taps {
  /** Indices of the two pixels, along one axis; they never go back from one tap to the next. */
  readonly low: Int32Array
  readonly high: Int32Array
  /** Weight of the second. */
  readonly highWeight: Int32Array
}

function taps(from: number, to: number, offset: number, scale: number, size: number): Taps {
  const n = to - from
  const low = new Int32Array(n)
  const high = new Int32Array(n)
  const highWeight = new Int32Array(n)
  for (let i = 0; i < n; i++) {
    const centre = (from + i + 0.5 - offset) / scale - 0.5
    if (scale < 0.6) {
      // Two taps a source pixel apart, spread over the shrunken pixel's footprint, halve the aliasing.
      const reach = Math.min(0.25 / scale, 4)
      low[i] = clamp(Math.round(centre - reach), size)
      high[i] = clamp(Math.round(centre + reach), size)
      highWeight[i] = WEIGHTS / 2
    } else {
      const floor = Math.floor(centre)
      low[i] = clamp(floor, size)
      high[i] = clamp(floor + 1, size)
      highWeight[i] = Math.round((centre - floor) * WEIGHTS)
    }
  }
  return { low, high, highWeight }
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
