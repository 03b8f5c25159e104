import { agree, countOf, fileName, listFiles, percent } from '../phrase.ts'
import type { Rule } from '../recommendation.ts'

/** Share of a picture that may be white: a few roofs and reflections. */
const MOST_CLIPPED = 0.05

/** Images whose highlights are lost over more than a twentieth of the picture. */
export const overexposed: Rule = ({ images }) => {
  const found = images
    .filter(({ clippedHighlights }) => clippedHighlights > MOST_CLIPPED)
    .sort((a, b) => b.clippedHighlights - a.clippedHighlights)
  if (found.length === 0) return undefined
  const worst = found[0]!
  const names = found.map(({ path }) => path)
  return {
    severity: 'improve',
    title: `${countOf(found.length, images.length, 'image')} ${agree(found.length, 'is', 'are')} overexposed`,
    action: `Set exposure compensation to about -${worst.clippedHighlights > 0.15 ? '1' : '0.7'} EV or expose for the highlights on the next flight; look at ${listFiles(names)} before labelling.`,
    why: `In ${fileName(worst.path)} ${percent(worst.clippedHighlights)} of the pixels are white: what lies there, light cars and road marks first, has no detail left, and no processing brings it back.`,
    images: names,
    values: { overexposed: found.length, limit: MOST_CLIPPED, worst: worst.clippedHighlights },
  }
}
