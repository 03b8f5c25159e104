import { count, listFiles } from '../phrase.ts'
import type { Rule } from '../recommendation.ts'

/** Degrees off straight down: up to the first a view is from above, from the second on it is oblique. */
const ABOVE_DEG = 20
const OBLIQUE_DEG = 45

/** Views from above and slanted views in one set. */
export const mixedViews: Rule = ({ images }) => {
  const offNadir = ({ camera }: (typeof images)[number]): number | undefined =>
    camera.gimbalPitchDeg === undefined ? undefined : 90 + camera.gimbalPitchDeg
  const above = images.filter((image) => (offNadir(image) ?? 90) <= ABOVE_DEG)
  const oblique = images
    .filter((image) => (offNadir(image) ?? 0) >= OBLIQUE_DEG)
    .sort((a, b) => offNadir(b)! - offNadir(a)!)
  if (above.length === 0 || oblique.length === 0) return undefined
  const few = above.length < oblique.length ? above : oblique
  return {
    severity: 'note',
    title: `${count(above.length, 'image')} from above and ${count(oblique.length, 'oblique image')} in one set`,
    action: `Decide which view the model will have. For both, label more of the rarer one (${listFiles(few.map(({ path }) => path))}); for one, move the others away.`,
    why: 'A car from above and a car from the side share little; near the horizon objects are also tiny, and one ground sample distance does not hold for the whole picture.',
    images: oblique.map(({ path }) => path),
    values: { fromAbove: above.length, oblique: oblique.length },
  }
}
