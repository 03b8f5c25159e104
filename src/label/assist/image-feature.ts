import sharp from 'sharp'

/** What an image looks like at a glance: two histograms, each with sum 1. */
export interface ImageFeature {
  /** `[64]` shares of colours, 4 steps each of red, green and blue. */
  readonly colours: Float32Array
  /** `[8]` shares of edge directions from 0 to 180 degrees, weighted by their strength. */
  readonly edges: Float32Array
}

/** Side of the thumbnail that is looked at, pixels. */
const SIDE = 64
/** Most pixels of an image that is decoded for this. */
const MAX_PIXELS = 150_000_000

/** @throws what `sharp` throws for bytes that are no image */
export async function imageFeature(image: Uint8Array): Promise<ImageFeature> {
  const rgb = await sharp(image, { limitInputPixels: MAX_PIXELS })
    .rotate()
    .resize(SIDE, SIDE, { fit: 'fill' })
    .flatten({ background: '#000' })
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer()
  return featureOf(rgb, SIDE)
}

/** @param rgb `[side, side, 3]`, 0 to 255 */
export function featureOf(rgb: Uint8Array, side: number): ImageFeature {
  const colours = new Float32Array(64)
  const grey = new Float32Array(side * side)
  for (let i = 0; i < side * side; i++) {
    const [r, g, b] = [rgb[3 * i]!, rgb[3 * i + 1]!, rgb[3 * i + 2]!]
    colours[(r >> 6) * 16 + (g >> 6) * 4 + (b >> 6)]! += 1
    grey[i] = 0.299 * r + 0.587 * g + 0.114 * b
  }
  const edges = new Float32Array(8)
  for (let y = 1; y < side - 1; y++) {
    for (let x = 1; x < side - 1; x++) {
      const i = y * side + x
      const dx = grey[i + 1]! - grey[i - 1]!
      const dy = grey[i + side]! - grey[i - side]!
      const angle = (Math.atan2(dy, dx) + Math.PI) % Math.PI
      edges[Math.min(7, Math.floor((angle / Math.PI) * 8))]! += Math.hypot(dx, dy)
    }
  }
  return { colours: normalise(colours), edges: normalise(edges) }
}

function normalise(histogram: Float32Array): Float32Array {
  const sum = histogram.reduce((total, value) => total + value, 0)
  return sum === 0 ? histogram.fill(1 / histogram.length) : histogram.map((value) => value / sum)
}

/** How different two images look: mean Hellinger distance of their histograms, 0 (alike) to 1 (nothing in common). */
export function featureDistance(a: ImageFeature, b: ImageFeature): number {
  return (hellinger(a.colours, b.colours) + hellinger(a.edges, b.edges)) / 2
}

function hellinger(p: Float32Array, q: Float32Array): number {
  let shared = 0
  for (let i = 0; i < p.length; i++) shared += Math.sqrt(p[i]! * q[i]!)
  return Math.sqrt(Math.max(0, 1 - shared))
}
