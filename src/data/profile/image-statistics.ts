import type { ImageLook } from './image-profile.ts'
import { type Moments, type Pixels, type PixelSums, pixelSums } from './pixel-sums.ts'

const SHADOW_GREY = 4
const HIGHLIGHT_GREY = 251

/**
 * Measures an image in one pass over its pixels. Sharpness and noise are 0 for images too small for their 3x3 filters.
 *
 * @returns how it looks, and `[9, 9]` mean greys for its perceptual hash, undefined under 9 px a side
 */
export function imageStatistics(image: Pixels): ImageLook & { readonly grid: Uint8Array | undefined } {
  const sums = pixelSums(image)
  const pixels = image.width * image.height
  const redGreen = deviation(sums.redGreen, pixels)
  // The sums are of twice the difference, which keeps them whole numbers.
  const yellowBlue = deviation(sums.yellowBlue, pixels)
  const inner = Math.max(0, image.width - 2) * Math.max(0, image.height - 2)
  return {
    ...histogramStatistics(sums, pixels),
    sharpness: deviation(sums.laplacian, pixels).variance,
    colourfulness:
      Math.sqrt(redGreen.variance + yellowBlue.variance / 4) + 0.3 * Math.hypot(redGreen.mean, yellowBlue.mean / 2),
    noise: inner > 0 ? (Math.sqrt(Math.PI / 2) * sums.noise) / (6 * inner) : 0,
    saturation: sums.saturation / pixels,
    grid: sums.grid,
  }
}

function deviation({ sum, squares }: Moments, count: number): { mean: number; variance: number } {
  const mean = sum / count
  return { mean, variance: Math.max(0, squares / count - mean ** 2) }
}

function histogramStatistics(
  { histogram }: PixelSums,
  pixels: number,
): Pick<ImageLook, 'brightness' | 'contrast' | 'entropy' | 'clippedShadows' | 'clippedHighlights'> {
  let sum = 0
  let squares = 0
  let entropy = 0
  let shadows = 0
  let highlights = 0
  for (const [level, count] of histogram.entries()) {
    if (count === 0) continue
    sum += level * count
    squares += level * level * count
    entropy -= (count / pixels) * Math.log2(count / pixels)
    if (level <= SHADOW_GREY) shadows += count
    if (level >= HIGHLIGHT_GREY) highlights += count
  }
  const brightness = deviation({ sum, squares }, pixels)
  return {
    brightness: brightness.mean,
    contrast: Math.sqrt(brightness.variance),
    entropy: Math.abs(entropy),
    clippedShadows: shadows / pixels,
    clippedHighlights: highlights / pixels,
  }
}
