import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { listFiles } from '../../data/s3/list-files.ts'
import { contentTypeOf } from '../../data/s3/content-type.ts'

/** An image file of a data set. */
export interface Frame {
  readonly name: string
  read(): Promise<Uint8Array>
}

/** The images of a data set on disk, split by split, in order of path. `none`: the set has no splits. */
export async function findFrames(
  folder: string,
): Promise<Readonly<Record<'train' | 'val' | 'none', readonly Frame[]>>> {
  const frames: Record<'train' | 'val' | 'none', Frame[]> = { train: [], val: [], none: [] }
  for await (const file of listFiles(folder)) {
    if (!contentTypeOf(file.key).startsWith('image/')) continue
    const parts = file.key.split('/')
    // Images beside the set proper (previews, other splits) are no part of it.
    if (!parts.includes('images')) continue
    const known = parts.find((part) => part === 'train' || part === 'val')
    if (known === undefined && parts[0] !== 'images') continue
    frames[known ?? 'none'].push({ name: file.key, read: () => readFile(join(folder, file.key)) })
  }
  return frames
}

/** `count` items spread evenly over a list; all of it when it is shorter. */
export function spread<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items]
  return Array.from({ length: count }, (_, i) => items[Math.floor((i * items.length) / count)] as T)
}
