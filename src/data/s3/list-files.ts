import type { Stats } from 'node:fs'
import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { codeOf } from '../../core/errors.ts'
import type { FileEntry } from './entry.ts'
import { EVERYTHING, type EntryFilter } from './key-filter.ts'
import { compareKeys } from './key-order.ts'

export interface ListFilesOptions {
  readonly filter?: EntryFilter
  readonly signal?: AbortSignal | undefined
  /** What is left out: a hidden file or folder, a symbolic link, a pipe or device. */
  readonly onSkipped?: (key: string, why: 'hidden' | 'link' | 'special') => void
}

/**
 * Regular files below a folder, in the order in which S3 would list their keys, one folder in memory at a time. Hidden
 * names and symbolic links are left out; a folder that is not there is empty.
 */
export async function* listFiles(folder: string, options: ListFilesOptions = {}): AsyncGenerator<FileEntry> {
  const { filter = EVERYTHING, signal, onSkipped } = options
  async function* walk(relative: string): AsyncGenerator<FileEntry> {
    signal?.throwIfAborted()
    for (const { name, key, kind } of await entriesOf(folder, relative)) {
      const skipped = name.startsWith('.') ? 'hidden' : kind === 'folder' || kind === 'file' ? undefined : kind
      if (skipped !== undefined) onSkipped?.(key, skipped)
      else if (kind === 'folder') yield* walk(`${key}/`)
      else if (filter.wantsKey(key)) {
        const path = join(folder, key)
        const found = await statIfThere(path)
        if (found === undefined) continue
        const entry = { key, path, sizeBytes: found.size, modifiedMs: found.mtimeMs }
        if (filter.wants(entry)) yield entry
      }
    }
  }
  yield* walk('')
}

interface Found {
  readonly name: string
  readonly key: string
  readonly kind: 'file' | 'folder' | 'link' | 'special'
}

async function entriesOf(folder: string, relative: string): Promise<Found[]> {
  const found = await readdir(join(folder, relative), { withFileTypes: true }).catch((error: unknown) => {
    if (relative === '' && codeOf(error) === 'ENOENT') return []
    throw error
  })
  return (
    found
      .map((entry) => ({
        name: entry.name,
        key: relative + entry.name,
        kind: entry.isDirectory()
          ? ('folder' as const)
          : entry.isFile()
            ? ('file' as const)
            : entry.isSymbolicLink()
              ? ('link' as const)
              : ('special' as const),
      }))
      // A folder stands where its keys do: `a-b` comes before `a/c`, although `a` comes before `a-b`.
      .toSorted((a, b) => compareKeys(sortKey(a), sortKey(b)))
  )
}

/** A file that is deleted while the folder is walked is not in it. */
async function statIfThere(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

const sortKey = ({ key, kind }: Found): string => (kind === 'folder' ? `${key}/` : key)
