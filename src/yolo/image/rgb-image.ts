/** A decoded image: `H * W * 3` bytes, RGB interleaved, rows from the top. */
export interface RgbImage {
  readonly width: number
  readonly height: number
  readonly rgb: Uint8Array
}

/** Pixels. */
export interface Size {
  readonly width: number
  readonly height: number
}

/** The longest side that any image may have, in pixels; larger ones are refused before they are decoded. */
export const MAX_SIDE_PX = 20_000

/** The grey of padding, as in the YOLO papers' code. */
export const PADDING_GREY = 114

/** A canvas of padding grey. */
export function greyCanvas(width: number, height: number): RgbImage {
  return { width, height, rgb: new Uint8Array(width * height * 3).fill(PADDING_GREY) }
}
