import type { ModelSpec, Weights } from '../../model/spec.ts'
import { moveByAdam, moveBySgd, sumOfSquares } from './move-weights.ts'
import type { SgdMove } from './move-weights.ts'
import type { StepRates } from './schedule.ts'

export type OptimiserKind = 'sgd' | 'adamw'

export interface OptimiserOptions {
  readonly kind: OptimiserKind
  /** SGD: Nesterov momentum; AdamW: the first beta. */
  readonly momentum: number
  /** Pulls convolution weights to zero; biases and batch norms are left out, as is usual. */
  readonly weightDecay: number
}

/** Updates weights in place from gradients; its memory can be saved and restored exactly. */
export interface Optimiser {
  /** @param rates a number is the learning rate of all parameters, with the optimiser's own momentum */
  update(weights: Weights, gradients: ReadonlyMap<string, Float32Array>, rates: StepRates | number): void
  /** Memory by `<moment>/<parameter>`. */
  readonly state: ReadonlyMap<string, Float32Array>
  /** Updates done so far. */
  steps: number
}

type Rule = (weight: Float32Array, gradient: Float32Array, name: string, move: SgdMove) => void

/**
 * @source SGD with Nesterov momentum as in Sutskever et al. 2013; AdamW: Loshchilov and Hutter 2019 (arXiv:1711.05101),
 *   second beta 0.999, epsilon 1e-8
 */
export function createOptimiser(spec: ModelSpec, options: OptimiserOptions): Optimiser {
  const state = new Map<string, Float32Array>()
  const moment = (key: string, size: number): Float32Array => {
    const found = state.get(key)
    if (found) return found
    const fresh = new Float32Array(size)
    state.set(key, fresh)
    return fresh
  }
  const rules: Record<OptimiserKind, Rule> = {
    sgd: (weight, gradient, name, move) => {
      moveBySgd(weight, moment(`velocity/${name}`, weight.length), gradient, move)
    },
    adamw: (weight, gradient, name, { rate, momentum: beta1, decay }) => {
      const first = moment(`first/${name}`, weight.length)
      const second = moment(`second/${name}`, weight.length)
      const beta2 = 0.999
      // Both sides of the quotient times √(1 − β₂^t): one division an element less.
      const root = Math.sqrt(1 - beta2 ** optimiser.steps)
      const size = (rate * root) / (1 - beta1 ** optimiser.steps)
      moveByAdam(weight, first, second, gradient, {
        beta1,
        beta2,
        size,
        epsilon: 1e-8 * root,
        shrink: 1 - rate * decay,
      })
    },
  }
  const optimiser: Optimiser = {
    state,
    steps: 0,
    update: (weights, gradients, rates) => {
      optimiser.steps++
      const given = typeof rates === 'number' ? { learningRate: rates, biasLearningRate: rates } : rates
      const { learningRate, biasLearningRate, momentum = options.momentum } = given
      for (const { name, role } of spec.parameters) {
        const weight = weights.get(name)
        const gradient = gradients.get(name)
        if (weight === undefined || gradient === undefined) continue
        const isBias = role === 'conv-bias' || role === 'norm-bias'
        rules[options.kind](weight, gradient, name, {
          rate: isBias ? biasLearningRate : learningRate,
          momentum,
          decay: role === 'conv-weight' ? options.weightDecay : 0,
        })
      }
    },
  }
  return optimiser
}

/** Restores what `state` and `steps` were when they were saved. */
export function restoreOptimiser(optimiser: Optimiser, state: ReadonlyMap<string, Float32Array>, steps: number): void {
  const own = optimiser.state as Map<string, Float32Array>
  own.clear()
  for (const [key, values] of state) own.set(key, values)
  optimiser.steps = steps
}

/**
 * Scales gradients in place so that their common norm is at most `limit`.
 *
 * @returns the norm before scaling; NaN or infinity when any gradient is
 */
export function clipGradients(gradients: ReadonlyMap<string, Float32Array>, limit: number): number {
  let sum = 0
  for (const gradient of gradients.values()) sum += sumOfSquares(gradient)
  const norm = Math.sqrt(sum)
  if (norm > limit) {
    const factor = limit / norm
    for (const gradient of gradients.values()) {
      for (let i = 0; i < gradient.length; i++) gradient[i] = gradient[i]! * factor
    }
  }
  return norm
}
