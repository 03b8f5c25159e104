import * as op from '../graph/build.ts'
import { constant } from '../graph/graph.ts'
import type { ConvWindow } from '../graph/op.ts'
import { elementCount, type Shape, type Tensor } from '../graph/tensor.ts'

/** A convolution whose weights are known when the graph is built. */
export interface ConstantConv {
  /** `<name>.weight` and `<name>.bias` are its constants in the exported file. */
  readonly name: string
  /** `[out, in / groups, k, k]` of `weight` */
  readonly shape: Shape
  readonly weight: Float32Array
  /** `[out]`; left out when the result is added to one that has it. */
  readonly bias?: Float32Array
  readonly window: ConvWindow
}

export function constantConv(x: Tensor, { name, shape, weight, bias, window }: ConstantConv): Tensor {
  return op.conv(
    x,
    constant(x.graph, weight, shape, `${name}.weight`),
    window,
    bias && constant(x.graph, bias, [bias.length], `${name}.bias`),
  )
}

/**
 * {@link constantConv}, cheaper where `x` is an upsampled map joined with another one and the kernel is 1×1: the share of the
 * upsampled channels is computed before the upsampling, on a quarter of the pixels, and added.
 *
 * Equal but for rounding, because all four pixels of an upsampled block have the same product with the same weights.
 */
export function convOfJoined(x: Tensor, conv: ConstantConv): Tensor {
  const { kernel, stride, groups } = conv.window
  const joined = producerOf(x)
  if (joined?.op !== 'concat' || joined.inputs.length !== 2 || kernel !== 1 || stride !== 1 || groups !== 1) {
    return constantConv(x, conv)
  }
  const [first, second] = joined.inputs as [Tensor, Tensor]
  const upsampling = producerOf(first)
  if (upsampling?.op !== 'upsample2') return constantConv(x, conv)
  const small = upsampling.inputs[0] as Tensor
  const channels = small.shape[1] as number
  const coarse = constantConv(small, inputChannels(conv, 'up', 0, channels))
  const fine = constantConv(second, { ...inputChannels(conv, 'fine', channels), bias: conv.bias })
  return op.add(fine, op.upsample2(coarse))
}

const producerOf = (x: Tensor) => x.graph.nodes.find((node) => node.outputs.includes(x))

/** The part of a 1×1 convolution that reads the input channels from `start` to before `end`, without its bias. */
function inputChannels(conv: ConstantConv, suffix: string, start: number, end?: number): ConstantConv {
  const [out, all] = conv.shape as [number, number]
  const size = (end ?? all) - start
  const shape = [out, size, 1, 1]
  const weight = new Float32Array(elementCount(shape))
  for (let k = 0; k < out; k++) {
    weight.set(conv.weight.subarray(k * all + start, k * all + start + size), k * size)
  }
  return { name: `${conv.name}.${suffix}`, shape, weight, window: conv.window }
}
