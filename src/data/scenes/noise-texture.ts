import { seededRandom } from '../../core/random.ts'

const SIZE = 512
const MASK = SIZE - 1
let baked: Float32Array | undefined

/**
 * A tileable 512 x 512 field of three octaves of value noise, roughly normal with mean 0 and unit deviation,
 * finest features one cell wide. The same in every run.
 */
export function noiseTexture(): Float32Array {
  if (baked) return baked
  const random = seededRandom(20_261)
  const out = new Float32Array(SIZE * SIZE)
  for (const [cell, weight] of [
    [4, 0.6],
    [2, 0.6],
    [1, 0.55],
  ] as const) {
    const n = SIZE / cell
    const lattice = Float32Array.from({ length: n * n }, () => random.normal())
    for (let y = 0; y < SIZE; y++) {
      const gy = y / cell
      const y0 = Math.floor(gy)
      const ty = smooth(gy - y0)
      const row0 = (y0 % n) * n
      const row1 = ((y0 + 1) % n) * n
      for (let x = 0; x < SIZE; x++) {
        const gx = x / cell
        const x0 = Math.floor(gx)
        const tx = smooth(gx - x0)
        const xa = x0 % n
        const xb = (x0 + 1) % n
        const top = lattice[row0 + xa]! * (1 - tx) + lattice[row0 + xb]! * tx
        const low = lattice[row1 + xa]! * (1 - tx) + lattice[row1 + xb]! * tx
        out[y * SIZE + x]! += weight * (top * (1 - ty) + low * ty)
      }
    }
  }
  baked = out
  return out
}

function smooth(t: number): number {
  return t * t * (3 - 2 * t)
}

/** Bilinear sample of {@link noiseTexture} at any real position, in cells; wraps round. */
export function sampleNoise(texture: Float32Array, x: number, y: number): number {
  const fx = Math.floor(x)
  const fy = Math.floor(y)
  const tx = x - fx
  const ty = y - fy
  const x0 = fx & MASK
  const x1 = (fx + 1) & MASK
  const y0 = (fy & MASK) * SIZE
  const y1 = ((fy + 1) & MASK) * SIZE
  const top = texture[y0 + x0]! + (texture[y0 + x1]! - texture[y0 + x0]!) * tx
  const low = texture[y1 + x0]! + (texture[y1 + x1]! - texture[y1 + x0]!) * tx
  return top + (low - top) * ty
}

/** Integer hash of up to three numbers to [0, 1): what is at a place, without storing it. */
export function hashUnit(seed: number, a: number, b = 0, c = 0): number {
  let h = Math.imul(seed | 0, 0x9e3779b1) ^ Math.imul(a | 0, 0x85ebca6b) ^ Math.imul(b | 0, 0xc2b2ae35) ^ (c | 0)
  h = Math.imul(h ^ (h >>> 16), 0x7feb352d)
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b)
  h = Math.imul(h ^ (h >>> 16), 0x9e3779b1)
  return ((h ^ (h >>> 15)) >>> 0) / 4294967296
}
