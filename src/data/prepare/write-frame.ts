import { copyFile, link, mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import sharp, { type OutputInfo, type Sharp } from 'sharp'
import { codeOf, messageOf, SkyloopError } from '../../core/errors.ts'
import { formatYoloLabels, type LabelledBox } from '../formats/yolo-labels.ts'
import { firstLine } from './read-source.ts'
import { PADDING_GREY, type Letterbox } from './letterbox.ts'
import type { TileRect } from './tile-frame.ts'

/** One image to write of a frame. */
export interface FramePart {
  /** Output path without folder and ending. */
  readonly stem: string
  /** Undefined for the whole frame. */
  readonly rect: TileRect | undefined
  /** Where the frame lies in a square of this side, on grey; undefined where it fills the written image. */
  readonly letterbox?: Letterbox | undefined
  /** Fractions of the written image. */
  readonly boxes: readonly LabelledBox[]
}

/** Quality of written JPEGs; colour is kept at full resolution because small objects live by it. */
export const JPEG = { quality: 92, chromaSubsampling: '4:4:4' } as const

/**
 * Decodes a frame once and writes its parts as `<folder>/images/*.jpg` and `<folder>/labels/*.txt`.
 *
 * @throws SkyloopError `data.image.corrupt` when the frame does not decode, before anything is written;
 *   `data.write` when the output cannot be written, a full disk for one
 */
export async function writeParts(
  source: string,
  folder: string,
  parts: readonly FramePart[],
  scale: number,
): Promise<void> {
  const { data, info } = await decode(source)
  for (const part of parts) {
    let image: Sharp = sharp(data, { raw: { width: info.width, height: info.height, channels: info.channels } })
    const rect = part.rect ?? { x: 0, y: 0, width: info.width, height: info.height }
    if (part.rect) image = image.extract({ left: rect.x, top: rect.y, width: rect.width, height: rect.height })
    const { letterbox } = part
    const width = letterbox?.width ?? Math.max(1, Math.round(rect.width * scale))
    const height = letterbox?.height ?? Math.max(1, Math.round(rect.height * scale))
    if (width !== rect.width || height !== rect.height) image = image.resize(width, height, { fit: 'fill' })
    if (letterbox) {
      const { side, left, top } = letterbox
      const background = { r: PADDING_GREY, g: PADDING_GREY, b: PADDING_GREY }
      image = image.extend({ left, top, right: side - width - left, bottom: side - height - top, background })
    }
    await writeOutput(join(folder, 'images', `${part.stem}.jpg`), await image.jpeg(JPEG).toBuffer())
    await writeOutput(join(folder, 'labels', `${part.stem}.txt`), formatYoloLabels(part.boxes))
  }
}

/** 8-bit sRGB, turned by its EXIF orientation, transparency on grey. */
async function decode(source: string): Promise<{ data: Buffer; info: OutputInfo }> {
  const bytes = await readFile(source)
  try {
    return await sharp(bytes, { failOn: 'error' })
      .autoOrient()
      .flatten({ background: '#727272' })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true })
  } catch (error) {
    throw new SkyloopError({ code: 'data.image.corrupt', message: firstLine(messageOf(error)), cause: error })
  }
}

/** @throws SkyloopError `data.write`, a fault of the machine, naming the file */
export async function writeOutput(path: string, content: string | Uint8Array): Promise<void> {
  try {
    await writeFile(path, content)
  } catch (error) {
    const full = codeOf(error) === 'ENOSPC' || codeOf(error) === 'EDQUOT'
    throw new SkyloopError({
      code: 'data.write',
      fault: 'machine',
      message: full ? `the disk is full: cannot write ${path}` : `cannot write ${path}: ${messageOf(error)}`,
      hint: full ? 'free some space and run it again' : undefined,
      cause: error,
    })
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
