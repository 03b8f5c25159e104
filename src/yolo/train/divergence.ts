import { join } from 'node:path'
import { SkyloopError } from '../../core/errors.ts'
import { writeFileAtomic } from '../../core/files.ts'
import type { Weights } from '../model/spec.ts'
import type { LossParts } from '../runtime/train-step.ts'
import { encodeSafetensors } from '../weights/safetensors.ts'
import type { Progress } from './checkpoint.ts'
import type { PreparedBatch } from './batches/make-batch.ts'
import type { TrainSettings } from './settings/settings.ts'

/**
 * Keeps the batch at which the loss stopped being a number, and the weights it met, as `diverged-batch.safetensors` in
 * the checkpoint folder: `replayBatch` computes the step again.
 *
 * @returns the error that ends the training
 */
export async function divergence(
  folder: string,
  batch: PreparedBatch,
  weights: Weights,
  settings: TrainSettings,
  loss: LossParts,
  norm: number,
  progress: Progress,
): Promise<SkyloopError> {
  const { batch: B } = settings
  const { sizePx } = batch
  const M = batch.mask.length / B
  const file = encodeSafetensors(
    [
      { name: 'images', shape: [B, 3, sizePx, sizePx], data: batch.images },
      { name: 'boxes', shape: [B, M, 4], data: batch.boxesXyxyPx },
      { name: 'classes', shape: [B, M], data: Float32Array.from(batch.classes) },
      { name: 'mask', shape: [B, M], data: batch.mask },
      ...Array.from(weights, ([name, data]) => ({ name: `weights/${name}`, shape: [data.length], data })),
    ],
    { scale: settings.scale },
  )
  const path = join(folder, 'diverged-batch.safetensors')
  await writeFileAtomic(path, file)
  return new SkyloopError({
    code: 'yolo.train.diverged',
    message:
      `the loss is no longer a number at epoch ${progress.epoch + 1}, batch ${progress.batch + 1} ` +
      `(box ${loss.box}, cls ${loss.cls}, dfl ${loss.dfl}, gradient norm ${norm}); the batch is kept in ${path}`,
    hint: 'lower lr0; `node tools/replay-batch.ts` computes the step again from that file and names what is not a number',
  })
}
