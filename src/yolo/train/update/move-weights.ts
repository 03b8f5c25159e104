import { loadKernel } from '../../../core/wasm-kernel.ts'
import { MOVE_WEIGHTS_WASM } from './move-weights-wasm.ts'

interface Kernel {
  squares(x: number, end: number): number
  average(mean: number, x: number, end: number, decay: number, rest: number): void
  sgd(
    weight: number,
    gradient: number,
    velocity: number,
    end: number,
    rate: number,
    momentum: number,
    decay: number,
  ): void
  adamw(
    weight: number,
    gradient: number,
    first: number,
    second: number,
    end: number,
    b1: number,
    rest1: number,
    b2: number,
    rest2: number,
    size: number,
    epsilon: number,
    shrink: number,
  ): void
}

/** Values that pass the kernel at once: those of four arrays fill its memory's one page and stay in a core's cache. */
const CHUNK = 4096
const CHUNK_BYTES = CHUNK * 4
const LANES = 4

const { run: kernel, memory } = loadKernel<Kernel>(MOVE_WEIGHTS_WASM)
const slots = Array.from({ length: 4 }, (_, i) => new Float32Array(memory(4 * CHUNK_BYTES), i * CHUNK_BYTES, CHUNK))

/**
 * Brings arrays of equal length into the kernel's memory, chunk by chunk, each into a slot of its own.
 *
 * @param run is given where the first slot's values end, in bytes; what lies behind the arrays' last value is zero
 * @param written how many of the arrays, from the first, are then changed
 */
function inChunks(arrays: readonly Float32Array[], written: number, run: (end: number) => void): void {
  const { length } = arrays[0]!
  for (let from = 0; from < length; from += CHUNK) {
    const count = Math.min(CHUNK, length - from)
    const padded = Math.ceil(count / LANES) * LANES
    arrays.forEach((values, i) => {
      slots[i]!.set(count === length ? values : values.subarray(from, from + count))
      if (padded > count) slots[i]!.fill(0, count, padded)
    })
    run(padded * 4)
    for (let i = 0; i < written; i++) {
      arrays[i]!.set(count === CHUNK ? slots[i]! : slots[i]!.subarray(0, count), from)
    }
  }
}

/** Σ x² */
export function sumOfSquares(values: Float32Array): number {
  let sum = 0
  inChunks([values], 0, (end) => {
    sum += kernel.squares(0, end)
  })
  return sum
}

/** mean ← decay · mean + (1 − decay) · values, in place. */
export function moveAverage(mean: Float32Array, values: Float32Array, decay: number): void {
  inChunks([mean, values], 1, (end) => kernel.average(0, CHUNK_BYTES, end, decay, 1 - decay))
}

export interface SgdMove {
  readonly rate: number
  readonly momentum: number
  /** Of the weights, added to the gradient. */
  readonly decay: number
}

/** g ← gradient + decay · w; velocity ← momentum · velocity + g; w ← w − rate · (g + momentum · velocity), in place. */
export function moveBySgd(
  weight: Float32Array,
  velocity: Float32Array,
  gradient: Float32Array,
  { rate, momentum, decay }: SgdMove,
): void {
  inChunks([weight, velocity, gradient], 2, (end) =>
    kernel.sgd(0, 2 * CHUNK_BYTES, CHUNK_BYTES, end, rate, momentum, decay),
  )
}

export interface AdamMove {
  readonly beta1: number
  readonly beta2: number
  /** Of the step, with the correction of both moments' bias. */
  readonly size: number
  /** Added to the root of the second moment. */
  readonly epsilon: number
  /** What is left of a weight after its decay. */
  readonly shrink: number
}

/** first ← β₁ · first + (1 − β₁) · g; second ← β₂ · second + (1 − β₂) · g²; w ← shrink · w − size · first / (√second + ε), in place. */
export function moveByAdam(
  weight: Float32Array,
  first: Float32Array,
  second: Float32Array,
  gradient: Float32Array,
  { beta1, beta2, size, epsilon, shrink }: AdamMove,
): void {
  inChunks([weight, first, second, gradient], 3, (end) =>
    kernel.adamw(
      0,
      3 * CHUNK_BYTES,
      CHUNK_BYTES,
      2 * CHUNK_BYTES,
      end,
      beta1,
      1 - beta1,
      beta2,
      1 - beta2,
      size,
      epsilon,
      shrink,
    ),
  )
}
