import { agree, countOf, listFiles } from '../phrase.ts'
import type { Rule } from '../recommendation.ts'

/** Images without a label file in a set that has labels. */
export const unlabelledImages: Rule = ({ labels, images }) => {
  if (!labels) return undefined
  const found = images.filter((image) => image.labels === undefined)
  if (found.length === 0) return undefined
  return {
    severity: 'fix',
    title: `${countOf(found.length, images.length, 'image')} ${agree(found.length, 'has', 'have')} no label file`,
    action: `Label ${listFiles(found.map(({ path }) => path))}. Where there is truly nothing to see, write an empty label file: that says so.`,
    why: 'No file means unknown and an empty file means background. Preparation leaves unknown images out, so these are lost for training.',
    images: found.map(({ path }) => path),
    values: { unlabelled: found.length },
  }
}
