import { agree, countOf, fileName, listFiles, short } from '../phrase.ts'
import type { Rule } from '../recommendation.ts'

/** Standard deviation of grey under which a scene is veiled: clear aerial scenes have 35 to 70. */
const VEILED = 22

/** Hazy or foggy images that are not merely dark. */
export const lowContrast: Rule = ({ images }) => {
  const found = images
    .filter(({ contrast, brightness }) => contrast < VEILED && brightness >= 60)
    .sort((a, b) => a.contrast - b.contrast)
  if (found.length === 0) return undefined
  const worst = found[0]!
  const names = found.map(({ path }) => path)
  return {
    severity: 'improve',
    title: `${countOf(found.length, images.length, 'image')} ${agree(found.length, 'has', 'have')} hardly any contrast`,
    action: `Check ${listFiles(names)} for fog, haze or a wet lens. Keep such images only if the model will fly in that weather, and then in every split.`,
    why: `${fileName(worst.path)} has a contrast of ${short(worst.contrast)} grey levels, under ${VEILED}: edges of objects are lost in the veil.`,
    images: names,
    values: { veiled: found.length, limit: VEILED, worst: worst.contrast },
  }
}
