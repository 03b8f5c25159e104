import { hash32, seededRandom } from '../../../core/random.ts'

/** Batches that share a size before another is drawn. @source Redmon and Farhadi 2016, YOLO9000 (arXiv:1612.08242), 2 */
const BATCHES_PER_SIZE = 10

const STRIDE_PX = 32

/**
 * Input sizes that a training draws from: the multiples of 32 within `size ± fraction · size`, the size itself always
 * among them.
 *
 * @returns ascending, in pixels
 */
export function inputSizes(sizePx: number, fraction: number): number[] {
  const low = Math.max(STRIDE_PX, Math.ceil((sizePx * (1 - fraction)) / STRIDE_PX) * STRIDE_PX)
  const high = Math.floor((sizePx * (1 + fraction)) / STRIDE_PX) * STRIDE_PX
  return Array.from({ length: (high - low) / STRIDE_PX + 1 }, (_, i) => low + i * STRIDE_PX)
}

/** The size in pixels of batch `index` of `epoch` (both 0-based): a pure function of the arguments. */
export function inputSizeOf(sizesPx: readonly number[], seed: number, epoch: number, index: number): number {
  const block = Math.floor(index / BATCHES_PER_SIZE)
  return seededRandom(hash32(`${seed}/size/${epoch}/${block}`)).pick(sizesPx)
}
