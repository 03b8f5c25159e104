import { measureOf } from '../../set/measures.ts'
import { agree, countOf, fileName, listFiles, short } from '../phrase.ts'
import type { Rule } from '../recommendation.ts'

/** In so many measures an image must fall out before a person should look: one alone is often just another scene. */
const FEWEST_MEASURES = 2

/** Images unlike the rest in several ways at once. */
export const outlyingImages: Rule = ({ outliers, images }) => {
  const byImage = Map.groupBy(outliers, ({ image }) => image)
  const found = [...byImage]
    .filter(([, list]) => list.length >= FEWEST_MEASURES)
    .sort(([, a], [, b]) => b.length - a.length)
  if (found.length === 0) return undefined
  const [first, reasons] = found[0]!
  return {
    severity: 'note',
    title: `${countOf(found.length, images.length, 'image')} ${agree(found.length, 'is', 'are')} unlike the rest in ${FEWEST_MEASURES} or more measures`,
    action: `Look at ${listFiles(found.map(([image]) => image))}: test shots, take-off, landing and other cameras fall out like this.`,
    why: `${fileName(first)}: ${reasons
      .slice(0, 3)
      .map(
        ({ measure, value, median }) =>
          `${measureOf(measure).label.toLowerCase()} ${short(value)} where the median is ${short(median)}`,
      )
      .join(', ')}.`,
    images: found.map(([image]) => image),
    values: { outlying: found.length },
  }
}
