import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { codeOf, messageOf, SkyloopError } from '../../core/errors.ts'
import type { FoundImage } from '../formats/find-images.ts'
import { parseYoloLabels, type YoloLabels } from '../formats/yolo-labels.ts'
import type { CameraMetadata } from '../metadata/camera-metadata.ts'
import { imageHeader } from '../metadata/image-header.ts'
import { hashBytes } from '../version/content-hash.ts'

/** An image file that opened, and its labels. */
export interface SourceFrame {
  readonly found: FoundImage
  /** Pixels after turning by its EXIF orientation. */
  readonly width: number
  readonly height: number
  readonly sha256: string
  /** Undefined when there is no label file, which is not the same as an empty one. */
  readonly labels: YoloLabels | undefined
  readonly labelSha256: string
  /** What EXIF and XMP say. */
  readonly camera: CameraMetadata
}

/** An image file that cannot be used. */
export interface BrokenFrame {
  readonly found: FoundImage
  readonly reason: string
}

/** Opens one image's header and reads its labels; pixels are decoded later. */
export async function readSource(
  root: string,
  found: FoundImage,
  classCount: number,
): Promise<SourceFrame | BrokenFrame> {
  const bytes = await readFile(join(root, found.image))
  if (bytes.length === 0) return { found, reason: 'the file is empty (0 bytes)' }
  let header: Awaited<ReturnType<typeof imageHeader>>
  try {
    header = await imageHeader(bytes, found.image)
  } catch (error) {
    return { found, reason: firstLine(messageOf(error instanceof SkyloopError ? (error.cause ?? error) : error)) }
  }
  const text = await readFile(join(root, found.label), 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined
    throw error
  })
  const { storedWidth, storedHeight, orientation = 1, camera } = header
  const [width, height] = orientation >= 5 ? [storedHeight, storedWidth] : [storedWidth, storedHeight]
  const labels =
    text === undefined
      ? undefined
      : parseYoloLabels(text, { file: found.label, classCount, imageSizePx: [width, height] })
  return { found, width, height, sha256: hashBytes(bytes), labels, labelSha256: hashBytes(text ?? '\0missing'), camera }
}

export function isBroken(frame: SourceFrame | BrokenFrame): frame is BrokenFrame {
  return 'reason' in frame
}

/** The first line of a decoder's message; where the decoder has no words for it, what that usually means. */
export function firstLine(text: string): string {
  const line = text.split('\n')[0]!.slice(0, 200)
  return line === '' || line === 'Unknown error' ? 'the image data is damaged or cut short' : line
}
