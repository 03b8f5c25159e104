import { SkyloopError } from '../../core/errors.ts'
import { hash32, seededRandom } from '../../core/random.ts'
import { initialWeights } from '../model/spec.ts'
import type { ModelSpec, Weights } from '../model/spec.ts'
import { transferWeights } from '../weights/transfer.ts'
import type { TransferReport } from '../weights/transfer.ts'
import { readWeights } from '../weights/read-weights.ts'

/**
 * Values a training begins with: drawn from the seed, then overlaid with what fits of `startFrom`.
 *
 * @throws SkyloopError `yolo.train.weights` when nothing of the file fits
 */
export async function startValues(
  spec: ModelSpec,
  classNames: readonly string[],
  seed: number,
  startFrom: string | undefined,
): Promise<{ weights: Weights; transfer: TransferReport | undefined; license: string | undefined }> {
  const weights = initialWeights(spec, seededRandom(hash32(`${seed}/weights`)))
  if (startFrom === undefined) return { weights, transfer: undefined, license: undefined }
  const file = await readWeights(startFrom)
  const transfer = transferWeights(spec, weights, file, classNames)
  if (transfer.loaded.length === 0) {
    throw new SkyloopError({
      code: 'yolo.train.weights',
      message: `nothing in ${startFrom} fits a YOLO11${spec.scale} with ${spec.classCount} classes`,
      hint: file.scale === undefined ? undefined : `the file holds a YOLO11${file.scale}: set scale=${file.scale}`,
    })
  }
  return { weights, transfer, license: file.metadata['license'] ?? 'that of the start weights' }
}
