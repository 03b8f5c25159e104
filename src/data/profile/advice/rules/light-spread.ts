import { listFiles, short } from '../phrase.ts'
import type { Rule } from '../recommendation.ts'

/** Grey levels between the darkest and the brightest twentieth: noon and dusk. */
const MOST_SPREAD = 80

/** Very different light in one set. */
export const lightSpread: Rule = ({ distributions, images }) => {
  const light = distributions.brightness
  if (!light || light.count < 8 || light.p95 - light.p05 <= MOST_SPREAD) return undefined
  const dark = images
    .filter(({ brightness }) => brightness <= light.p05)
    .toSorted((a, b) => a.brightness - b.brightness)
  const bright = images
    .filter(({ brightness }) => brightness >= light.p95)
    .toSorted((a, b) => b.brightness - a.brightness)
  return {
    severity: 'note',
    title: `Light differs widely: mean grey from ${short(light.p05)} to ${short(light.p95)}`,
    action: `Put dark and bright flights into every split and evaluate them apart. Darkest: ${listFiles(dark.map(({ path }) => path))}; brightest: ${listFiles(bright.map(({ path }) => path))}.`,
    why: `The median is ${short(light.median)}. If one split gets the noon and another the dusk, the score measures the light.`,
    images: [...dark, ...bright].map(({ path }) => path),
    values: { p05: light.p05, median: light.median, p95: light.p95 },
  }
}
