import { percent } from '../phrase.ts'
import type { Rule } from '../recommendation.ts'

/** Shares of images without objects that are usual: some, so that the model learns what is none; not most. */
const MOST = 0.5
const FEWEST_IMAGES = 30

/** No images of mere background, or mostly such. */
export const backgroundShare: Rule = ({ labels, images }) => {
  if (!labels || labels.boxes === 0 || labels.labelledImages < FEWEST_IMAGES) return undefined
  const share = labels.backgroundImages / labels.labelledImages
  if (share > 0 && share <= MOST) return undefined
  const empty = images.filter(({ labels: own }) => own?.boxes === 0).map(({ path }) => path)
  return share === 0
    ? {
        severity: 'note',
        title: `Every one of the ${labels.labelledImages} labelled images has objects`,
        action:
          'Add a few images of the same places without objects (up to a tenth), each with an empty label file. Tiles of large frames bring background by themselves.',
        why: 'A model that never saw an empty picture finds something in every one: roofs, shadows and road marks become cars.',
        images: [],
        values: { background: 0, labelled: labels.labelledImages },
      }
    : {
        severity: 'improve',
        title: `${percent(share)} of the labelled images are background`,
        action: 'Check that these are truly empty and not unlabelled; then keep about a tenth of them.',
        why: 'Mostly empty batches teach mostly the word "nothing", and slowly. Empty label files are also what a labelling tool leaves of images that nobody opened.',
        images: empty,
        values: { background: labels.backgroundImages, labelled: labels.labelledImages },
      }
}
