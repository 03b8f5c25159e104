import { NEAR_BITS } from '../../../version/near-pairs.ts'
import { agree, count, countOf, listFiles, percent } from '../phrase.ts'
import type { Rule } from '../recommendation.ts'

/** Pictures so alike that labelling and training on all of them is mostly wasted. */
export const nearDuplicates: Rule = ({ duplicates, counts, images }) => {
  const groups = duplicates.filter(({ drop }) => drop.some(({ identical }) => !identical))
  const drop = groups.flatMap((group) => group.drop.filter(({ identical }) => !identical))
  if (drop.length === 0) return undefined
  const keep = groups.flatMap((group) => group.keep)
  const labelled = new Set(images.filter(({ labels }) => labels !== undefined).map(({ path }) => path))
  const unlabelled = drop.filter(({ image }) => !labelled.has(image))
  const spare = unlabelled.length > 0
  return {
    severity: 'improve',
    title: `${countOf(drop.length, counts.readable, 'image')} ${agree(drop.length, 'shows', 'show')} nearly the same picture as another`,
    action: spare
      ? `Label ${listFiles(keep)} of the ${count(groups.length, 'group')} and leave out ${listFiles(unlabelled.map(({ image }) => image))}.`
      : `Keep each of the ${count(groups.length, 'group')} in one split (\`skyloop data prepare\` does) and label no more of the kind. If traffic did not move in them, ${listFiles(keep)} would do.`,
    why: `Frames of a hovering or slow drone repeat their scene: ${spare ? `labelling ${percent(unlabelled.length / counts.readable)} fewer images loses little` : `these ${count(keep.length + drop.length, 'image')} are worth about ${keep.length} scenes`}, and across splits they turn validation into a memory test. Kept of each group is the one with most boxes, then the sharpest; every other is within ${NEAR_BITS} of 128 hash bits of a kept one.`,
    images: drop.map(({ image }) => image),
    values: { groups: groups.length, keep: keep.length, drop: drop.length, unlabelled: unlabelled.length },
  }
}
