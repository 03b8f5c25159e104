import { loadKernel } from '../../core/wasm-kernel.ts'
import { RGB_PIXELS_WASM } from './rgb-pixels-wasm.ts'

interface Kernel {
  planes(rgb: number, end: number, red: number, green: number, blue: number): void
  mix(
    rgb: number,
    end: number,
    rr: number,
    rg: number,
    rb: number,
    gr: number,
    gg: number,
    gb: number,
    br: number,
    bg: number,
    bb: number,
  ): void
}

export const rgbKernel = loadKernel<Kernel>(RGB_PIXELS_WASM)

/** Pixels that pass the kernel at once: with their planes they stay in a core's cache. */
const BAND_PIXELS = 16_384

/** Pixels that the kernel takes at a time, and bytes that it reads beyond them. */
const LANES = 4
const SLACK_BYTES = 4

/** Where the planes of a band lie, in bytes: behind its pixels. */
export const PLANES_AT = BAND_PIXELS * 3 + 16
export const PLANE_BYTES = BAND_PIXELS * 4

/** A part of an image in the kernel's memory. */
export interface PixelBand {
  /** The memory; the band's pixels lie at its start. */
  readonly bytes: Uint8Array
  /** First pixel of the image, and how many. */
  readonly from: number
  readonly count: number
  /** Where the band ends for the kernel, in bytes. */
  readonly end: number
}

/** Calls `run` for one part of `pixels` pixels after the other. */
export function inPixelBands(pixels: number, run: (band: PixelBand) => void): void {
  const bytes = new Uint8Array(rgbKernel.memory(PLANES_AT + 3 * PLANE_BYTES + SLACK_BYTES))
  for (let from = 0; from < pixels; from += BAND_PIXELS) {
    const count = Math.min(BAND_PIXELS, pixels - from)
    run({ bytes, from, count, end: Math.ceil(count / LANES) * LANES * 3 })
  }
}
