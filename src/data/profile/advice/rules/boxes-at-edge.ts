import { percent } from '../phrase.ts'
import type { Rule } from '../recommendation.ts'

/** Whole frames cut a few objects at their edges; more means that somebody tiled or cropped them. */
const MOST_AT_EDGE = 0.15
const FEWEST_BOXES = 50

/** Many objects that the picture's edge cuts. */
export const boxesAtEdge: Rule = ({ labels }) => {
  if (!labels || labels.boxes < FEWEST_BOXES) return undefined
  const share = labels.atEdge / labels.boxes
  if (share <= MOST_AT_EDGE) return undefined
  return {
    severity: 'improve',
    title: `${percent(share)} of the boxes touch the edge of their image`,
    action:
      'If these are tiles, cut them anew from the whole frames, with overlap and without slivers (`skyloop data prepare --overlap 0.2 --min-visible 0.3`).',
    why: `${labels.atEdge} of ${labels.boxes} objects are cut off. Halves of cars teach halves of cars, and their boxes are guesses of the labeller.`,
    images: [],
    values: { atEdge: labels.atEdge, boxes: labels.boxes },
  }
}
