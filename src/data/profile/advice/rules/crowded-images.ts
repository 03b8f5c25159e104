import { agree, count, fileName, listNames } from '../phrase.ts'
import type { Rule } from '../recommendation.ts'

/** Detections that YOLO tools return of one picture by default, and COCO's evaluation counts a third of. */
const MOST_DETECTIONS = 300
const COCO_MOST = 100

/** Images with more objects than evaluation or prediction returns by default. */
export const crowdedImages: Rule = ({ images }) => {
  const found = images
    .filter(({ labels }) => (labels?.boxes ?? 0) > COCO_MOST)
    .sort((a, b) => b.labels!.boxes - a.labels!.boxes)
  if (found.length === 0) return undefined
  const most = found[0]!.labels!.boxes
  const capped = most > MOST_DETECTIONS
  return {
    severity: capped ? 'improve' : 'note',
    title: `${count(found.length, 'image')} ${agree(found.length, 'has', 'have')} more than ${COCO_MOST} boxes, up to ${most}`,
    action: `${capped ? `Raise the most detections of a picture over ${MOST_DETECTIONS}, or tile. ` : 'Tile, or know the limit. '}Most: ${listNames(found.map(({ path, labels }) => `${fileName(path)} (${labels!.boxes})`))}.`,
    why: `COCO's evaluation counts the best ${COCO_MOST} detections of a picture and prediction returns ${MOST_DETECTIONS} by default: recall cannot reach 1 beyond them.`,
    images: found.map(({ path }) => path),
    values: { images: found.length, most },
  }
}
