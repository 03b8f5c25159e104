import { copyFile, link, mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import sharp, { type Sharp } from 'sharp'
import { codeOf } from '../../core/errors.ts'
import { formatYoloLabels, type LabelledBox } from '../formats/yolo-labels.ts'
import type { TileRect } from './tile-frame.ts'

/** One image to write of a frame. */
export interface FramePart {
  /** Output path without folder and ending. */
  readonly stem: string
  /** Undefined for the whole frame. */
  readonly rect: TileRect | undefined
  readonly boxes: readonly LabelledBox[]
}

/** Quality of written JPEGs; colour is kept at full resolution because small objects live by it. */
const JPEG = { quality: 92, chromaSubsampling: '4:4:4' } as const

/**
 * Decodes a frame once and writes its parts as `<folder>/images/*.jpg` and `<folder>/labels/*.txt`.
 *
 * @throws whatever the decoder says of a broken file; parts are written only after the whole frame decoded
 */
export async function writeParts(
  source: string,
  folder: string,
  parts: readonly FramePart[],
  scale: number,
): Promise<void> {
  const bytes = await readFile(source)
  const { data, info } = await sharp(bytes, { failOn: 'error' })
    .autoOrient()
    .flatten({ background: '#727272' })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
  for (const part of parts) {
    let image: Sharp = sharp(data, { raw: { width: info.width, height: info.height, channels: info.channels } })
    const rect = part.rect ?? { x: 0, y: 0, width: info.width, height: info.height }
    if (part.rect) image = image.extract({ left: rect.x, top: rect.y, width: rect.width, height: rect.height })
    const width = Math.max(1, Math.round(rect.width * scale))
    const height = Math.max(1, Math.round(rect.height * scale))
    if (width !== rect.width || height !== rect.height) image = image.resize(width, height, { fit: 'fill' })
    await writeFile(join(folder, 'images', `${part.stem}.jpg`), await image.toColourspace('srgb').jpeg(JPEG).toBuffer())
    await writeFile(join(folder, 'labels', `${part.stem}.txt`), formatYoloLabels(part.boxes))
  }
}

/** The same file under another name: a hard link where the file system allows, else a copy. */
export async function linkOrCopy(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true })
  try {
    await link(from, to)
  } catch (error) {
    if (!['EXDEV', 'EPERM', 'EACCES', 'EMLINK', 'ENOTSUP'].includes(codeOf(error) ?? '')) throw error
    await copyFile(from, to)
  }
}
