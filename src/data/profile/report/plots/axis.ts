import { markup, type Markup } from '../markup.ts'

/** From values to places along one axis of a plot. */
export interface Axis {
  readonly low: number
  readonly high: number
  readonly scale: 'linear' | 'log'
  place(value: number): number
  readonly ticks: readonly number[]
}

/** @param from place of `low`, pixels of the plot; may be larger than `to` */
export function makeAxis(
  [low, high]: readonly [number, number],
  [from, to]: readonly [number, number],
  scale: 'linear' | 'log',
  tickCount: number,
): Axis {
  const into = scale === 'log' ? Math.log : (value: number): number => value
  const [a, b] = [into(low), into(high)]
  const ticks = scale === 'log' && high / low > 4 ? logTicks(low, high, tickCount) : linearTicks(low, high, tickCount)
  return { low, high, scale, ticks, place: (value) => from + ((into(value) - a) / (b - a || 1)) * (to - from) }
}

/** Round values in steps of 1, 2 or 5 times a power of ten. */
export function linearTicks(low: number, high: number, count: number): number[] {
  if (!(high > low)) return [low]
  const rough = (high - low) / Math.max(1, count)
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough * 0.999) ?? 10)
  const first = Math.ceil(low / step - 1e-9)
  const last = Math.floor(high / step + 1e-9)
  return Array.from({ length: last - first + 1 }, (_, k) => Number(((first + k) * step).toPrecision(12)))
}

/** 1, 2 and 5 of each power of ten; powers alone where that is too many. */
function logTicks(low: number, high: number, count: number): number[] {
  const powers = Array.from(
    { length: Math.floor(Math.log10(high)) - Math.floor(Math.log10(low)) + 1 },
    (_, k) => 10 ** (Math.floor(Math.log10(low)) + k),
  )
  for (const factors of [[1, 2, 5], [1, 3], [1]]) {
    const ticks = powers
      .flatMap((power) => factors.map((factor) => Number((factor * power).toPrecision(12))))
      .filter((value) => value >= low * 0.999 && value <= high * 1.001)
    if (ticks.length <= count + 2 && ticks.length >= 2) return ticks
  }
  return linearTicks(low, high, count)
}

/** `12000` as `12k`, others with as few digits as they need. */
export function tickLabel(value: number): string {
  const size = Math.abs(value)
  if (size >= 1e6) return `${Number((value / 1e6).toPrecision(3))}M`
  if (size >= 10_000) return `${Number((value / 1000).toPrecision(3))}k`
  if (size > 0 && size < 0.001) return value.toExponential(0)
  return String(Number(value.toPrecision(4))).replace('-', '−')
}

/** Frame of a plot in the page's colours. */
export interface Frame {
  readonly width: number
  readonly height: number
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

/** Grid lines, ticks and titles of both axes. */
export function drawAxes(frame: Frame, x: Axis, y: Axis, xTitle: string, yTitle: string): Markup {
  const { width, height, left, right, top, bottom } = frame
  const base = height - bottom
  return markup`<g class="axes">${y.ticks.map(
    (tick) =>
      markup`<path class="grid" d="M${left} ${at(y.place(tick))}H${width - right}"/><text x="${left - 5}" y="${at(y.place(tick) + 3.5)}" text-anchor="end">${tickLabel(tick)}</text>`,
  )}${x.ticks.map(
    (tick) =>
      markup`<path class="tick" d="M${at(x.place(tick))} ${base}v4"/><text x="${at(x.place(tick))}" y="${base + 15}" text-anchor="middle">${tickLabel(tick)}</text>`,
  )}<path class="line" d="M${left} ${base}H${width - right}"/><text class="title" x="${(left + width - right) / 2}" y="${height - 3}" text-anchor="middle">${xTitle}</text><text class="title" transform="translate(11 ${(top + base) / 2}) rotate(-90)" text-anchor="middle">${yTitle}</text></g>`
}

/** A coordinate with one decimal. */
export function at(value: number): string {
  return String(Math.round(value * 10) / 10)
}
