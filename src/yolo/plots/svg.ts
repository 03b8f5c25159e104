import sharp from 'sharp'

/** Attributes of an element; numbers are rounded to a hundredth. */
export type Attributes = Readonly<Record<string, string | number | undefined>>

/** An element as text; its content is markup, not plain text: see `textPath` for words. */
export function element(name: string, attributes: Attributes, content = ''): string {
  const list = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${typeof value === 'number' ? Number(value.toFixed(2)) : value}"`)
    .join('')
  return content === '' ? `<${name}${list}/>` : `<${name}${list}>${content}</${name}>`
}

/** A line through points; parts without a number are gaps. */
export function polyline(points: readonly (readonly [x: number, y: number])[], attributes: Attributes): string {
  let d = ''
  let isDrawing = false
  for (const [x, y] of points) {
    const isThere = Number.isFinite(x) && Number.isFinite(y)
    if (isThere) d += `${isDrawing ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`
    isDrawing = isThere
  }
  return d === '' ? '' : element('path', { d, fill: 'none', 'stroke-linejoin': 'round', ...attributes })
}

/** A whole picture on white. */
export interface Picture {
  readonly width: number
  readonly height: number
  readonly content: string
}

export async function renderPng({ width, height, content }: Picture): Promise<Buffer> {
  const background = element('rect', { width, height, fill: '#ffffff' })
  const size = { width, height, viewBox: `0 0 ${width} ${height}` }
  const svg = element('svg', { xmlns: 'http://www.w3.org/2000/svg', ...size }, background + content)
  // Flat colours: a palette halves the file without a visible difference.
  return sharp(Buffer.from(svg)).png({ palette: true, colours: 128, dither: 0, effort: 4 }).toBuffer()
}
