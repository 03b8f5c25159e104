import type { EpochRow } from '../train/results.ts'
import { directLabels } from './direct-labels.ts'
import { type Axis, panel } from './panel.ts'
import { CATEGORY_COLOURS, INK, MUTED } from './palette.ts'
import { element, type Picture, polyline } from './svg.ts'
import { textPath, textWidth } from './text-path.ts'
import { niceTicks } from './ticks.ts'

interface Series {
  readonly name: string
  readonly colour: string
  readonly value: (row: EpochRow) => number | null
}

interface Chart {
  readonly title: string
  readonly label: string
  readonly series: readonly Series[]
  /** @default the largest value */
  readonly high?: number
}

const [BLUE, ORANGE, GREEN, PINK] = CATEGORY_COLOURS

const CHARTS: readonly Chart[] = [
  {
    title: 'Training loss',
    label: 'mean per image',
    series: [
      { name: 'total', colour: INK, value: (row) => row.trainLoss },
      { name: 'box', colour: BLUE, value: (row) => row.boxLoss },
      { name: 'class', colour: ORANGE, value: (row) => row.clsLoss },
      { name: 'distribution', colour: GREEN, value: (row) => row.dflLoss },
    ],
  },
  {
    title: 'Validation',
    label: 'average precision',
    high: 1,
    series: [
      { name: 'mAP50', colour: BLUE, value: (row) => row.valMap50 },
      { name: 'mAP50-95', colour: ORANGE, value: (row) => row.valMap50_95 },
    ],
  },
  {
    title: 'Learning rate',
    label: 'at the end of the epoch',
    series: [{ name: 'rate', colour: PINK, value: (row) => row.learningRate }],
  },
  {
    title: 'Speed',
    label: 'images per second',
    series: [{ name: 'images/s', colour: GREEN, value: (row) => row.imagesPerSecond }],
  },
]

const [WIDTH, HEIGHT] = [1200, 860]

/**
 * Loss, validation, learning rate and speed by epoch.
 *
 * @param bestEpoch what is shipped, marked in the validation; 0 is the start
 */
export function trainingCurves(rows: readonly EpochRow[], bestEpoch: number): Picture {
  const last = Math.max(1, ...rows.map(({ epoch }) => epoch))
  const first = Math.min(1, ...rows.map(({ epoch }) => epoch))
  const ticks = niceTicks(first, last, 6).filter(Number.isInteger)
  const x: Axis = { low: first, high: Math.max(last, first + 1), label: 'epoch', ticks }
  const content = CHARTS.map((chart, i) => {
    const left = 90 + (i % 2) * 600
    const top = 60 + Math.floor(i / 2) * 420
    return drawChart(chart, rows, x, { left, top, width: 370, height: 280 }, bestEpoch)
  })
  return { width: WIDTH, height: HEIGHT, content: content.join('') }
}

function drawChart(
  { title, label, series, high }: Chart,
  rows: readonly EpochRow[],
  x: Axis,
  area: { readonly left: number; readonly top: number; readonly width: number; readonly height: number },
  bestEpoch: number,
): string {
  const values = series.flatMap(({ value }) => rows.map(value)).filter((value) => value !== null)
  if (values.length === 0) {
    const { frame } = panel({ ...area, title, x, y: { low: 0, high: 1, label, ticks: [] } })
    const middle = area.left + area.width / 2
    return (
      frame + textPath(middle, area.top + area.height / 2, 'not measured', { size: 16, fill: MUTED, anchor: 'middle' })
    )
  }
  const top = high ?? Math.max(...values) * 1.05
  const plot = panel({ ...area, title, x, y: { low: 0, high: top > 0 ? top : 1, label } })
  const drawn = series.map(({ colour, value }) => {
    const points = rows
      .filter((row) => value(row) !== null)
      .map((row): [number, number] => [plot.x(row.epoch), plot.y(value(row)!)])
    const dots = points.length > 40 ? [] : points
    const circles = dots.map(([cx, cy]) => element('circle', { cx, cy, r: 3, fill: colour }))
    return polyline(points, { stroke: colour, 'stroke-width': 2.2 }) + circles.join('')
  })
  const names = series.flatMap(({ name, colour, value }) => {
    const end = rows.findLast((row) => value(row) !== null)
    return end ? [{ text: `${name} ${format(value(end)!)}`, y: plot.y(value(end)!), colour }] : []
  })
  const right = area.left + area.width + 10
  const labels = directLabels(names, { x: right, top: area.top, bottom: area.top + area.height, width: 125 })
  const best = title === 'Validation' ? rows.find(({ epoch }) => epoch === bestEpoch) : undefined
  const shipped = best?.valMap50 ?? undefined
  const mark = shipped === undefined ? '' : bestMark(plot.x(bestEpoch), plot.y(shipped), bestEpoch, area)
  return plot.frame + drawn.join('') + mark + labels
}

function bestMark(x: number, y: number, epoch: number, area: { left: number; top: number; width: number }): string {
  const ring = (cx: number, cy: number, r: number): string =>
    element('circle', { cx, cy, r, fill: 'none', stroke: INK, 'stroke-width': 1.6 })
  const text = `shipped: ${epoch === 0 ? 'the start' : `epoch ${epoch}`}`
  const right = area.left + area.width
  const legend = textPath(right, area.top - 16, text, { size: 14, fill: MUTED, anchor: 'end' })
  return ring(x, y, 8) + ring(right - textWidth(text, 14) - 13, area.top - 21, 5) + legend
}

function format(value: number): string {
  return value !== 0 && value < 0.01 ? value.toExponential(1) : String(Number(value.toPrecision(3)))
}
