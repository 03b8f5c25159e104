/** Cells of the maps of one level, those of all images one after the other: cell = (image · height + row) · width + column. */
export interface CellGrid {
  /** B */
  readonly batch: number
  readonly height: number
  readonly width: number
}

/** The cells that two 3×3 convolutions in a row need for the results at some cells, as rows to be gathered. */
export interface HitWindows {
  /** `[n, 9]` cells; B · height · width stands for what lies outside of the image */
  readonly near: Int32Array
  /** `[h, 9]` rows of `near`; n stands for what lies outside of the image */
  readonly hits: Int32Array
}

/** Cells of a 3×3 window. */
export const WINDOW = 9

/** @param hits cells, each once */
export function hitWindows({ batch, height, width }: CellGrid, hits: Int32Array): HitWindows {
  const cells = batch * height * width
  const rowOf = new Int32Array(cells).fill(-1)
  const near: number[] = []
  const around = new Int32Array(WINDOW)
  for (const hit of hits) {
    writeWindow(hit, height, width, -1, around, 0)
    for (const cell of around) {
      if (cell < 0 || rowOf[cell]! >= 0) continue
      rowOf[cell] = near.length
      near.push(cell)
    }
  }
  const nearWindows = new Int32Array(near.length * WINDOW)
  for (let i = 0; i < near.length; i++) writeWindow(near[i]!, height, width, cells, nearWindows, i * WINDOW)
  const hitWindowsOf = new Int32Array(hits.length * WINDOW)
  for (let i = 0; i < hits.length; i++) {
    writeWindow(hits[i]!, height, width, -1, around, 0)
    for (let j = 0; j < WINDOW; j++) hitWindowsOf[i * WINDOW + j] = around[j]! < 0 ? near.length : rowOf[around[j]!]!
  }
  return { near: nearWindows, hits: hitWindowsOf }
}

/** The 3×3 cells around one, row by row, `outside` where the image ends. */
function writeWindow(
  cell: number,
  height: number,
  width: number,
  outside: number,
  into: Int32Array,
  start: number,
): void {
  const x = cell % width
  const y = Math.trunc(cell / width) % height
  for (let dy = -1; dy <= 1; dy++) {
    for (let dx = -1; dx <= 1; dx++) {
      const inside = x + dx >= 0 && x + dx < width && y + dy >= 0 && y + dy < height
      into[start + (dy + 1) * 3 + dx + 1] = inside ? cell + dy * width + dx : outside
    }
  }
}
