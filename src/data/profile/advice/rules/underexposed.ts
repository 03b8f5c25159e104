import { agree, countOf, fileName, listFiles, percent, short } from '../phrase.ts'
import type { Rule } from '../recommendation.ts'

/** Mean grey below which a daylight picture counts as dark, and the grey that a good exposure has. */
const DARK = 60
const WELL_EXPOSED = 115
const MOST_CLIPPED = 0.1

/** Images that are dark as a whole, or black over more than a tenth. */
export const underexposed: Rule = ({ images }) => {
  const found = images
    .filter(({ brightness, clippedShadows }) => brightness < DARK || clippedShadows > MOST_CLIPPED)
    .sort((a, b) => a.brightness - b.brightness)
  if (found.length === 0) return undefined
  const worst = found[0]!
  // Grey levels are light to the power of 1/2.2, so a factor between them is one of light to the power of 2.2.
  const stops = Math.log2((WELL_EXPOSED / Math.max(1, median(found.map(({ brightness }) => brightness)))) ** 2.2)
  const names = found.map(({ path }) => path)
  return {
    severity: 'improve',
    title: `${countOf(found.length, images.length, 'image')} ${agree(found.length, 'is', 'are')} underexposed`,
    action: `${stops > 0.3 ? `Expose about ${short(Math.round(stops * 3) / 3)} EV longer on the next flight` : 'Expose for the shadows on the next flight'}; keep ${listFiles(names)} only if the model must see at dusk, and then some in every split.`,
    why: `${fileName(worst.path)} has a mean grey of ${short(worst.brightness)} of 255 and ${percent(worst.clippedShadows)} black pixels: objects in the shade are lost in noise.`,
    images: names,
    values: { underexposed: found.length, darkest: worst.brightness, stops },
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!
}
