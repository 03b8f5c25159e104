/** Gradients of several batches that make one update; a value that checkpoints keep. */
export interface GradientSum {
  /** By parameter name, each batch's gradient with the division by its target probabilities taken back. */
  readonly gradients: Map<string, Float32Array>
  /** Batches in the sum. */
  batches: number
  /** Sum of the batches' `targetSum`. */
  targetSum: number
}

export function emptyGradientSum(): GradientSum {
  return { gradients: new Map(), batches: 0, targetSum: 0 }
}

/**
 * Adds a batch's gradients, in place.
 *
 * The loss of a batch is divided by its own sum of target probabilities, at least 1. Multiplying by it takes the division
 * back, so that {@link takeGradients} divides by the common sum, as the loss of one large batch does.
 *
 * @param targetSum see `TrainStepResult`
 */
export function addGradients(sum: GradientSum, gradients: ReadonlyMap<string, Float32Array>, targetSum: number): void {
  const divisor = Math.max(1, targetSum)
  for (const [name, gradient] of gradients) {
    const total = sum.gradients.get(name) ?? new Float32Array(gradient.length)
    for (let i = 0; i < total.length; i++) total[i] = total[i]! + divisor * gradient[i]!
    sum.gradients.set(name, total)
  }
  sum.batches++
  sum.targetSum += targetSum
}

/**
 * The gradients that one batch of all the images would have had, running statistics aside: each part of it is
 * normalised by its own batch's mean and variance. The sum is emptied.
 */
export function takeGradients(sum: GradientSum): Map<string, Float32Array> {
  const factor = sum.batches / Math.max(1, sum.targetSum)
  const gradients = new Map(sum.gradients)
  for (const gradient of gradients.values()) {
    for (let i = 0; i < gradient.length; i++) gradient[i] = factor * gradient[i]!
  }
  sum.gradients.clear()
  sum.batches = 0
  sum.targetSum = 0
  return gradients
}
