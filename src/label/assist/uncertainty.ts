/** How many of the least certain boxes count: an image with ten of them is as instructive as one with a hundred. */
const COUNTED = 10

/**
 * How unsure the model is of what it sees in an image: the mean, over the ten least certain boxes, of the entropy of "it is
 * there or it is not". Missing boxes count as certain, so that an image where nothing is found is not uncertain.
 *
 * @param confidences of all boxes found, also of those too weak to be proposed; 0 to 1
 * @returns 0 (all boxes certain, or none) to 1 bit (ten boxes at one half)
 * @source Settles 2009, Active Learning Literature Survey, section 3.1 (entropy sampling), with a sum over boxes
 */
export function uncertainty(confidences: readonly number[]): number {
  const most = confidences.map(binaryEntropy).toSorted((a, b) => b - a)
  return most.slice(0, COUNTED).reduce((sum, bits) => sum + bits, 0) / COUNTED
}

/** Entropy in bits of an event of probability `p`. */
export function binaryEntropy(p: number): number {
  if (!(p > 0 && p < 1)) return 0
  return -(p * Math.log2(p) + (1 - p) * Math.log2(1 - p))
}
