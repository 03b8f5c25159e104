import { isObject, parseJson } from '../../core/json.ts'
import { SkyloopError } from '../../core/errors.ts'

/** How frames are cut for the network; the same cut is used in preparation, training and prediction. */
export interface Tiling {
  /** Side of a tile in pixels of the frame. */
  readonly size: number
  /** Share of a tile's side that neighbours have in common, in `[0, 0.9]`. */
  readonly overlap: number
  /** Network pixels per frame pixel: `size * scale` is the network's input. */
  readonly scale: number
}

/** A rectangle of the frame, in its pixels; may reach beyond a frame smaller than a tile. */
export interface Tile {
  readonly x: number
  readonly y: number
  readonly size: number
}

/** Most tiles of one image; beyond it the image is refused rather than taking minutes. */
const MAX_TILES = 4096

/**
 * Tiles that cover a frame, row by row. Neighbours share at least `overlap` of their side, and the last tile of a row
 * or column ends at the frame's edge.
 *
 * @throws SkyloopError `yolo.predict.tiles` when there would be more than 4096
 */
export function planTiles(width: number, height: number, tiling: Tiling): Tile[] {
  const xs = offsets(width, tiling)
  const ys = offsets(height, tiling)
  if (xs.length * ys.length > MAX_TILES) {
    throw new SkyloopError({
      code: 'yolo.predict.tiles',
      message: `an image of ${width}x${height} px makes ${xs.length * ys.length} tiles of ${tiling.size} px; at most ${MAX_TILES} are allowed`,
      hint: 'use larger tiles or less overlap',
    })
  }
  return ys.flatMap((y) => xs.map((x) => ({ x, y, size: tiling.size })))
}

function offsets(length: number, { size, overlap, scale }: Tiling): number[] {
  if (length <= size) return [0]
  const count = Math.ceil((length - size) / (size * (1 - overlap))) + 1
  return Array.from({ length: count }, (_, i) => {
    if (i === count - 1) return length - size
    // On whole network pixels, so that cutting needs no interpolation and thin things stay sharp.
    return Math.round(((i * (length - size)) / (count - 1)) * scale) / scale
  })
}

/**
 * Reads the `tile` entry of a model's metadata; `null` means that whole frames are letterboxed.
 *
 * @throws SkyloopError `yolo.predict.tiling` naming what is wrong
 */
export function parseTiling(text: string | undefined): Tiling | null {
  if (text === undefined || text === '') return null
  const value = parseJson(text, "the model's tile metadata")
  if (value === null) return null
  const { size, overlap, scale } = isObject(value) ? value : {}
  if (
    typeof size !== 'number' ||
    typeof overlap !== 'number' ||
    typeof scale !== 'number' ||
    !(size >= 32 && size <= 20_000 && overlap >= 0 && overlap <= 0.9 && scale > 0 && scale <= 8)
  ) {
    throw new SkyloopError({
      code: 'yolo.predict.tiling',
      message: `tiling ${text} is not {"size": 32..20000, "overlap": 0..0.9, "scale": 0..8}`,
    })
  }
  return { size, overlap, scale }
}

/**
 * The tiling that a file's `tile` entry tells to another file of the same weights.
 *
 * @returns undefined when the entry says nothing, or is of tiles that are larger or smaller than the images of the other file
 * @throws SkyloopError `yolo.predict.tiling` naming what is wrong with the entry
 */
export function knownTiling(text: string | undefined, width: number, height: number): Tiling | null | undefined {
  if (text === undefined) return
  const tiling = parseTiling(text)
  const side = tiling && Math.round(tiling.size * tiling.scale)
  return side === null || (side === width && side === height) ? tiling : undefined
}
