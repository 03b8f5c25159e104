import type { Change } from './change.ts'

/** Where an image comes to lie in another, whole pixels; partly outside when it is larger. */
export interface Placement {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

/** Where a zoom puts the whole image, in a frame of the image's own size. Pixels and boxes are moved by the same numbers. */
export function zoomPlacement(
  width: number,
  height: number,
  { factor, x, y }: Extract<Change, { kind: 'zoom' }>,
): Placement {
  const to = { width: Math.max(1, Math.round(width * factor)), height: Math.max(1, Math.round(height * factor)) }
  return { left: Math.round(x * (width - to.width)), top: Math.round(y * (height - to.height)), ...to }
}

/** The quarters of a mosaic in reading order; where a side is odd, the first is the smaller one. */
export function mosaicPlacements(width: number, height: number): Placement[] {
  const [w, h] = [Math.floor(width / 2), Math.floor(height / 2)]
  return [
    { left: 0, top: 0, width: w, height: h },
    { left: w, top: 0, width: width - w, height: h },
    { left: 0, top: h, width: w, height: height - h },
    { left: w, top: h, width: width - w, height: height - h },
  ]
}
