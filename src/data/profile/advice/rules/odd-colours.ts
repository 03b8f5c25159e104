import { agree, countOf, listFiles } from '../phrase.ts'
import type { Rule } from '../recommendation.ts'

/** Pictures that are not three channels of 8 bits, in a set where others are; or of more than 8 bits. */
export const oddColours: Rule = ({ images, colourModes }) => {
  const plain = images.filter(({ colourMode, bitDepth }) => colourMode === 'rgb' && bitDepth === 8)
  const odd = images.filter(({ colourMode, bitDepth }) => colourMode !== 'rgb' || bitDepth !== 8)
  // A set that is grey throughout is a thermal or panchromatic camera's, and consistent.
  if (odd.length === 0 || (plain.length === 0 && Object.keys(colourModes).length === 1 && odd[0]!.bitDepth === 8)) {
    return undefined
  }
  return {
    severity: 'improve',
    title: `${countOf(odd.length, images.length, 'image')} ${agree(odd.length, 'is', 'are')} not 8-bit RGB: ${Object.entries(
      colourModes,
    )
      .map(([mode, n]) => `${mode} (${n})`)
      .join(', ')}`,
    action: `Convert ${listFiles(odd.map(({ path }) => path))} to 8-bit RGB on purpose, or keep other sensors in a set of their own.`,
    why: 'Readers disagree on them: transparency becomes black or white, 16 bits are cut or scaled, CMYK turns colours around. The model then sees another picture than you.',
    images: odd.map(({ path }) => path),
    values: { odd: odd.length },
  }
}
