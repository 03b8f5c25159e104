import { comparableGroups } from '../../set/comparable.ts'
import { OUTLIER_SCORE } from '../../set/outliers.ts'
import { FEWEST_VALUES, robustCentre } from '../../set/robust.ts'
import type { ImageRow } from '../../set/profile-image-row.ts'
import { agree, countOf, fileName, listFiles, short } from '../phrase.ts'
import type { Rule } from '../recommendation.ts'

/** Less sharp than this share of its flight's median: below it the eye sees blur. */
const CLEARLY_LESS = 0.5

/**
 * Images far less sharp than their own flight: the same ground, light and lens, so that texture does not decide. Judged
 * by the logarithm of sharpness; small flights are judged together.
 */
export const blurred: Rule = ({ images }) => {
  const found: { image: ImageRow; limit: number; median: number }[] = []
  let limit = 0
  for (const group of comparableGroups(images)) {
    const values = group.flatMap(({ sharpness }) => (sharpness > 0 ? [Math.log(sharpness)] : []))
    if (values.length < FEWEST_VALUES) continue
    const { median, sigma } = robustCentre(values)
    const least = Math.min(Math.exp(median - OUTLIER_SCORE * sigma), Math.exp(median) * CLEARLY_LESS)
    for (const image of group) {
      if (image.sharpness >= least) continue
      found.push({ image, limit: least, median: Math.exp(median) })
      limit = Math.max(limit, least)
    }
  }
  if (found.length === 0) return undefined
  found.sort((a, b) => a.image.sharpness / a.median - b.image.sharpness / b.median)
  const worst = found[0]!
  const names = found.map(({ image }) => image.path)
  return {
    severity: 'improve',
    title: `${countOf(found.length, images.length, 'image')} ${agree(found.length, 'is', 'are')} blurred for ${agree(found.length, 'its', 'their')} flight`,
    action: `Look at ${listFiles(names)} and leave out what a labeller could not box. Limit for this camera and scene: sharpness ${short(limit)}. Fly slower or use a shutter of 1/1000 s or faster.`,
    why: `${fileName(worst.image.path)} has a sharpness of ${short(worst.image.sharpness)} where its flight's median is ${short(worst.median)}. Boxes on smeared objects are guesses.`,
    images: names,
    values: { blurred: found.length, limit, worst: worst.image.sharpness, worstMedian: worst.median },
  }
}
