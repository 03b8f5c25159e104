import sharp from 'sharp'

/**
 * Difference hash of an image: for 8 x 8 cells, whether it grows brighter to the right, and whether downwards. Equal
 * for copies that were resized, recompressed or slightly brightened, and for those that lie otherwise in their file (EXIF
 * orientation).
 *
 * @returns four 32-bit words, or undefined for an image too even for its hash to mean anything
 * @source N. Krawetz 2013, "Kind of like that" (dHash), with the vertical half added
 */
export async function perceptualHash(path: string): Promise<Uint32Array | undefined> {
  const pixels = await sharp(path, { failOn: 'error' })
    .autoOrient()
    .greyscale()
    .resize(9, 9, { fit: 'fill', kernel: 'lanczos3' })
    .raw()
    .toBuffer()
  return hashGrid(pixels)
}

/** @param grid `[9, 9]` brightness, 0 to 255 */
export function hashGrid(grid: Uint8Array): Uint32Array | undefined {
  const mean = grid.reduce((sum, value) => sum + value, 0) / grid.length
  const variance = grid.reduce((sum, value) => sum + (value - mean) ** 2, 0) / grid.length
  if (Math.sqrt(variance) < 6) return undefined
  const words = new Uint32Array(4)
  for (let y = 0; y < 8; y++) {
    for (let x = 0; x < 8; x++) {
      const here = grid[y * 9 + x]!
      const bit = y * 8 + x
      if (grid[y * 9 + x + 1]! > here) words[bit >> 5]! |= 1 << (bit & 31)
      if (grid[(y + 1) * 9 + x]! > here) words[2 + (bit >> 5)]! |= 1 << (bit & 31)
    }
  }
  return words
}

/**
 * A grid of an image as it is stored, turned as EXIF orientation says.
 *
 * @param grid `[9, 9]`
 * @param orientation 1 to 8
 */
export function orientGrid(grid: Uint8Array, orientation: number): Uint8Array {
  const onSide = orientation >= 5
  const mirrored = [2, 3, 7, 8].includes(orientation)
  const flipped = [3, 4, 6, 7].includes(orientation)
  return Uint8Array.from({ length: 81 }, (_, i) => {
    const [x, y] = [i % 9, Math.floor(i / 9)]
    const [across, down] = onSide ? [y, x] : [x, y]
    return grid[(flipped ? 8 - down : down) * 9 + (mirrored ? 8 - across : across)]!
  })
}

/** A hash as 32 hex digits. */
export function formatHash(words: Uint32Array): string {
  return Array.from(words, (word) => word.toString(16).padStart(8, '0')).join('')
}

/** The inverse of {@link formatHash}. */
export function parseHash(text: string): Uint32Array {
  return Uint32Array.from({ length: text.length / 8 }, (_, i) => Number.parseInt(text.slice(i * 8, i * 8 + 8), 16))
}

/** Bits in which two hashes differ, 0 to 128; copies differ in a few, strangers in about 64. */
export function hashDistance(a: Uint32Array, b: Uint32Array): number {
  let bits = 0
  for (let k = 0; k < a.length; k++) {
    let x = a[k]! ^ b[k]!
    x -= (x >>> 1) & 0x55555555
    x = (x & 0x33333333) + ((x >>> 2) & 0x33333333)
    bits += Math.imul((x + (x >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
  }
  return bits
}
