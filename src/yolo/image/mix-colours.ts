import { inPixelBands, rgbKernel } from './rgb-kernel.ts'

/** Rows say what red, green and blue become: shares of the old red, green and blue. */
export type ColourMatrix = readonly [
  readonly [number, number, number],
  readonly [number, number, number],
  readonly [number, number, number],
]

/** Shares are whole numbers of 12 bits of fraction. */
const ONE = 4096

/** Multiplies each pixel with a matrix, in place; results are rounded and held in 0..255. */
export function mixColours(rgb: Uint8Array, matrix: ColourMatrix): void {
  const [rr, rg, rb, gr, gg, gb, br, bg, bb] = matrix.flat().map((share) => Math.round(share * ONE)) as Shares
  inPixelBands(rgb.length / 3, ({ bytes, from, count, end }) => {
    bytes.set(rgb.subarray(from * 3, (from + count) * 3))
    rgbKernel.run.mix(0, end, rr, rg, rb, gr, gg, gb, br, bg, bb)
    rgb.set(bytes.subarray(0, count * 3), from * 3)
  })
}

type Shares = [number, number, number, number, number, number, number, number, number]
