import type { NamedTensor } from './safetensors.ts'

/** A convolution that an export computes in pieces, and the axis of its weight along which they lie. */
const PIECES = [
  { pattern: /^(.*)\.(up|fine)\.conv\.(weight|bias)$/, axis: 1 },
  { pattern: /^(.*)\.part(\d+)\.conv\.(weight|bias)$/, axis: 0 },
] as const

/**
 * Puts convolutions together again that this package's export splits for speed: by input channels where one half of them is
 * upsampled (`up` and `fine`; the bias is with `fine`), and by output channels where the result would be split (`part0`, ...).
 */
export function joinParts(tensors: ReadonlyMap<string, NamedTensor>): ReadonlyMap<string, NamedTensor> {
  return PIECES.reduce((all, { pattern, axis }) => joinAlong(all, pattern, axis), tensors)
}

function joinAlong(
  tensors: ReadonlyMap<string, NamedTensor>,
  pattern: RegExp,
  axis: 0 | 1,
): ReadonlyMap<string, NamedTensor> {
  const joined = new Map<string, NamedTensor>()
  const pieces = new Map<string, { readonly order: string; readonly tensor: NamedTensor }[]>()
  for (const [name, tensor] of tensors) {
    const [, layer, piece, kind] = pattern.exec(name) ?? []
    if (piece === undefined) {
      joined.set(name, tensor)
      continue
    }
    const whole = `${layer}.conv.${kind}`
    pieces.set(whole, [...(pieces.get(whole) ?? []), { order: piece, tensor }])
  }
  for (const [name, list] of pieces) {
    // `up` is computed from the first channels.
    list.sort((a, b) => (axis === 1 ? b.order.localeCompare(a.order) : Number(a.order) - Number(b.order)))
    const parts = list.map(({ tensor }) => tensor)
    joined.set(name, parts.length === 1 ? { ...parts[0]!, name } : concatenate(name, parts, axis))
  }
  return joined
}

function concatenate(name: string, parts: readonly NamedTensor[], axis: 0 | 1): NamedTensor {
  const sizes = parts.map(({ shape }) => shape[axis]!)
  const shape = parts[0]!.shape.with(
    axis,
    sizes.reduce((sum, size) => sum + size, 0),
  )
  const data = new Float32Array(parts.reduce((sum, part) => sum + part.data.length, 0))
  const rows = axis === 0 ? 1 : shape[0]!
  let at = 0
  for (let row = 0; row < rows; row++) {
    for (const part of parts) {
      const size = part.data.length / rows
      data.set(part.data.subarray(row * size, (row + 1) * size), at)
      at += size
    }
  }
  return { name, shape, data }
}
