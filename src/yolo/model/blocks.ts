import * as op from '../graph/build.ts'
import { imageShape, type Tensor } from '../graph/tensor.ts'
import type { Layers } from './layers.ts'

/**
 * Two k×k convolutions, with a shortcut where the channels allow it.
 *
 * @param expansion hidden channels relative to the output
 */
function bottleneck(
  layers: Layers,
  name: string,
  x: Tensor,
  out: number,
  expansion: number,
  shortcut: boolean,
): Tensor {
  const hidden = layers.conv(`${name}.cv1`, x, { out: Math.trunc(out * expansion), kernel: 3 })
  const y = layers.conv(`${name}.cv2`, hidden, { out, kernel: 3 })
  return shortcut && x.shape[1] === out ? op.add(x, y) : y
}

/** Cross-stage partial block: one branch through bottlenecks, one past them, joined by a 1×1 convolution. */
function c3k(layers: Layers, name: string, x: Tensor, out: number, repeats: number, shortcut: boolean): Tensor {
  const hidden = Math.trunc(out * 0.5)
  let main = layers.conv(`${name}.cv1`, x, { out: hidden })
  for (let i = 0; i < repeats; i++) main = bottleneck(layers, `${name}.m.${i}`, main, hidden, 1, shortcut)
  const past = layers.conv(`${name}.cv2`, x, { out: hidden })
  return layers.conv(`${name}.cv3`, op.concat([main, past], 1), { out })
}

export interface C3k2Options {
  readonly out: number
  readonly repeats: number
  /** Inner blocks are C3k instead of bottlenecks. */
  readonly deep: boolean
  /** @default 0.5 */
  readonly expansion?: number
}

/** The block of YOLO11: a split, a chain of inner blocks, and every intermediate joined by a 1×1 convolution. */
export function c3k2(layers: Layers, name: string, x: Tensor, options: C3k2Options): Tensor {
  const { out, repeats, deep, expansion = 0.5 } = options
  const hidden = Math.trunc(out * expansion)
  const parts = layers.convInParts(`${name}.cv1`, x, { out: 2 * hidden }, [hidden, hidden])
  for (let i = 0; i < repeats; i++) {
    const last = parts.at(-1) as Tensor
    const inner = `${name}.m.${i}`
    parts.push(deep ? c3k(layers, inner, last, hidden, 2, true) : bottleneck(layers, inner, last, hidden, 0.5, true))
  }
  return layers.conv(`${name}.cv2`, op.concat(parts, 1), { out })
}

/** Spatial pyramid pooling: three 5×5 max pools in a row see 5, 9 and 13 cells. */
export function sppf(layers: Layers, name: string, x: Tensor, out: number): Tensor {
  const [, c] = imageShape(x.shape)
  const parts = [layers.conv(`${name}.cv1`, x, { out: c >> 1 })]
  for (let i = 0; i < 3; i++) parts.push(op.maxPool(parts.at(-1) as Tensor, 5))
  return layers.conv(`${name}.cv2`, op.concat(parts, 1), { out })
}

/**
 * Self-attention over all cells of the map, with a depthwise convolution of the values as position signal.
 *
 * Each head has 64 value channels and half as many for keys and queries.
 */
function attention(layers: Layers, name: string, x: Tensor): Tensor {
  const [, c] = imageShape(x.shape)
  const heads = Math.max(1, c >> 6)
  const valueSize = Math.trunc(c / heads)
  const keySize = valueSize >> 1
  const all = layers.conv(`${name}.qkv`, x, { out: c + 2 * keySize * heads, activation: false })
  const perHead = op.reshape(all, [0, heads, 2 * keySize + valueSize, -1])
  const [query, key, value] = op.split(perHead, 2, [keySize, keySize, valueSize]) as [Tensor, Tensor, Tensor]
  const weights = op.softmax(op.matMul(query, key, { transposeA: true, alpha: keySize ** -0.5 }), 3)
  const mixed = op.reshapeLike(op.matMul(value, weights, { transposeB: true }), x)
  const position = layers.conv(`${name}.pe`, op.reshapeLike(value, x), {
    out: c,
    kernel: 3,
    groups: c,
    activation: false,
  })
  return layers.conv(`${name}.proj`, op.add(mixed, position), { out: c, activation: false })
}

/** Half of the channels pass through attention blocks, the other half past them. */
export function c2psa(layers: Layers, name: string, x: Tensor, repeats: number): Tensor {
  const [, c] = imageShape(x.shape)
  const hidden = c >> 1
  const [past, first] = layers.convInParts(`${name}.cv1`, x, { out: 2 * hidden }, [hidden, hidden]) as [Tensor, Tensor]
  let main = first
  for (let i = 0; i < repeats; i++) {
    const block = `${name}.m.${i}`
    main = op.add(main, attention(layers, `${block}.attn`, main))
    const wide = layers.conv(`${block}.ffn.0`, main, { out: 2 * hidden })
    main = op.add(main, layers.conv(`${block}.ffn.1`, wide, { out: hidden, activation: false }))
  }
  return layers.conv(`${name}.cv2`, op.concat([past, main], 1), { out: c })
}
