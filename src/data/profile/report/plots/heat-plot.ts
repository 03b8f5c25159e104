import { markup, type Markup } from '../markup.ts'
import { at } from './axis.ts'

const WIDTH = 380
const HEIGHT = 214

/** Where in their frames objects are: the darker a cell, the more centres fall into it. */
export function heatPlot(cells: readonly (readonly number[])[]): Markup {
  const most = Math.max(1, ...cells.flat())
  const [w, h] = [WIDTH / cells[0]!.length, HEIGHT / cells.length]
  const drawn = cells.flatMap((row, r) =>
    row.map((number, c) =>
      number === 0
        ? undefined
        : markup`<rect x="${at(c * w)}" y="${at(r * h)}" width="${at(w + 0.2)}" height="${at(h + 0.2)}" fill-opacity="${(0.12 + 0.88 * Math.sqrt(number / most)).toFixed(2)}"><title>${number} boxes</title></rect>`,
    ),
  )
  return markup`<svg class="plot heat" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Where in the frame boxes are"><rect class="ground" width="${WIDTH}" height="${HEIGHT}"/><g class="bars">${drawn}</g></svg>`
}
