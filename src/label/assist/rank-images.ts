import { featureDistance, type ImageFeature } from './image-feature.ts'

/** What is known of an image that might come next. */
export interface Candidate {
  readonly objectId: string
  /** 0 to 1, see `uncertainty`. */
  readonly uncertainty: number
  readonly feature: ImageFeature
}

export interface Ranked {
  readonly objectId: string
  readonly uncertainty: number
  /** Distance to the nearest image labelled or ranked before, 0 to 1; 1 for the first of all. */
  readonly novelty: number
}

/** Weight of uncertainty against novelty. */
const UNCERTAINTY_SHARE = 0.5

/**
 * Orders images by what a label of them teaches: those of which the model is unsure, and which look unlike what has been
 * labelled. Greedy: each choice makes images like it less wanted (k-centre), so that ten frames of one crossing do not
 * follow each other.
 *
 * @param labelled images that have been labelled
 * @param count how many to rank; the rest is left out
 * @source Sener and Savarese 2018, Active Learning for CNNs: A Core-Set Approach (arXiv:1708.00489), for the greedy k-centre
 */
export function rankImages(
  candidates: readonly Candidate[],
  labelled: readonly ImageFeature[],
  count: number,
): readonly Ranked[] {
  const left = candidates.map((candidate) => ({
    candidate,
    novelty: Math.min(1, ...labelled.map((feature) => featureDistance(feature, candidate.feature))),
  }))
  const ranked: Ranked[] = []
  while (ranked.length < count && left.length > 0) {
    let best = 0
    for (let i = 1; i < left.length; i++) if (worth(left[i]!) > worth(left[best]!)) best = i
    const [{ candidate, novelty }] = left.splice(best, 1) as [(typeof left)[number]]
    ranked.push({ objectId: candidate.objectId, uncertainty: candidate.uncertainty, novelty })
    for (const one of left)
      one.novelty = Math.min(one.novelty, featureDistance(candidate.feature, one.candidate.feature))
  }
  return ranked
}

function worth({ candidate, novelty }: { candidate: Candidate; novelty: number }): number {
  return UNCERTAINTY_SHARE * candidate.uncertainty + (1 - UNCERTAINTY_SHARE) * novelty
}
