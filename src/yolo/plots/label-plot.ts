import { type Axis, type Panel, panel } from './panel.ts'
import { CATEGORY_COLOURS, heatColour, INK, MUTED } from './palette.ts'
import { element, type Picture } from './svg.ts'
import { fitText, textPath } from './text-path.ts'

/** Labels of a training set, as the network's input shows them. */
export interface LabelledBoxes {
  readonly classNames: readonly string[]
  readonly images: readonly {
    /** `[M, 4]` xyxy as fractions of the image. */
    readonly boxesXyxyNorm: Float32Array
    readonly classes: Int32Array
    /** Pixels that the image has in the network's input. */
    readonly width: number
    readonly height: number
  }[]
}

const [WIDTH, HEIGHT] = [1200, 1000]
const MOST_BARS = 20
const BLUE = CATEGORY_COLOURS[0]

/** Upper ends of the size histogram's bars, in pixels: each 2^(1/2) times the one before. */
const SIDES = Array.from({ length: 18 }, (_, i) => 2 * 2 ** ((i + 1) / 2))

/** Counts by class, sizes, where boxes lie and what shape they have. */
export function labelPlot(labels: LabelledBoxes): Picture {
  const content = [
    classCounts(labels, { left: 200, top: 86, width: 350, height: 340 }),
    sizeHistogram(labels, { left: 690, top: 70, width: 460, height: 340 }),
    heatMap(
      labels,
      'Where boxes lie, by their centres',
      ['x', 'y'],
      { left: 90, top: 530, width: 400, height: 400 },
      centre,
    ),
    heatMap(labels, 'Shape of boxes', ['width', 'height'], { left: 690, top: 530, width: 400, height: 400 }, shape),
  ]
  return { width: WIDTH, height: HEIGHT, content: content.join('') }
}

interface Area {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

function classCounts({ classNames, images }: LabelledBoxes, { left, top, width, height }: Area): string {
  const counts = classNames.map((name) => ({ name, count: 0 }))
  for (const { classes } of images) for (const k of classes) counts[k]!.count++
  const boxes = counts.reduce((sum, { count }) => sum + count, 0)
  const empty = images.filter(({ classes }) => classes.length === 0).length
  const sorted = [...counts].sort((a, b) => b.count - a.count)
  const shown = sorted.length > MOST_BARS ? sorted.slice(0, MOST_BARS - 1) : sorted
  const rest = sorted.slice(shown.length)
  const rows = shown.map(({ name, count }) => ({ name, count, fill: BLUE as string }))
  if (rest.length > 0) {
    const count = rest.reduce((sum, entry) => sum + entry.count, 0)
    rows.push({ name: `${rest.length} more`, count, fill: '#b4bfca' })
  }
  const most = Math.max(1, ...rows.map(({ count }) => count))
  const step = Math.min(44, height / rows.length)
  const size = Math.min(15, step * 0.75)
  const bars = rows.map(({ name, count, fill }, i) => {
    const y = top + 8 + i * step
    const length = (count / most) * (width - 60)
    return [
      element('rect', { x: left, y: y + step * 0.14, width: Math.max(1, length), height: step * 0.72, fill }),
      textPath(left - 8, y + step / 2 + size * 0.36, fitText(name, size, 165), { size, anchor: 'end' }),
      textPath(left + length + 7, y + step / 2 + size * 0.36, String(count), { size, fill: MUTED }),
    ].join('')
  })
  const title = textPath(30, top - 32, 'Boxes by class', { size: 19, fill: INK, bold: true })
  const note = `${boxes} boxes in ${images.length} images${empty === 0 ? '' : `, ${empty} of them without boxes`}`
  return title + textPath(30, top - 10, note, { size: 15, fill: MUTED }) + bars.join('')
}

function sizeHistogram({ images }: LabelledBoxes, area: Area): string {
  const counts = SIDES.map(() => 0)
  for (const { boxesXyxyNorm: b, classes, width, height } of images) {
    for (let m = 0; m < classes.length; m++) {
      const side = Math.sqrt((b[m * 4 + 2]! - b[m * 4]!) * width * ((b[m * 4 + 3]! - b[m * 4 + 1]!) * height))
      const bar = SIDES.findIndex((end) => side < end)
      counts[bar < 0 ? SIDES.length - 1 : bar]!++
    }
  }
  const low = Math.log2(2)
  const high = Math.log2(SIDES.at(-1)!)
  const x: Axis = { low, high, label: 'square root of the area in the network’s input, px', ticks: [] }
  const y: Axis = { low: 0, high: Math.max(1, ...counts) * 1.08, label: 'boxes' }
  const plot = panel({ ...area, title: 'Size of boxes', x, y })
  const bottom = area.top + area.height
  const bars = counts.map((count, i) => {
    const from = plot.x(Math.log2(SIDES[i]!) - 0.5)
    const to = plot.x(Math.log2(SIDES[i]!))
    return element('rect', {
      x: from + 1,
      y: plot.y(count),
      width: to - from - 2,
      height: bottom - plot.y(count),
      fill: BLUE,
    })
  })
  const ticks = [2, 4, 8, 16, 32, 64, 128, 256, 512, 1024].map((side) =>
    textPath(plot.x(Math.log2(side)), bottom + 22, String(side), { size: 14, fill: MUTED, anchor: 'middle' }),
  )
  // COCO's borders between small, medium and large.
  const groups = [
    { name: 'small', from: 2, to: 32 },
    { name: 'medium', from: 32, to: 96 },
    { name: 'large', from: 96, to: SIDES.at(-1)! },
  ].map(({ name, from, to }) => {
    const border = element('path', {
      d: `M${plot.x(Math.log2(to))} ${area.top}V${bottom}`,
      stroke: '#9aa6b2',
      'stroke-dasharray': '4 4',
    })
    const middle = (plot.x(Math.log2(from)) + plot.x(Math.log2(to))) / 2
    return border + textPath(middle, area.top + 16, name, { size: 14, fill: MUTED, anchor: 'middle', halo: '#ffffff' })
  })
  return plot.frame + bars.join('') + groups.join('') + ticks.join('')
}

type Place = (x1: number, y1: number, x2: number, y2: number) => readonly [x: number, y: number]
const centre: Place = (x1, y1, x2, y2) => [(x1 + x2) / 2, (y1 + y2) / 2]
const shape: Place = (x1, y1, x2, y2) => [x2 - x1, y2 - y1]

const CELLS = 40

/** How many boxes fall into each cell, on a scale that is quadratic so that rare places stay visible. */
function heatMap(
  { images }: LabelledBoxes,
  title: string,
  [xLabel, yLabel]: readonly [string, string],
  area: Area,
  place: Place,
): string {
  const counts = new Float64Array(CELLS * CELLS)
  const all = images.flatMap(({ boxesXyxyNorm: b, classes }) =>
    Array.from(classes, (_, m) => place(b[m * 4]!, b[m * 4 + 1]!, b[m * 4 + 2]!, b[m * 4 + 3]!)),
  )
  // Centres fill the image; shapes are shown up to the largest.
  const largest = place === centre ? 1 : all.reduce((most, [x, y]) => Math.max(most, x, y), 0.01)
  const cellOf = (value: number): number => Math.min(CELLS - 1, Math.floor((value / largest) * CELLS))
  for (const [x, y] of all) counts[cellOf(y) * CELLS + cellOf(x)]!++
  const most = counts.reduce((best, count) => Math.max(best, count), 1)
  const isDown = place === centre
  const axis = (label: string): Axis => ({ low: 0, high: largest, label: `${label}, fraction of the image` })
  // An image's y goes down; a shape's height goes up.
  const y: Axis = isDown
    ? { low: 1, high: 0, label: axis(yLabel).label, ticks: [0, 0.2, 0.4, 0.6, 0.8, 1] }
    : axis(yLabel)
  const plot: Panel = panel({ ...area, title, x: axis(xLabel), y })
  const [w, h] = [area.width / CELLS, area.height / CELLS]
  const cells = Array.from(counts, (count, i) => {
    if (count === 0) return ''
    const column = i % CELLS
    const row = Math.floor(i / CELLS)
    const top = isDown ? area.top + row * h : area.top + area.height - (row + 1) * h
    const fill = heatColour(0.12 + 0.88 * Math.sqrt(count / most))
    return element('rect', { x: area.left + column * w, y: top, width: w + 0.3, height: h + 0.3, fill })
  })
  return plot.frame + cells.join('')
}
