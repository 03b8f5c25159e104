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
  const plane = count * 2
  const rowBytes = source.width * 3
  const place = layout(rowBytes, count)
  const { bytes, buffer } = roomFor(place.end)
  writeTaps(new DataView(buffer, place.taps), across, source.width, count)
  const mixed = new Float32Array(buffer, place.mixed, width)
  const stretch = (row: number, into: number): void => {
    bytes.set(source.rgb.subarray(row * rowBytes, (row + 1) * rowBytes), place.source)
    kernel.stretch(place.source, place.taps, count, into, plane)
  }
  let { upper, lower } = place
  let [upperRow, lowerRow] = [-1, -1]
  for (let y = 0; y < height; y++) {
    const first = within(down.before[y]!, source.height)
    const second = within(down.before[y]! + 1, source.height)
    if (first === lowerRow) {
      ;[upper, lower] = [lower, upper]
      ;[upperRow, lowerRow] = [lowerRow, upperRow]
    }
    if (first !== upperRow) stretch((upperRow = first), upper)
    if (second !== lowerRow) stretch((lowerRow = second), lower)
    for (let colour = 0; colour < 3; colour++) {
      const offset = colour * plane
      const [u, l] = [down.beforeWeight[y]!, down.afterWeight[y]!]
      kernel.mix(upper + offset, lower + offset, u, l, count, place.mixed)
      target.values.set(mixed, target.start + colour * target.colourStep + y * target.rowStep)
    }
  }
}

interface Kernel {
  stretch(source: number, taps: number, count: number, out: number, plane: number): void
  mix(upper: number, lower: number, upperWeight: number, lowerWeight: number, count: number, out: number): void
}

/** The part of the global that is used; the language's own libraries declare it only for browsers. */
declare const WebAssembly: {
  readonly Memory: new (size: { initial: number }) => { readonly buffer: ArrayBuffer; grow(pages: number): number }
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown }
}

const PAGE_BYTES = 65_536
const memory = new WebAssembly.Memory({ initial: 1 })
const kernel = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(RESIZE_ROWS_WASM, 'base64')), {
  rows: { memory },
}).exports as Kernel

/** Addresses in the kernel's memory, which holds rows only: it is small, whatever the image. */
function layout(rowBytes: number, count: number) {
  const sizes = {
    // The kernel reads four bytes where a pixel has three.
    source: rowBytes + 1,
    taps: count * 12,
    upper: count * 6,
    lower: count * 6,
    mixed: count * 4,
  }
  let next = 0
  const take = (size: number): number => {
    const address = next
    next += Math.ceil(size / 16) * 16
    return address
  }
  return {
    source: take(sizes.source),
    taps: take(sizes.taps),
    upper: take(sizes.upper),
    lower: take(sizes.lower),
    mixed: take(sizes.mixed),
    end: next,
  }
}

function roomFor(sizeBytes: number): { bytes: Uint8Array; buffer: ArrayBuffer } {
  const missing = sizeBytes - memory.buffer.byteLength
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES))
  return { bytes: new Uint8Array(memory.buffer), buffer: memory.buffer }
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
