import { hash32, seededRandom } from '../../../core/random.ts'
import type { Random } from '../../../core/random.ts'
import { writePlanes } from '../../image/letterbox.ts'
import type { Batch } from '../../runtime/train-step.ts'
import { augmentMosaic, augmentSingle } from './augment.ts'
import type { AugmentedSample, Augmentation, Sample } from './augment.ts'
import { storedImage } from './image-store.ts'
import type { ImageStore } from './image-store.ts'
import { inputSizeOf } from './input-sizes.ts'

/** All that batches are made from; it is copied to worker threads, decoded pixels being shared. */
export interface BatchSource {
  readonly store: ImageStore
  /** By image index. */
  readonly labels: readonly { readonly boxesXyxyNorm: Float32Array; readonly classes: Int32Array }[]
  readonly seed: number
  /** B */
  readonly batch: number
  /** H and W in pixels: one size, or those drawn from by {@link inputSizeOf}. */
  readonly sizesPx: readonly number[]
  /** Most boxes that an image keeps. */
  readonly maxBoxes: number
  readonly augmentation: Augmentation
  /** From this epoch on (0-based) no mosaics are made, so that training ends on images as they are. */
  readonly mosaicEndsAtEpoch: number
}

export interface PreparedBatch extends Batch {
  /** H and W in pixels. */
  readonly sizePx: number
  /** Real boxes beyond `maxBoxes`: the smallest of the fullest images. Reported, never silent. */
  readonly boxesLeftOut: number
}

/** Batches of one epoch: every image is used at least once; the last batch is filled from the epoch's beginning. */
export function batchesPerEpoch(images: number, batch: number): number {
  return Math.ceil(images / batch)
}

/** M is a multiple of it: few sizes of memory are asked for, which the runtime then keeps at hand. */
const ROW_STEP = 8

/**
 * Batch `index` of `epoch` (both 0-based): a pure function of the source and these two numbers. M is what its fullest image
 * needs: a step's time grows with it.
 *
 * @param memory for the images, taken where it has the right size: new memory costs as much time as drawing into it
 */
export async function makeBatch(
  source: BatchSource,
  epoch: number,
  index: number,
  memory?: Float32Array,
): Promise<PreparedBatch> {
  const { batch: B, maxBoxes } = source
  const size = inputSizeOf(source.sizesPx, source.seed, epoch, index)
  const order = epochOrder(source, epoch)
  const length = B * 3 * size * size
  const images = memory?.length === length ? memory : new Float32Array(length)
  const kept: { readonly made: AugmentedSample; readonly rows: readonly number[] }[] = []
  let boxesLeftOut = 0
  for (let b = 0; b < B; b++) {
    const random = seededRandom(hash32(`${source.seed}/sample/${epoch}/${index}/${b}`))
    const made = await makeSample(source, order[(index * B + b) % order.length]!, size, epoch, random)
    writePlanes(made.image, images, b)
    const rows = largestFirst(made, maxBoxes)
    boxesLeftOut += made.classes.length - rows.length
    kept.push({ made, rows })
  }
  const fullest = kept.reduce((most, { rows }) => Math.max(most, rows.length), 1)
  const M = Math.ceil(fullest / ROW_STEP) * ROW_STEP
  const boxesXyxyPx = new Float32Array(B * M * 4)
  const classes = new Int32Array(B * M)
  const mask = new Float32Array(B * M)
  for (const [b, { made, rows }] of kept.entries()) {
    rows.forEach((row, m) => {
      boxesXyxyPx.set(made.boxesXyxyPx[row]!, (b * M + m) * 4)
      classes[b * M + m] = made.classes[row]!
      mask[b * M + m] = 1
    })
  }
  return { sizePx: size, images, boxesXyxyPx, classes, mask, boxesLeftOut }
}

async function makeSample(
  source: BatchSource,
  image: number,
  size: number,
  epoch: number,
  random: Random,
): Promise<AugmentedSample> {
  const { augmentation } = source
  const isMosaic = random.next() < augmentation.mosaic && epoch < source.mosaicEndsAtEpoch
  if (!isMosaic) return augmentSingle(await sampleOf(source, image), size, augmentation, random)
  const partners = [image, ...Array.from({ length: 3 }, () => random.int(source.labels.length))]
  const samples: Sample[] = []
  for (const partner of partners) samples.push(await sampleOf(source, partner))
  return augmentMosaic(random.shuffle(samples), size, augmentation, random)
}

async function sampleOf(source: BatchSource, index: number): Promise<Sample> {
  return { image: await storedImage(source.store, index), ...source.labels[index]! }
}

function epochOrder(source: BatchSource, epoch: number): number[] {
  const random = seededRandom(hash32(`${source.seed}/order/${epoch}`))
  return random.shuffle(Array.from(source.labels, (_, i) => i))
}

/** Indices of the boxes that fit, in their order; when there are too many, the largest. */
function largestFirst(made: AugmentedSample, limit: number): number[] {
  const rows = made.classes.map((_, i) => i)
  if (rows.length <= limit) return rows
  const area = (i: number): number => {
    const [x1, y1, x2, y2] = made.boxesXyxyPx[i]!
    return (x2 - x1) * (y2 - y1)
  }
  return rows.sort((a, b) => area(b) - area(a) || a - b).slice(0, limit)
}
