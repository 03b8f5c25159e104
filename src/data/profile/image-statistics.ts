/** Pixels to measure: `H * W * 3` bytes, RGB interleaved. */
export interface PixelsRgb {
  readonly width: number
  readonly height: number
  readonly rgb: Uint8Array
}

/** Numbers that describe how an image looks. Grey is the 8-bit luma of BT.601, rounded as OpenCV's `COLOR_RGB2GRAY`. */
export interface ImageStatistics {
  readonly width: number
  readonly height: number
  /** Mean grey, 0..255. */
  readonly brightness: number
  /** Standard deviation of grey, 0..127.5. */
  readonly contrast: number
  /** Variance of the Laplacian of grey: low when blurred. */
  readonly sharpness: number
  /** Shannon entropy of the 256-bin grey histogram, 0..8 bits. */
  readonly entropy: number
  /** 0 for grey images, about 100 for very colourful ones. @source Hasler & Süsstrunk 2003, Measuring colourfulness in natural images */
  readonly colourfulness: number
  /** Standard deviation of white noise in grey levels. @source Immerkær 1996, Fast noise variance estimation */
  readonly noise: number
  /** Mean of (max - min) / max over the channels, 0..1. */
  readonly saturation: number
  /** Share of pixels with grey of at most 4, 0..1. */
  readonly clippedShadows: number
  /** Share of pixels with grey of at least 251, 0..1. */
  readonly clippedHighlights: number
}

const SHADOW_GREY = 4
const HIGHLIGHT_GREY = 251

/**
 * Measures an image in two passes over its pixels.
 *
 * @param image at least 1x1; sharpness and noise are 0 for images too small for their 3x3 filters
 */
export function imageStatistics(image: PixelsRgb): ImageStatistics {
  const { width, height, rgb } = image
  const pixels = width * height
  const grey = new Uint8Array(pixels)
  const histogram = new Uint32Array(256)
  let sumRg = 0
  let sumRgSquared = 0
  let sumYb = 0
  let sumYbSquared = 0
  let sumSaturation = 0
  for (let i = 0, p = 0; i < pixels; i++, p += 3) {
    const r = rgb[p]!
    const g = rgb[p + 1]!
    const b = rgb[p + 2]!
    // OpenCV's fixed-point weights of .299, .587, .114, scaled by 2^15.
    const luma = (r * 9798 + g * 19235 + b * 3735 + 16384) >> 15
    grey[i] = luma
    histogram[luma]!++
    const rg = r - g
    // Twice the yellow-blue difference keeps the sums whole numbers.
    const yb = r + g - 2 * b
    sumRg += rg
    sumRgSquared += rg * rg
    sumYb += yb
    sumYbSquared += yb * yb
    const high = r > g ? (r > b ? r : b) : g > b ? g : b
    const low = r < g ? (r < b ? r : b) : g < b ? g : b
    if (high > 0) sumSaturation += (high - low) / high
  }
  const rg = { mean: sumRg / pixels, variance: sumRgSquared / pixels - (sumRg / pixels) ** 2 }
  const yb = { mean: sumYb / pixels / 2, variance: (sumYbSquared / pixels - (sumYb / pixels) ** 2) / 4 }
  return {
    width,
    height,
    ...histogramStatistics(histogram, pixels),
    ...filterStatistics(grey, width, height),
    colourfulness: Math.sqrt(Math.max(0, rg.variance + yb.variance)) + 0.3 * Math.hypot(rg.mean, yb.mean),
    saturation: sumSaturation / pixels,
  }
}

function histogramStatistics(
  histogram: Uint32Array,
  pixels: number,
): Pick<ImageStatistics, 'brightness' | 'contrast' | 'entropy' | 'clippedShadows' | 'clippedHighlights'> {
  let sum = 0
  let sumSquared = 0
  let entropy = 0
  let shadows = 0
  let highlights = 0
  for (let level = 0; level < 256; level++) {
    const count = histogram[level]!
    if (count === 0) continue
    sum += level * count
    sumSquared += level * level * count
    entropy -= (count / pixels) * Math.log2(count / pixels)
    if (level <= SHADOW_GREY) shadows += count
    if (level >= HIGHLIGHT_GREY) highlights += count
  }
  const brightness = sum / pixels
  return {
    brightness,
    contrast: Math.sqrt(Math.max(0, sumSquared / pixels - brightness ** 2)),
    entropy: Math.abs(entropy),
    clippedShadows: shadows / pixels,
    clippedHighlights: highlights / pixels,
  }
}

/** Laplacian with mirrored borders (over all pixels, as `cv2.Laplacian(...).var()`), and the noise filter over inner pixels. */
function filterStatistics(
  grey: Uint8Array,
  width: number,
  height: number,
): Pick<ImageStatistics, 'sharpness' | 'noise'> {
  if (width < 2 || height < 2) return { sharpness: 0, noise: 0 }
  let sum = 0
  let sumSquared = 0
  let sumNoise = 0
  for (let y = 0; y < height; y++) {
    const row = y * width
    const up = (y === 0 ? 1 : y - 1) * width
    const down = (y === height - 1 ? height - 2 : y + 1) * width
    const innerRow = y > 0 && y < height - 1
    for (let x = 0; x < width; x++) {
      const left = x === 0 ? 1 : x - 1
      const right = x === width - 1 ? width - 2 : x + 1
      const centre = grey[row + x]!
      const edges = grey[up + x]! + grey[down + x]! + grey[row + left]! + grey[row + right]!
      const laplacian = edges - 4 * centre
      sum += laplacian
      sumSquared += laplacian * laplacian
      if (innerRow && x > 0 && x < width - 1) {
        const corners = grey[up + left]! + grey[up + right]! + grey[down + left]! + grey[down + right]!
        sumNoise += Math.abs(corners - 2 * edges + 4 * centre)
      }
    }
  }
  const pixels = width * height
  const inner = (width - 2) * (height - 2)
  return {
    sharpness: sumSquared / pixels - (sum / pixels) ** 2,
    noise: inner > 0 ? (Math.sqrt(Math.PI / 2) * sumNoise) / (6 * inner) : 0,
  }
}
