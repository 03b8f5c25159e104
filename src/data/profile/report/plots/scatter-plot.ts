import { markup, type Markup } from '../markup.ts'
import { at, drawAxes, makeAxis, type Frame } from './axis.ts'

export interface ScatterPoint {
  readonly x: number
  readonly y: number
  /** Number of its colour, see `flightColours`. */
  readonly colour: number
  readonly name: string
  /** Row of its image in the page's data; the page shows its picture. */
  readonly image: number
}

export interface ScatterAxis {
  readonly title: string
  readonly scale: 'linear' | 'log'
}

const FRAME: Frame = { width: 560, height: 330, left: 50, right: 14, top: 12, bottom: 40 }

/** One measure against another, a dot an image. */
export function scatterPlot(points: readonly ScatterPoint[], xAxis: ScatterAxis, yAxis: ScatterAxis): Markup {
  const { width, height, left, right, top, bottom } = FRAME
  const x = makeAxis(
    padded(
      points.map((point) => point.x),
      xAxis.scale,
    ),
    [left, width - right],
    xAxis.scale,
    8,
  )
  const y = makeAxis(
    padded(
      points.map((point) => point.y),
      yAxis.scale,
    ),
    [height - bottom, top],
    yAxis.scale,
    6,
  )
  const radius = points.length > 2000 ? 2 : points.length > 300 ? 3 : 4.5
  const dots = points.map(
    (point) =>
      markup`<circle class="c${point.colour}" cx="${at(x.place(point.x))}" cy="${at(y.place(point.y))}" r="${radius}" data-i="${point.image}"><title>${point.name}</title></circle>`,
  )
  return markup`<svg class="plot" viewBox="0 0 ${width} ${height}" role="img" aria-label="${yAxis.title} against ${xAxis.title}">${drawAxes(FRAME, x, y, xAxis.title, yAxis.title)}<g class="dots">${dots}</g></svg>`
}

/** Bounds with a little air, so that no dot lies on the frame. */
function padded(values: readonly number[], scale: 'linear' | 'log'): [number, number] {
  let [low, high] = [Infinity, -Infinity]
  for (const value of values) {
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  if (scale === 'log')
    return low === high ? [low / 1.2, high * 1.2] : [low / (high / low) ** 0.05, high * (high / low) ** 0.05]
  const air = low === high ? Math.abs(low) * 0.1 || 1 : (high - low) * 0.05
  return [low - air, high + air]
}
