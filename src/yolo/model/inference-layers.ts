import { SkyloopError } from '../../core/errors.ts'
import * as op from '../graph/build.ts'
import { elementCount, type Shape, type Tensor } from '../graph/tensor.ts'
import { type ConstantConv, constantConv, convOfJoined } from './constant-conv.ts'
import { type ConvOptions, type Layers, NORM_EPSILON } from './layers.ts'
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

  function folded(
    name: string,
    x: Tensor,
    { out, kernel = 1, stride = 1, groups = 1 }: ConvOptions,
  ): ConstantConv & { readonly bias: Float32Array } {
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
    const weight = valuesOf(`${name}.conv.weight`, shape).map((value, i) => value * factor[Math.trunc(i / perChannel)]!)
    const bias = shift.map((value, c) => value - mean[c]! * factor[c]!)
    return { name, shape, weight, bias, window: { kernel, stride, groups } }
  }
  const activated = (y: Tensor, { activation = true }: ConvOptions): Tensor => (activation ? op.silu(y) : y)

  return {
    conv: (name, x, options) => activated(convOfJoined(x, folded(name, x, options)), options),
    // A convolution per part, instead of copying its result apart.
    convInParts(name, x, options, sizes) {
      const whole = folded(name, x, options)
      const [, ...filter] = whole.shape
      const perChannel = elementCount(filter)
      let from = 0
      return sizes.map((size, i) => {
        const part = {
          ...whole,
          name: `${name}.part${i}`,
          shape: [size, ...filter],
          weight: whole.weight.subarray(from * perChannel, (from + size) * perChannel),
          bias: whole.bias.subarray(from, from + size),
        }
        from += size
        return activated(convOfJoined(x, part), options)
      })
    },
    predict(name, x, out) {
      const shape = [out, x.shape[1] as number, 1, 1]
      return constantConv(x, {
        name,
        shape,
        weight: valuesOf(`${name}.weight`, shape),
        bias: valuesOf(`${name}.bias`, [out]),
        window: { kernel: 1, stride: 1, groups: 1 },
      })
    },
  }
}
