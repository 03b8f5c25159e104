import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { seededRandom } from '../src/core/random.ts'

/**
 * Writes one split in YOLO layout: bright rectangles (class 0) and dark ones (class 1) on grey noise, easy enough that
 * a few steps of training lower the loss.
 */
export async function writeRectangles(folder: string, images: number, sizePx: number, seed: number): Promise<void> {
  await mkdir(join(folder, 'images'), { recursive: true })
  await mkdir(join(folder, 'labels'), { recursive: true })
  const random = seededRandom(seed)
  for (let i = 0; i < images; i++) {
    const rgb = Uint8Array.from({ length: sizePx * sizePx * 3 }, () => 110 + random.int(30))
    const lines: string[] = []
    for (let m = 0; m < 2; m++) {
      const width = 12 + random.int(12)
      const height = 12 + random.int(12)
      const left = random.int(sizePx - width)
      const top = random.int(sizePx - height)
      for (let y = top; y < top + height; y++) {
        rgb.fill(m === 0 ? 250 : 5, (y * sizePx + left) * 3, (y * sizePx + left + width) * 3)
      }
      const box = [left + width / 2, top + height / 2, width, height].map((pixels) => (pixels / sizePx).toFixed(6))
      lines.push([m, ...box].join(' '))
    }
    const name = `picture-${String(i).padStart(3, '0')}`
    const picture = sharp(rgb, { raw: { width: sizePx, height: sizePx, channels: 3 } })
    await writeFile(join(folder, 'images', `${name}.png`), await picture.png().toBuffer())
    // The later rectangle may hide the earlier one; such an image still has true boxes enough to learn from.
    await writeFile(join(folder, 'labels', `${name}.txt`), `${lines.join('\n')}\n`)
  }
}
