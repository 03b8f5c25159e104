import sharp from 'sharp'
import { expect, test } from 'vitest'
import { element } from './svg.ts'
import { fitText, textPath, textWidth } from './text-path.ts'

/** Columns and rows of a 100 x 40 picture that hold ink. */
async function inkOf(content: string): Promise<{ left: number; right: number; top: number; bottom: number }> {
  const svg = element('svg', { xmlns: 'http://www.w3.org/2000/svg', width: 100, height: 40 }, content)
  const { data, info } = await sharp(Buffer.from(svg))
    .flatten({ background: '#ffffff' })
    .raw()
    .toBuffer({ resolveWithObject: true })
  const at = { left: 100, right: 0, top: 40, bottom: 0 }
  for (let i = 0; i < data.length; i += info.channels) {
    if (data[i]! > 128) continue
    const [x, y] = [(i / info.channels) % 100, Math.floor(i / info.channels / 100)]
    at.left = Math.min(at.left, x)
    at.right = Math.max(at.right, x)
    at.top = Math.min(at.top, y)
    at.bottom = Math.max(at.bottom, y)
  }
  return at
}

test('text is drawn as outlines, with no font asked for, and stands on its base line', async () => {
  const text = textPath(10, 30, 'HEH', { size: 20 })
  expect(text).not.toMatch(/<text|font/)
  const ink = await inkOf(text)
  const width = textWidth('HEH', 20)
  expect(Math.abs(ink.bottom - 29)).toBeLessThanOrEqual(1)
  // Capitals are 0.71 em high.
  expect(Math.abs(ink.top - (30 - 0.71 * 20))).toBeLessThanOrEqual(1)
  expect(ink.left).toBeGreaterThanOrEqual(10)
  expect(ink.right).toBeLessThanOrEqual(10 + width)
  expect(ink.right - ink.left).toBeGreaterThan(width * 0.85)
})

test('anchors place it, and a turn of a quarter makes it run upwards', async () => {
  const width = textWidth('HEH', 20)
  const end = await inkOf(textPath(90, 30, 'HEH', { size: 20, anchor: 'end' }))
  expect(end.right).toBeLessThanOrEqual(90)
  expect(end.left).toBeGreaterThanOrEqual(90 - width - 1)
  const up = await inkOf(textPath(50, 38, 'I', { size: 20, rotate: -90 }))
  expect(up.right - up.left).toBeGreaterThan(up.bottom - up.top)
})

test('umlauts, Cyrillic and Greek have glyphs; what has none is a question mark', () => {
  const shapes = (text: string): string => textPath(0, 0, text, { size: 10 })
  for (const character of 'äßŁжΩ−×') expect(shapes(character)).not.toBe(shapes('?'))
  expect(shapes('車')).toBe(shapes('?'))
  expect(shapes('constructor'.slice(0, 1))).not.toBe(shapes('?'))
})

test('what is too long ends in an ellipsis within its width', () => {
  expect(fitText('bus', 14, 100)).toBe('bus')
  const cut = fitText('a very long class name', 14, 60)
  expect(cut).toMatch(/^a ver.*…$/)
  expect(textWidth(cut, 14)).toBeLessThanOrEqual(60)
})
