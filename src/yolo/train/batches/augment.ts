import type { Random } from '../../../core/random.ts'
import { blit, orientedSize, placeBox, UPRIGHT } from '../../image/blit.ts'
import type { ClipRect, Orientation, Placement } from '../../image/blit.ts'
import { mixColours } from '../../image/mix-colours.ts'
import { greyCanvas } from '../../image/rgb-image.ts'
import type { RgbImage } from '../../image/rgb-image.ts'

/** How training images are varied. Probabilities are in [0, 1]. */
export interface Augmentation {
  /** Probability that four images share a canvas. @source Bochkovskiy et al. 2020, YOLOv4 (arXiv:2004.10934) */
  readonly mosaic: number
  /** Probability of a mirror image, left to right. */
  readonly hflip: number
  /** Probability of a mirror image, top to bottom; right for views from above. */
  readonly vflip: number
  /** Probability of a quarter turn to either side; right for views from above. Boxes stay exact. */
  readonly rotate90: number
  /** Size is multiplied by a number in [1 - scale, 1 + scale]. */
  readonly scale: number
  /** The centre moves by up to this fraction of the canvas. */
  readonly translate: number
  /** Hue turns by up to this fraction of the circle. */
  readonly hue: number
  /** Saturation is multiplied by a number in [1 - s, 1 + s]. */
  readonly saturation: number
  /** Brightness is multiplied by a number in [1 - v, 1 + v]. */
  readonly value: number
}

export const NO_AUGMENTATION: Augmentation = {
  mosaic: 0,
  hflip: 0,
  vflip: 0,
  rotate90: 0,
  scale: 0,
  translate: 0,
  hue: 0,
  saturation: 0,
  value: 0,
}

/** An image with its boxes as fractions of it. */
export interface Sample {
  readonly image: RgbImage
  readonly boxesXyxyNorm: Float32Array
  readonly classes: Int32Array
}

export interface AugmentedSample {
  readonly image: RgbImage
  readonly boxesXyxyPx: [number, number, number, number][]
  readonly classes: number[]
}

/** Of a box that the canvas or a mosaic seam cuts, at least this share of its area must stay visible, and 2 px a side. */
const MIN_VISIBLE = 0.25
const MIN_SIDE_PX = 2

/** One image on a canvas of `size` pixels a side, varied. */
export function augmentSingle(sample: Sample, size: number, how: Augmentation, random: Random): AugmentedSample {
  const canvas = greyCanvas(size, size)
  const orientation = drawOrientation(how, random)
  const zoom = drawZoom(how, random)
  const shiftX = random.range(-how.translate, how.translate) * size
  const shiftY = random.range(-how.translate, how.translate) * size
  const scale = (size / Math.max(sample.image.width, sample.image.height)) * zoom
  const [width, height] = orientedSize(sample.image, orientation)
  const placement = {
    orientation,
    scaleX: scale,
    scaleY: scale,
    offsetX: Math.round((size - width * scale) / 2 + shiftX),
    offsetY: Math.round((size - height * scale) / 2 + shiftY),
  }
  const out: AugmentedSample = { image: canvas, boxesXyxyPx: [], classes: [] }
  place(sample, placement, { left: 0, top: 0, right: size, bottom: size }, out)
  jitterColour(canvas.rgb, how, random)
  return out
}

/**
 * Four images around a common corner, on a canvas of `size` pixels a side: the square of two canvases a side that
 * YOLOv4 describes, scaled and cut in one go.
 */
export function augmentMosaic(
  samples: readonly Sample[],
  size: number,
  how: Augmentation,
  random: Random,
): AugmentedSample {
  const canvas = greyCanvas(size, size)
  const out: AugmentedSample = { image: canvas, boxesXyxyPx: [], classes: [] }
  const zoom = drawZoom(how, random)
  const corner = () =>
    Math.round(size * (0.5 + random.range(-0.5, 0.5) * zoom + random.range(-how.translate, how.translate)))
  const cornerX = corner()
  const cornerY = corner()
  samples.forEach((sample, quadrant) => {
    const orientation = drawOrientation(how, random)
    const scale = (size / Math.max(sample.image.width, sample.image.height)) * zoom
    const [width, height] = orientedSize(sample.image, orientation)
    const atLeft = quadrant % 2 === 0
    const atTop = quadrant < 2
    const placement = {
      orientation,
      scaleX: scale,
      scaleY: scale,
      offsetX: atLeft ? cornerX - width * scale : cornerX,
      offsetY: atTop ? cornerY - height * scale : cornerY,
    }
    const clip = {
      left: atLeft ? 0 : Math.max(0, cornerX),
      top: atTop ? 0 : Math.max(0, cornerY),
      right: atLeft ? Math.min(size, cornerX) : size,
      bottom: atTop ? Math.min(size, cornerY) : size,
    }
    place(sample, placement, clip, out)
  })
  jitterColour(canvas.rgb, how, random)
  return out
}

function drawZoom(how: Augmentation, random: Random): number {
  return 1 + random.range(-how.scale, how.scale)
}

function drawOrientation(how: Augmentation, random: Random): Orientation {
  // All draws are made in every case, so that one probability does not shift the stream of another.
  const mirrorX = random.next() < how.hflip
  const mirrorY = random.next() < how.vflip
  const turn = random.next() < how.rotate90
  const clockwise = random.next() < 0.5
  if (!mirrorX && !mirrorY && !turn) return UPRIGHT
  // A mirror image top to bottom is one left to right and a half turn.
  const turns = ((mirrorY ? 2 : 0) + (turn ? (clockwise ? 1 : 3) : 0)) % 4
  return { mirror: mirrorX !== mirrorY, turns: turns as Orientation['turns'] }
}

function place(sample: Sample, placement: Placement, clip: ClipRect, out: AugmentedSample): void {
  if (clip.right <= clip.left || clip.bottom <= clip.top) return
  const { image, boxesXyxyNorm, classes } = sample
  blit(image, out.image, placement, clip)
  for (let m = 0; m < classes.length; m++) {
    const box = placeBox(
      [
        boxesXyxyNorm[m * 4]! * image.width,
        boxesXyxyNorm[m * 4 + 1]! * image.height,
        boxesXyxyNorm[m * 4 + 2]! * image.width,
        boxesXyxyNorm[m * 4 + 3]! * image.height,
      ],
      image,
      placement,
    )
    const x1 = Math.max(box[0], clip.left)
    const y1 = Math.max(box[1], clip.top)
    const x2 = Math.min(box[2], clip.right)
    const y2 = Math.min(box[3], clip.bottom)
    if (x2 - x1 < MIN_SIDE_PX || y2 - y1 < MIN_SIDE_PX) continue
    if ((x2 - x1) * (y2 - y1) < MIN_VISIBLE * (box[2] - box[0]) * (box[3] - box[1])) continue
    out.boxesXyxyPx.push([x1, y1, x2, y2])
    out.classes.push(classes[m]!)
  }
}

/**
 * Turns hue, stretches saturation and scales brightness, as one 3x3 matrix a pixel: luma is kept by the turn.
 *
 * @source luma weights of ITU-R BT.709; the hue turn is a rotation around the grey axis
 */
function jitterColour(rgb: Uint8Array, how: Augmentation, random: Random): void {
  const angle = random.range(-how.hue, how.hue) * 2 * Math.PI
  const s = 1 + random.range(-how.saturation, how.saturation)
  const v = 1 + random.range(-how.value, how.value)
  if (angle === 0 && s === 1 && v === 1) return
  const cos = Math.cos(angle)
  const third = (1 - cos) / 3
  const root = Math.sin(angle) / Math.sqrt(3)
  const turn = [
    [cos + third, third - root, third + root],
    [third + root, cos + third, third - root],
    [third - root, third + root, cos + third],
  ] as const
  const luma = [0.2126, 0.7152, 0.0722] as const
  const m = turn.map((row) =>
    row.map((_, j) => {
      const grey = luma[0] * turn[0][j]! + luma[1] * turn[1][j]! + luma[2] * turn[2][j]!
      return v * (grey + s * (row[j]! - grey))
    }),
  ) as [Row, Row, Row]
  mixColours(rgb, m)
}

type Row = [number, number, number]
