import { readFile } from 'node:fs/promises'
import { SkyloopError } from '../../core/errors.ts'
import { SCALES } from '../model/scales.ts'
import { modelSpec } from '../model/spec.ts'
import type { ModelScale, Weights } from '../model/spec.ts'
import { createTrainStep } from '../runtime/train-step.ts'
import type { LossParts } from '../runtime/train-step.ts'
import { decodeSafetensors } from '../weights/safetensors.ts'

export interface ReplayedBatch {
  readonly loss: LossParts
  /** `gradient of ...` and `statistics of ...` that hold a value that is no finite number, in the network's order. */
  readonly notFinite: readonly string[]
  /** The parameter with the largest absolute value: what grew without bound. */
  readonly largestWeight: { readonly name: string; readonly size: number }
}

/**
 * Computes the step again at which a training diverged.
 *
 * @param path `diverged-batch.safetensors` of the checkpoint folder
 * @throws SkyloopError `yolo.train.replay` when the file is no such batch
 */
export async function replayBatch(path: string, threads?: number): Promise<ReplayedBatch> {
  const { tensors, metadata } = decodeSafetensors(await readFile(path), path)
  const of = (name: string) => {
    const tensor = tensors.get(name)
    if (!tensor) throw notABatch(path, `it has no "${name}"`)
    return tensor
  }
  const images = of('images')
  const [batch, , height, width] = images.shape as [number, number, number, number]
  const weights: Weights = new Map(
    [...tensors.values()]
      .filter(({ name }) => name.startsWith('weights/'))
      .map(({ name, data }) => [name.slice('weights/'.length), data]),
  )
  const scale = (Object.keys(SCALES) as ModelScale[]).find((known) => known === metadata['scale'])
  const classCount = weights.get('model.23.cv3.0.2.bias')?.length
  if (scale === undefined || classCount === undefined) throw notABatch(path, 'it holds no weights of a YOLO11')
  const spec = modelSpec(scale, classCount)
  await using step = await createTrainStep({ spec, batch, height, width, threads })
  const { loss, gradients, batchStatistics } = await step.run(weights, {
    images: images.data,
    boxesXyxyPx: of('boxes').data,
    classes: Int32Array.from(of('classes').data),
    mask: of('mask').data,
  })
  const broken = (values: ReadonlyMap<string, Float32Array>, what: string): string[] =>
    [...values].filter(([, data]) => !data.every(Number.isFinite)).map(([name]) => `${what} of ${name}`)
  const sizes = Array.from(weights, ([name, data]) => ({
    name,
    size: data.reduce((a, b) => Math.max(a, Math.abs(b)), 0),
  }))
  return {
    loss,
    notFinite: [...broken(gradients, 'gradient'), ...broken(batchStatistics, 'statistics')],
    largestWeight: sizes.reduce((a, b) => (b.size > a.size ? b : a)),
  }
}

function notABatch(path: string, why: string): SkyloopError {
  return new SkyloopError({
    code: 'yolo.train.replay',
    message: `${path} is not a batch of a diverged training: ${why}`,
  })
}
