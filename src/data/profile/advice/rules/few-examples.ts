import { count, listFiles, listNames } from '../phrase.ts'
import type { Rule } from '../recommendation.ts'

/** Boxes of a class under which its score is noise: a tenth of them, in a validation split, is five. */
const FEWEST_BOXES = 50

/** Classes with too few boxes to learn or to judge. */
export const fewExamples: Rule = ({ labels, images, sample }) => {
  // A sample does not show all boxes of the set.
  if (!labels || sample) return undefined
  const few = labels.classes.filter(({ boxes }) => boxes > 0 && boxes < FEWEST_BOXES)
  if (few.length === 0) return undefined
  const holders = images.filter(({ labels: own }) => few.some(({ id }) => (own?.byClass[id] ?? 0) > 0))
  return {
    severity: 'improve',
    title: `Too few boxes of ${listNames(few.map(({ name, boxes, images: n }) => `${name} (${boxes} in ${count(n, 'image')})`))}`,
    action: `Label at least ${FEWEST_BOXES} of each class, better 500; until then read their scores with care. They are in ${listFiles(holders.map(({ path }) => path))}.`,
    why: `With ${count(few[0]!.boxes, 'box', 'boxes')} of ${few[0]!.name}, one found or missed box moves its recall by ${(100 / few[0]!.boxes).toFixed(0)} points or, in a validation split of a fifth, by ${Math.round(100 / Math.max(1, few[0]!.boxes / 5))}.`,
    images: holders.map(({ path }) => path),
    values: Object.fromEntries(few.map(({ name, boxes }) => [name, boxes])),
  }
}
