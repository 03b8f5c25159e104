import { SkyloopError } from '../../core/errors.ts'
import * as op from '../graph/build.ts'
import { constant } from '../graph/graph.ts'
import { elementCount, type Shape, type Tensor } from '../graph/tensor.ts'
import { type Layers, NORM_EPSILON } from './layers.ts'
import type { Weights } from './spec.ts'

/**
 * Layers with their weights inside; each batch norm is folded into the convolution before it:
 * weight · scale / deviation, and shift − mean · scale / deviation as bias.
 *
 * @throws SkyloopError `yolo.weights` when a tensor is missing or has another size
 */
export function inferenceLayers(weights: Weights): Layers {
  const valuesOf = (name: string, shape: Shape): Float32Array => {
    const values = weights.get(name)
    if (values?.length === elementCount(shape)) return values
    const found = values ? `${values.length} values` : 'nothing'
    throw new SkyloopError({
      code: 'yolo.weights',
      message: `weights have ${found} for ${name}, the model needs [${shape.join(', ')}]`,
    })
  }
  return {
    conv(name, x, { out, kernel = 1, stride = 1, groups = 1, activation = true }) {
      const shape = [out, (x.shape[1] as number) / groups, kernel, kernel]
      const vector = (part: string): Float32Array => valuesOf(`${name}.bn.${part}`, [out])
      const [scale, shift, mean, variance] = ['weight', 'bias', 'running_mean', 'running_var'].map(vector) as [
        Float32Array,
        Float32Array,
        Float32Array,
        Float32Array,
      ]
      const factor = scale.map((value, c) => value / Math.sqrt(variance[c]! + NORM_EPSILON))
      const perChannel = elementCount(shape) / out
      const folded = valuesOf(`${name}.conv.weight`, shape).map(
        (value, i) => value * factor[Math.trunc(i / perChannel)]!,
      )
      const bias = shift.map((value, c) => value - mean[c]! * factor[c]!)
      const y = op.conv(
        x,
        constant(x.graph, folded, shape, `${name}.weight`),
        { kernel, stride, groups },
        constant(x.graph, bias, [out], `${name}.bias`),
      )
      return activation ? op.silu(y) : y
    },
    predict(name, x, out) {
      const part = (suffix: string, shape: Shape): Tensor =>
        constant(x.graph, valuesOf(`${name}.${suffix}`, shape), shape, `${name}.${suffix}`)
      const weight = part('weight', [out, x.shape[1] as number, 1, 1])
      return op.conv(x, weight, { kernel: 1, stride: 1, groups: 1 }, part('bias', [out]))
    },
  }
}
