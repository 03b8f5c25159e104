import * as op from '../graph/build.ts'
import type { Tensor } from '../graph/tensor.ts'
import { type ConvOptions, type Layers, NORM_EPSILON } from './layers.ts'
import type { TensorSpec } from './spec.ts'

/** Batch statistics of one batch norm. */
export interface NormStatistics {
  /** Name of the running mean, e.g. `model.0.bn.running_mean`. */
  readonly meanName: string
  readonly varianceName: string
  /** `[C]` */
  readonly mean: Tensor
  /** `[C]` biased */
  readonly variance: Tensor
  /** Values per channel: B · H · W. */
  readonly count: number
}

export interface TrainingLayers extends Layers {
  readonly statistics: readonly NormStatistics[]
}

/**
 * Layers whose weights are whatever `tensor` answers, normalised by the batch they see.
 *
 * @param tensor called once for each tensor of the model that is used
 * @param usesRunningStatistics whether the batch norm of this layer stands still; then its running mean and variance are asked for
 */
export function trainingLayers(
  tensor: (spec: TensorSpec) => Tensor,
  usesRunningStatistics: (layer: string) => boolean,
): TrainingLayers {
  const statistics: NormStatistics[] = []
  const vector = (name: string, size: number, role: TensorSpec['role']): Tensor => tensor({ name, shape: [size], role })

  function convolve(name: string, x: Tensor, { out, kernel = 1, stride = 1, groups = 1 }: ConvOptions): Tensor {
    const weight = tensor({
      name: `${name}.conv.weight`,
      shape: [out, (x.shape[1] as number) / groups, kernel, kernel],
      role: 'conv-weight',
    })
    const window = { kernel, stride, groups }
    const scale = vector(`${name}.bn.weight`, out, 'norm-weight')
    const shift = vector(`${name}.bn.bias`, out, 'norm-bias')
    const meanName = `${name}.bn.running_mean`
    const varianceName = `${name}.bn.running_var`
    if (usesRunningStatistics(name)) {
      const mean = vector(meanName, out, 'norm-mean')
      const variance = vector(varianceName, out, 'norm-variance')
      const factor = op.div(scale, op.sqrt(op.add(variance, NORM_EPSILON)))
      const folded = op.mul(weight, op.reshape(factor, [out, 1, 1, 1]))
      return op.conv(x, folded, window, op.sub(shift, op.mul(mean, factor)))
    }
    const normed = op.convBatchNorm(x, weight, window, { scale, shift, epsilon: NORM_EPSILON })
    const [b, , h, w] = normed.y.shape as [number, number, number, number]
    statistics.push({ meanName, varianceName, mean: normed.mean, variance: normed.variance, count: b * h * w })
    return normed.y
  }

  const conv: Layers['conv'] = (name, x, options) => {
    const y = convolve(name, x, options)
    return (options.activation ?? true) ? op.silu(y) : y
  }

  return {
    statistics,
    conv,
    convInParts: (name, x, options, sizes) => Array.from(op.split(conv(name, x, options), 1, sizes)),
    predict(name, x, out) {
      const weight = tensor({ name: `${name}.weight`, shape: [out, x.shape[1] as number, 1, 1], role: 'conv-weight' })
      const bias = vector(`${name}.bias`, out, 'conv-bias')
      return op.conv(x, weight, { kernel: 1, stride: 1, groups: 1 }, bias)
    },
  }
}
