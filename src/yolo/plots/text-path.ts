import { GLYPHS, UNITS_PER_EM } from './glyphs.ts'
import { type Attributes, element } from './svg.ts'

export interface TextOptions {
  /** Height of an em in pixels. */
  readonly size: number
  /** CSS colour. @default ink */
  readonly fill?: string
  /** Which part of the text is at x. @default 'start' */
  readonly anchor?: 'start' | 'middle' | 'end'
  /** Degrees, clockwise around (x, y). @default 0 */
  readonly rotate?: number
  /** @default false */
  readonly bold?: boolean
  /** Colour of an outline that keeps text readable on a photograph. @default none */
  readonly halo?: string
}

/** Stands for characters that the font lacks. */
const MISSING = '?'

/**
 * Text as outlines, its base line at y: it looks the same on machines without any font, such as slim containers.
 */
export function textPath(x: number, y: number, text: string, options: TextOptions): string {
  const { size, fill = '#1b2530', anchor = 'start', rotate = 0, bold = false, halo } = options
  const scale = size / UNITS_PER_EM
  let advance = 0
  let shapes = ''
  for (const character of text) {
    const [width, d] = glyphOf(character)
    if (d !== '') shapes += element('path', { transform: `translate(${advance})`, d })
    advance += width
  }
  const shift = { start: 0, middle: -advance / 2, end: -advance }[anchor]
  const turn = rotate === 0 ? '' : ` rotate(${rotate})`
  const transform = `translate(${x.toFixed(1)} ${y.toFixed(1)})${turn} scale(${scale.toFixed(5)}) translate(${shift} 0)`
  // The file has one weight; bold is a thin outline in the same colour.
  const stroke: Attributes = bold ? { stroke: fill, 'stroke-width': 70 } : {}
  const around = halo
    ? element('g', { transform, fill: halo, stroke: halo, 'stroke-width': 420, 'stroke-linejoin': 'round' }, shapes)
    : ''
  return around + element('g', { transform, fill, ...stroke }, shapes)
}

/** In pixels. */
export function textWidth(text: string, size: number): number {
  let advance = 0
  for (const character of text) advance += glyphOf(character)[0]
  return (advance * size) / UNITS_PER_EM
}

/** The text, or its beginning and an ellipsis, within `widthPx`. */
export function fitText(text: string, size: number, widthPx: number): string {
  if (textWidth(text, size) <= widthPx) return text
  const characters = Array.from(text)
  while (characters.length > 1 && textWidth(`${characters.join('')}…`, size) > widthPx) characters.pop()
  return `${characters.join('').trimEnd()}…`
}

function glyphOf(character: string): readonly [advance: number, path: string] {
  return (Object.hasOwn(GLYPHS, character) ? GLYPHS[character] : GLYPHS[MISSING])!
}
