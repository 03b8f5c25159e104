import { comparableGroups } from '../../set/comparable.ts'
import type { ImageRow } from '../../set/profile-image-row.ts'
import { OUTLIER_SCORE } from '../../set/outliers.ts'
import { FEWEST_VALUES, robustCentre } from '../../set/robust.ts'
import { agree, countOf, fileName, listFiles, short } from '../phrase.ts'
import type { Rule } from '../recommendation.ts'

/** Grey levels of white noise that show at full size. */
const VISIBLE = 5

/** Up to this sensitivity no sensor is that noisy: what is measured is leaves, grass or gravel. */
const CLEAN_ISO = 200

/** Images far noisier than their own flight, where the camera's sensitivity does not speak against it. */
export const noisy: Rule = ({ images }) => {
  const found: { image: ImageRow; limit: number; median: number }[] = []
  for (const group of comparableGroups(images)) {
    if (group.length < FEWEST_VALUES) continue
    const { median, sigma } = robustCentre(group.map(({ noise }) => noise))
    const limit = Math.max(VISIBLE, median + OUTLIER_SCORE * sigma)
    for (const image of group) {
      if (image.noise > limit && (image.camera.iso ?? Infinity) > CLEAN_ISO) found.push({ image, limit, median })
    }
  }
  found.sort((a, b) => b.image.noise - a.image.noise)
  if (found.length === 0) return undefined
  const worst = found[0]!
  const { iso } = worst.image.camera
  const names = found.map(({ image }) => image.path)
  return {
    severity: 'improve',
    title: `${countOf(found.length, images.length, 'image')} ${agree(found.length, 'is', 'are')} noisy`,
    action: `Look at ${listFiles(names)}: lower the ISO or fly in more light, and leave out what is unusable. If dusk is the job, train with noise as augmentation.`,
    why: `${fileName(worst.image.path)} has noise of ${short(worst.image.noise)} grey levels${iso === undefined ? '' : ` at ISO ${iso}`}, its flight's median is ${short(worst.median)}. Small objects of a few pixels drown first. (Grass and gravel count as noise in part: look before you delete.)`,
    images: names,
    values: { noisy: found.length, limit: worst.limit, worst: worst.image.noise },
  }
}
