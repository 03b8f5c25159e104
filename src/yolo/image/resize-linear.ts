import { loadKernel } from '../../core/wasm-kernel.ts'
import { RESIZE_ROWS_WASM } from './resize-rows-wasm.ts'
import type { RgbImage } from './rgb-image.ts'

/** Where a resized image goes: planes of floats that may belong to something larger. */
export interface PlanesTarget {
  readonly values: Float32Array
  /** Index of the first red value. */
  readonly start: number
  /** Values from a row to the one below, and from a colour to the next. */
  readonly rowStep: number
  readonly colourStep: number
}

/** Weights are counted in this many steps. */
const STEPS = 2048

/** The kernel takes pixels four at a time. */
const LANES = 4

/**
 * Resizes by bilinear interpolation between the two nearest pixels of each axis, pixel centres at half integers, and writes
 * one plane of shares of 255 for each colour.
 *
 * The arithmetic is that of OpenCV's `INTER_LINEAR` for bytes (weights of 11 bits, intermediate sums cut to 16), so that a
 * network sees the pixels with which it was trained elsewhere; like there, shrinking does not average. It runs as WebAssembly
 * (`resize-rows.wat`), three times as fast as the same in JavaScript.
 *
 * @param width, height of the result in pixels, at least 1
 */
export function resizeLinear(source: RgbImage, width: number, height: number, target: PlanesTarget): void {
  const across = taps(source.width, width)
  const down = taps(source.height, height)
  const count = Math.ceil(width / LANES) * LANES
  const rowBytes = source.width * 3
  const place = layout(rowBytes, count)
  const buffer = memory(place.end)
  const bytes = new Uint8Array(buffer)
  writeTaps(new DataView(buffer, place.taps), across, source.width, count)
  const mixes = new Int32Array(buffer, place.mixes, BAND * MIX_VALUES)
  const plane = count * 2
  for (let top = 0; top < height; top += BAND) {
    const rows = Math.min(BAND, height - top)
    // Rows of the source. One is needed again, if at all, before the one after the next is.
    const slots: number[] = []
    const slotOf = (row: number): number => {
      let slot = slots.indexOf(row, Math.max(0, slots.length - 2))
      if (slot < 0) {
        slot = slots.push(row) - 1
        bytes.set(source.rgb.subarray(row * rowBytes, (row + 1) * rowBytes), place.source + slot * place.sourceStep)
      }
      return place.stretched + slot * 3 * plane
    }
    for (let i = 0; i < rows; i++) {
      const y = top + i
      const [before, after] = [down.beforeWeight[y]!, down.afterWeight[y]!]
      const upper = slotOf(within(down.before[y]!, source.height))
      // What weighs nothing need not be read: at a third of the size that is every second row.
      const lower = after === 0 ? upper : slotOf(within(down.before[y]! + 1, source.height))
      mixes.set([upper, lower, before, after], i * MIX_VALUES)
    }
    kernel.stretchRows(place.source, place.sourceStep, slots.length, place.taps, count, place.stretched, plane)
    for (let colour = 0; colour < 3; colour++) {
      kernel.mixRows(place.mixes, rows, colour * plane, count, place.mixed)
      const start = target.start + colour * target.colourStep + top * target.rowStep
      const mixed = new Float32Array(buffer, place.mixed, rows * count)
      if (target.rowStep === width && count === width) target.values.set(mixed, start)
      else {
        for (let i = 0; i < rows; i++) {
          target.values.set(mixed.subarray(i * count, i * count + width), start + i * target.rowStep)
        }
      }
    }
  }
}

/** Rows of the result that are made together; what they need of the source fits into a core's cache. */
const BAND = 16

/** Addresses of two rows and their weights. */
const MIX_VALUES = 4

interface Kernel {
  stretchRows(
    source: number,
    sourceStep: number,
    rows: number,
    taps: number,
    count: number,
    out: number,
    plane: number,
  ): void
  mixRows(mixes: number, rows: number, offset: number, count: number, out: number): void
}

const { run: kernel, memory } = loadKernel<Kernel>(RESIZE_ROWS_WASM)

/** Addresses in the kernel's memory, which holds a band only: it is small, whatever the image. */
function layout(rowBytes: number, count: number) {
  // The kernel reads four bytes where a pixel has three.
  const sourceStep = rowBytes + 1
  let next = 0
  const take = (size: number): number => {
    const address = next
    next += Math.ceil(size / 16) * 16
    return address
  }
  return {
    sourceStep,
    taps: take(count * 12),
    mixes: take(BAND * MIX_VALUES * 4),
    source: take(2 * BAND * sourceStep),
    stretched: take(2 * BAND * count * 6),
    mixed: take(BAND * count * 4),
    end: next,
  }
}

interface Taps {
  /** Index of the pixel before each position of the result; the one after is next to it. May lie outside by one. */
  readonly before: Int32Array
  /** Their weights in {@link STEPS}. */
  readonly beforeWeight: Int32Array
  readonly afterWeight: Int32Array
}

function taps(from: number, to: number): Taps {
  const before = new Int32Array(to)
  const beforeWeight = new Int32Array(to)
  const afterWeight = new Int32Array(to)
  const scale = from / to
  for (let i = 0; i < to; i++) {
    const centre = Math.fround((i + 0.5) * scale - 0.5)
    before[i] = Math.floor(centre)
    const share = Math.fround(centre - before[i]!)
    beforeWeight[i] = roundHalfEven(Math.fround(1 - share) * STEPS)
    afterWeight[i] = roundHalfEven(share * STEPS)
  }
  return { before, beforeWeight, afterWeight }
}

/** The taps of a row as the kernel reads them, the last one repeated until the row is full. */
function writeTaps(view: DataView, { before, beforeWeight, afterWeight }: Taps, width: number, count: number): void {
  for (let i = 0; i < count; i++) {
    const tap = Math.min(i, before.length - 1)
    const [first, second] = [within(before[tap]!, width), within(before[tap]! + 1, width)]
    view.setInt32(i * 12, first * 3, true)
    view.setInt32(i * 12 + 4, second * 3, true)
    view.setInt16(i * 12 + 8, beforeWeight[tap]!, true)
    view.setInt16(i * 12 + 10, afterWeight[tap]!, true)
  }
}

function within(index: number, size: number): number {
  return Math.min(Math.max(index, 0), size - 1)
}

/** To the nearest integer, halves to the even one: as OpenCV and Python do. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value)
  if (value - floor !== 0.5) return Math.round(value)
  return floor % 2 === 0 ? floor : floor + 1
}
