import sharp from 'sharp'

/** How bad the evening is, 0 to 1. */
export interface Dusk {
  /** 1 is the light of late dusk. */
  readonly darkness: number
  /** 1 hides everything. */
  readonly fog: number
  /** Gaussian sigma in pixels. */
  readonly blurPx: number
}

/** The dusks that shifted traffic made of photographs goes through. */
export const DUSKS: readonly Dusk[] = [
  { darkness: 0.5, fog: 0.35, blurPx: 1.2 },
  { darkness: 0.6, fog: 0.45, blurPx: 1.6 },
  { darkness: 0.7, fog: 0.5, blurPx: 2 },
  { darkness: 0.8, fog: 0.55, blurPx: 2.4 },
]

/**
 * Makes a foggy dusk of a photograph taken by day: darker, bluer, less colourful, blurred, under a veil of grey. A
 * degradation of real pixels, not a photograph of dusk.
 *
 * @param zoomOut at least 1: the frame is shrunk by that much and repeated at its borders, as from higher up
 */
export async function degradeToDusk(image: Uint8Array, dusk: Dusk, zoomOut = 1): Promise<Buffer> {
  const { width, height } = await sharp(image).metadata()
  const light = 1 - 0.75 * dusk.darkness
  const veil = 70 + 40 * (1 - dusk.darkness)
  const keep = 1 - dusk.fog
  const inner = { width: Math.round(width / zoomOut), height: Math.round(height / zoomOut) }
  const across = width - inner.width
  const down = height - inner.height
  return sharp(image)
    .resize(inner.width, inner.height)
    .extend({
      left: Math.floor(across / 2),
      right: Math.ceil(across / 2),
      top: Math.floor(down / 2),
      bottom: Math.ceil(down / 2),
      extendWith: 'mirror',
    })
    .modulate({ saturation: 0.5 })
    .linear(
      [0.85, 0.95, 1.1].map((tint) => light * tint * keep),
      [0.95, 1, 1.1].map((tint) => veil * tint * dusk.fog),
    )
    .blur(dusk.blurPx)
    .jpeg({ quality: 88 })
    .toBuffer()
}
