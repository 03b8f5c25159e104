import { GRID, INK, MUTED } from './palette.ts'
import { element } from './svg.ts'
import { fitText, textPath } from './text-path.ts'
import { niceTicks, tickLabel } from './ticks.ts'

export interface Axis {
  readonly low: number
  readonly high: number
  readonly label: string
  /** @default about one per 90 pixels */
  readonly ticks?: readonly number[]
}

export interface PanelOptions {
  /** The rectangle of the data, in pixels of the picture; titles and labels lie outside of it. */
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
  readonly title: string
  readonly x: Axis
  readonly y: Axis
}

/** A framed plot area: draw `frame` first, then data at `x(value)`, `y(value)`. */
export interface Panel {
  readonly frame: string
  x(value: number): number
  y(value: number): number
}

const TICK_SIZE = 14

/** Title above, ticks and labels at the left and below, light grid lines. */
export function panel({ left, top, width, height, title, x, y }: PanelOptions): Panel {
  const atX = (value: number): number => left + ((value - x.low) / (x.high - x.low || 1)) * width
  const atY = (value: number): number => top + height - ((value - y.low) / (y.high - y.low || 1)) * height
  const bottom = top + height
  const columns = (x.ticks ?? niceTicks(x.low, x.high, width / 90)).map((value) => {
    const grid = element('path', { d: `M${atX(value)} ${top}V${bottom}`, stroke: GRID })
    const label = textPath(atX(value), bottom + 22, tickLabel(value), {
      size: TICK_SIZE,
      fill: MUTED,
      anchor: 'middle',
    })
    return grid + label
  })
  const rows = (y.ticks ?? niceTicks(y.low, y.high, height / 45)).map((value) => {
    const grid = element('path', { d: `M${left} ${atY(value)}H${left + width}`, stroke: GRID })
    return grid + textPath(left - 9, atY(value) + 5, tickLabel(value), { size: TICK_SIZE, fill: MUTED, anchor: 'end' })
  })
  const frame = [
    ...columns,
    ...rows,
    element('path', { d: `M${left} ${top}V${bottom}H${left + width}`, stroke: '#9aa6b2', fill: 'none' }),
    textPath(left, top - 16, fitText(title, 19, width), { size: 19, fill: INK, bold: true }),
    textPath(left + width / 2, bottom + 46, x.label, { size: 15, fill: MUTED, anchor: 'middle' }),
    textPath(left - 54, top + height / 2, y.label, { size: 15, fill: MUTED, anchor: 'middle', rotate: -90 }),
  ].join('')
  return { frame, x: atX, y: atY }
}
