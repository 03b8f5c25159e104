import type { Distribution } from '../../set/distribution.ts'
import { short } from '../../advice/phrase.ts'
import { markup, type Markup } from '../markup.ts'
import { at, drawAxes, makeAxis, type Frame } from './axis.ts'

const FRAME: Frame = { width: 380, height: 190, left: 42, right: 10, top: 16, bottom: 36 }

/** Bars of one measure with its median, and the band in which nine values of ten lie. */
export function histogramPlot(found: Distribution, title: string, scale: 'linear' | 'log', counted = 'images'): Markup {
  const { edges, counts } = found.histogram
  const { width, height, left, right, top, bottom } = FRAME
  const used = scale === 'log' && edges[0]! > 0 ? 'log' : 'linear'
  const x = makeAxis([edges[0]!, edges.at(-1)!], [left, width - right], used, 6)
  const most = Math.max(...counts)
  const y = makeAxis([0, most * 1.06], [height - bottom, top], 'linear', Math.min(4, most))
  const whole = { ...y, ticks: y.ticks.filter(Number.isInteger) }
  const bars = counts.map((number, k) => {
    if (number === 0) return undefined
    const [from, to] = [x.place(edges[k]!), x.place(edges[k + 1]!)]
    const high = y.place(number)
    return markup`<rect x="${at(from + 0.5)}" y="${at(high)}" width="${at(Math.max(1, to - from - 1))}" height="${at(height - bottom - high)}"><title>${short(edges[k]!)} to ${short(edges[k + 1]!)}: ${number} ${counted}</title></rect>`
  })
  const clamp = (value: number): number => Math.min(width - right, Math.max(left, x.place(value)))
  const median = clamp(found.median)
  const anchor = median > width * 0.75 ? 'end' : median < width * 0.25 ? 'start' : 'middle'
  return markup`<svg class="plot" viewBox="0 0 ${width} ${height}" role="img" aria-label="Histogram of ${title}"><rect class="band" x="${at(clamp(found.p05))}" y="${top}" width="${at(Math.max(1, clamp(found.p95) - clamp(found.p05)))}" height="${height - bottom - top}"><title>nine of ten lie from ${short(found.p05)} to ${short(found.p95)}</title></rect>${drawAxes(FRAME, x, whole, title, counted)}<g class="bars">${bars}</g><path class="median" d="M${at(median)} ${top}V${height - bottom}"/><text class="median" x="${at(median)}" y="${top - 5}" text-anchor="${anchor}">median ${short(found.median)}</text></svg>`
}
