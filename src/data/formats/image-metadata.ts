import { readFile } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { codeOf, SkyloopError } from '../../core/errors.ts'
import { isObject, parseJson, type Json } from '../../core/json.ts'

/** What `metadata.jsonl` says of one image, untouched but for its path. */
export type ImageMetadata = { readonly [key: string]: Json } & { readonly image: string }

/**
 * Reads the `metadata.jsonl` files of a data set, at its top and in its split folders.
 *
 * @returns by image path relative to the data set, with forward slashes
 * @throws SkyloopError `data.metadata` naming file and line when one is not an object with an `image`
 */
export async function readImageMetadata(root: string, folders: readonly string[]): Promise<Map<string, ImageMetadata>> {
  const found = new Map<string, ImageMetadata>()
  for (const folder of new Set(['', ...folders])) {
    const file = posix.join(folder, 'metadata.jsonl')
    const text = await readFile(join(root, file), 'utf8').catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return ''
      throw error
    })
    for (const entry of parseImageMetadata(text, file)) {
      // Paths are relative to the data set; those relative to the file's own folder are understood too.
      found.set(posix.normalize(entry.image), entry)
      const nested = posix.join(folder, entry.image)
      if (!found.has(nested)) found.set(nested, entry)
    }
  }
  return found
}

/**
 * The lines of one `metadata.jsonl`, in their order; empty lines are skipped.
 *
 * @throws SkyloopError `data.metadata` naming file and line when one is not an object with an `image`
 */
export function parseImageMetadata(text: string, file: string): ImageMetadata[] {
  return text.split(/\r?\n/).flatMap((line, index) => {
    if (line.trim() === '') return []
    const value = parseJson(line, `${file}:${index + 1}`)
    const image = isObject(value) ? value['image'] : undefined
    if (!isObject(value) || typeof image !== 'string' || image === '') {
      throw new SkyloopError({
        code: 'data.metadata',
        message: `${file}:${index + 1} is not an object with an "image"`,
      })
    }
    return [{ ...value, image } as ImageMetadata]
  })
}

/** Metres above take-off, from `altitudeM`; undefined when it is not given, which is not zero. */
export function altitudeOf(metadata: ImageMetadata | undefined): number | undefined {
  const altitude = metadata?.['altitudeM']
  return typeof altitude === 'number' && Number.isFinite(altitude) ? altitude : undefined
}

/**
 * The flight or sequence that an image belongs to: `flight` of its metadata, else its file name without the trailing
 * frame number (`DJI_0005-0018` is of `DJI_0005`), else its whole name (a still is a flight of its own).
 */
export function flightOf(stem: string, metadata: ImageMetadata | undefined): string {
  const named = metadata?.['flight']
  if (typeof named === 'string' && named !== '') return named
  const match = /^(.+?)(?:-\d+|[-_. ]?(?:frame|img|f)[-_ ]?\d+|_\d{5,})$/i.exec(stem)
  return match ? match[1]! : stem
}
