import { NORM_EPSILON } from '../model/layers.ts'
import type { NamedTensor } from './safetensors.ts'

/**
 * Gives back a batch norm to each convolution into which one was folded: scale 1, shift the convolution's bias, mean 0 and
 * a variance that with the norm's epsilon makes 1. The network computes the same; a training that goes on from it finds its
 * own statistics within some hundred steps, as the folded ones are not to be had back.
 *
 * @param tensors by checkpoint names; `<layer>.conv.bias` marks a folded convolution
 */
export function unfoldNorms(tensors: ReadonlyMap<string, NamedTensor>): {
  readonly tensors: ReadonlyMap<string, NamedTensor>
  readonly folded: boolean
} {
  const all = new Map(tensors)
  for (const [name, { shape, data }] of tensors) {
    if (!name.endsWith('.conv.bias') || !tensors.has(name.replace(/bias$/, 'weight'))) continue
    const layer = name.slice(0, -'.conv.bias'.length)
    if (tensors.has(`${layer}.bn.weight`)) continue
    all.delete(name)
    const add = (part: string, values: Float32Array): void => {
      all.set(`${layer}.bn.${part}`, { name: `${layer}.bn.${part}`, shape, data: values })
    }
    const filled = (value: number): Float32Array => new Float32Array(data.length).fill(value)
    add('weight', filled(1))
    add('bias', data)
    add('running_mean', filled(0))
    add('running_var', filled(1 - NORM_EPSILON))
  }
  return { tensors: all, folded: all.size !== tensors.size }
}
