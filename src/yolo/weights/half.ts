const scratch = new DataView(new ArrayBuffer(4))

/** The nearest IEEE 754 half (ties to even) of a number, as its 16 bits; beyond 65504 becomes infinity. */
export function toHalfBits(value: number): number {
  scratch.setFloat32(0, value)
  const bits = scratch.getUint32(0)
  const sign = (bits >>> 16) & 0x8000
  const exponent = (bits >>> 23) & 0xff
  const mantissa = bits & 0x7fffff
  if (exponent === 0xff) return sign | 0x7c00 | (mantissa === 0 ? 0 : 0x200)
  const e = exponent - 112
  if (e >= 31) return sign | 0x7c00
  // Below 2^-14 halves are multiples of 2^-24: the mantissa with its hidden bit is shifted to that grid.
  const shift = e <= 0 ? 14 - e : 13
  if (shift > 24) return sign
  const full = e <= 0 ? mantissa | 0x800000 : mantissa
  const kept = full >>> shift
  const rest = full & ((1 << shift) - 1)
  const half = 1 << (shift - 1)
  const rounded = kept + (rest > half || (rest === half && (kept & 1) === 1) ? 1 : 0)
  // A carry out of the mantissa correctly raises the exponent, up to infinity.
  return sign | ((e <= 0 ? 0 : e << 10) + rounded)
}

/** The number that 16 bits of an IEEE 754 half stand for. */
export function fromHalfBits(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >>> 10) & 0x1f
  const mantissa = bits & 0x3ff
  if (exponent === 0) return sign * mantissa * 2 ** -24
  if (exponent === 31) return mantissa === 0 ? sign * Infinity : NaN
  return sign * (1 + mantissa / 1024) * 2 ** (exponent - 15)
}

let table: Float32Array | undefined

/** {@link fromHalfBits} of all 65,536 halves, for files of millions of them. */
export function halfTable(): Float32Array {
  table ??= Float32Array.from({ length: 0x10000 }, (_, bits) => fromHalfBits(bits))
  return table
}
