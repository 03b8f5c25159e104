/** Colours that stand out on aerial images, distinct from each other; further classes go round the colour wheel. */
const COLOURS = [
  '#4cc9f0',
  '#ffd166',
  '#ff5d8f',
  '#3ddc97',
  '#ff9e64',
  '#b79cff',
  '#c8f04c',
  '#ff8fe5',
  '#5aa9ff',
  '#f4f1de',
]
const GOLDEN_ANGLE = 137.508

export function classColour(index: number): string {
  return COLOURS[index] ?? `hsl(${((index - COLOURS.length) * GOLDEN_ANGLE) % 360} 85% 68%)`
}
