import sharp from 'sharp'
import type { RgbImage } from '../image/rgb-image.ts'
import { boxColour } from './palette.ts'
import { element } from './svg.ts'
import { fitText, textPath } from './text-path.ts'

/** A box to draw, in pixels of its picture. */
export interface SheetBox {
  readonly box: readonly [x1: number, y1: number, x2: number, y2: number]
  readonly classId: number
  /** @default none */
  readonly label?: string
}

export interface SheetPicture {
  readonly image: RgbImage
  readonly boxes: readonly SheetBox[]
  /** Written in the picture's corner. */
  readonly caption: string
}

/** About how wide a sheet is, in pixels. */
const SHEET_PX = 1280
const GAP_PX = 6
/** Beyond so many boxes names would cover what they name. */
const MOST_LABELS = 25

/**
 * Pictures with their boxes side by side, as a JPEG.
 *
 * @param columns pictures in a row; all are fitted into cells of one size
 */
export async function pictureSheet(pictures: readonly SheetPicture[], columns: number): Promise<Buffer> {
  const cell = Math.floor((SHEET_PX - (columns + 1) * GAP_PX) / columns)
  const aspect = Math.max(...pictures.map(({ image }) => image.height / image.width))
  const cellHeight = Math.round(cell * aspect)
  const rows = Math.ceil(pictures.length / columns)
  const width = columns * (cell + GAP_PX) + GAP_PX
  const height = rows * (cellHeight + GAP_PX) + GAP_PX
  const photos = await Promise.all(
    pictures.map(async (picture, i) => {
      const { image } = picture
      const scale = Math.min(cell / image.width, cellHeight / image.height)
      const size = { width: Math.round(image.width * scale), height: Math.round(image.height * scale) }
      const raw = { raw: { width: image.width, height: image.height, channels: 3 as const } }
      const input = await sharp(image.rgb, raw).resize(size.width, size.height, { fit: 'fill' }).png().toBuffer()
      const left = GAP_PX + (i % columns) * (cell + GAP_PX)
      const top = GAP_PX + Math.floor(i / columns) * (cellHeight + GAP_PX)
      return { input, left, top, overlay: overlayOf(picture, scale, left, top, cell) }
    }),
  )
  const content = photos.map(({ overlay }) => overlay).join('')
  const svg = element('svg', { xmlns: 'http://www.w3.org/2000/svg', width, height }, content)
  return sharp({ create: { width, height, channels: 3, background: '#ffffff' } })
    .composite([...photos, { input: Buffer.from(svg), left: 0, top: 0 }])
    .jpeg({ quality: 86 })
    .toBuffer()
}

function overlayOf({ boxes, caption }: SheetPicture, scale: number, left: number, top: number, cell: number): string {
  const hasLabels = boxes.length <= MOST_LABELS
  const shapes = boxes.map(({ box, classId, label }) => {
    const [x1, y1, x2, y2] = box.map((side) => side * scale) as [number, number, number, number]
    const colour = boxColour(classId)
    const at = { x: left + x1, y: top + y1, width: x2 - x1, height: y2 - y1, fill: 'none' }
    // A dark line around the bright one keeps boxes visible on any ground.
    const shadow = element('rect', { ...at, stroke: '#000000', 'stroke-opacity': 0.55, 'stroke-width': 3.2 })
    const line = element('rect', { ...at, stroke: colour, 'stroke-width': 1.6 })
    if (!hasLabels || label === undefined) return shadow + line
    const y = top + Math.max(11, y1 - 3)
    return shadow + line + textPath(left + x1, y, fitText(label, 11, 130), { size: 11, fill: colour, halo: '#101418' })
  })
  const text = fitText(caption, 12, cell - 12)
  return shapes.join('') + textPath(left + 6, top + 15, text, { size: 12, fill: '#ffffff', halo: '#101418' })
}
