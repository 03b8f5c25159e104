import sharp from 'sharp'
import { textPath } from '../plots/text-path.ts'

/** A box to draw, in pixels of the image. */
export interface DrawnBox {
  readonly box: readonly [number, number, number, number]
  readonly label?: string
  /** CSS colour. */
  readonly colour: string
  readonly dashed?: boolean
}

/**
 * A JPEG of an image with boxes drawn on it, shrunk to `widthPx`.
 *
 * @param image width and height are those of the upright image, the frame of reference of the boxes
 */
export async function drawBoxes(
  image: { readonly path: string | Uint8Array; readonly width: number; readonly height: number },
  boxes: readonly DrawnBox[],
  widthPx: number,
): Promise<Buffer> {
  const scale = Math.min(1, widthPx / image.width)
  const width = Math.max(1, Math.round(image.width * scale))
  const height = Math.max(1, Math.round(image.height * scale))
  const shapes = boxes.map(({ box, label, colour, dashed }) => {
    const [x1, y1, x2, y2] = box.map((side) => side * scale) as [number, number, number, number]
    const stroke = `stroke="${colour}" stroke-width="${dashed ? 1.2 : 1.6}"${dashed ? ' stroke-dasharray="4 3"' : ''}`
    const rect = `<rect x="${x1.toFixed(1)}" y="${y1.toFixed(1)}" width="${(x2 - x1).toFixed(1)}" height="${(y2 - y1).toFixed(1)}" fill="none" ${stroke}/>`
    const text = label ? textPath(x1, Math.max(9, y1 - 3), label, { size: 10, fill: colour, halo: '#000000' }) : ''
    return rect + text
  })
  const overlay = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${shapes.join('')}</svg>`
  return sharp(image.path)
    .autoOrient()
    .resize(width, height, { fit: 'fill' })
    .flatten({ background: '#727272' })
    .composite([{ input: Buffer.from(overlay), top: 0, left: 0 }])
    .jpeg({ quality: 82 })
    .toBuffer()
}
