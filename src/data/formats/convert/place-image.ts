import { copyFile, link, mkdir, realpath } from 'node:fs/promises'
import { dirname } from 'node:path'
import { codeOf } from '../../../core/errors.ts'

/** `copy` bytes, hard `link` (a copy where the disk is another), or `none`: labels only. */
export const IMAGE_MODES = ['copy', 'link', 'none'] as const
export type ImageMode = (typeof IMAGE_MODES)[number]

/** Puts an image's file into the target, byte for byte. */
export async function placeImage(from: string, to: string, mode: 'copy' | 'link'): Promise<void> {
  await mkdir(dirname(to), { recursive: true })
  if (mode === 'link') {
    try {
      // Of a symbolic link the file it leads to: the target stands on its own.
      await link(await realpath(from), to)
      return
    } catch (error) {
      if (!CANNOT_LINK.has(codeOf(error) ?? '')) throw error
    }
  }
  await copyFile(from, to)
}

/** Another disk, too many links, or a file system or kernel that allows none. */
const CANNOT_LINK: ReadonlySet<string> = new Set(['EXDEV', 'EMLINK', 'EPERM', 'ENOTSUP', 'EOPNOTSUPP'])
