import { randomBytes } from 'node:crypto'
import { closeSync, fsync, openSync, writeSync } from 'node:fs'
import { mkdir, open, readdir, rm, statfs, link, copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { codeOf } from '../../../core/errors.ts'
import { AwsError } from '../../wire/aws-error.ts'

/**
 * Files that hold object bytes, each under a random id that no key ever becomes part of.
 *
 * A blob is complete and on disk before a row refers to it, and nobody else knows its id until then; so a blob without
 * a row is the remains of a crash, and {@link BlobStore.sweep} may take it.
 */
export interface BlobStore {
  pathOf(id: string): string
  /**
   * Writes a new blob and syncs it. The id counts as in use until `settle`, with or without a row by then.
   *
   * @throws AwsError `InsufficientStorage` when the disk is full; nothing is left behind
   */
  write(content: AsyncIterable<Uint8Array> | Uint8Array): Promise<string>
  /** A blob with the bytes of a file: a hard link where the file system can and `take` allows, a copy otherwise. */
  adopt(path: string, take: 'copy' | 'link'): Promise<string>
  /** Ends the protection of a new blob from the sweep. */
  settle(id: string): void
  /** Deletes, in the background, a blob that no row refers to any more. If that fails, the next sweep takes it. */
  discard(id: string | undefined): void
  /** Deletes every blob that `isReferenced` denies. @returns how many */
  sweep(isReferenced: (id: string) => boolean): Promise<number>
}

export interface BlobStoreOptions {
  readonly folder: string
  /** Refuse writes that leave less than this many bytes free. @default 0 */
  readonly reserveBytes?: number
}

export function openBlobStore({ folder, reserveBytes = 0 }: BlobStoreOptions): BlobStore {
  const unsettled = new Set<string>()
  const madeFolders = new Set<string>()
  const pathOf = (id: string): string => join(folder, id.slice(0, 2), id)

  const newBlob = async (): Promise<string> => {
    const id = randomBytes(16).toString('hex')
    unsettled.add(id)
    const shard = id.slice(0, 2)
    if (!madeFolders.has(shard)) {
      await mkdir(join(folder, shard), { recursive: true })
      madeFolders.add(shard)
    }
    return id
  }

  const abandon = async (id: string, error: unknown): Promise<never> => {
    await rm(pathOf(id), { force: true })
    unsettled.delete(id)
    throw isDiskFull(error) ? insufficientStorage() : error
  }

  const checkReserve = async (sizeBytes: number): Promise<void> => {
    if (reserveBytes === 0) return
    await mkdir(folder, { recursive: true })
    const { bavail, bsize } = await statfs(folder)
    if (bavail * bsize - sizeBytes < reserveBytes) throw insufficientStorage()
  }

  return {
    pathOf,
    async write(content) {
      await checkReserve(content instanceof Uint8Array ? content.length : 0)
      const id = await newBlob()
      try {
        if (content instanceof Uint8Array) await writeSmall(pathOf(id), content)
        else await writeStream(pathOf(id), content)
        return id
      } catch (error) {
        return abandon(id, error)
      }
    },
    async adopt(path, take) {
      const id = await newBlob()
      try {
        if (take === 'link' && (await tryLink(path, pathOf(id)))) return id
        await copyFile(path, pathOf(id))
        const file = await open(pathOf(id), 'r+')
        try {
          await file.sync()
        } finally {
          await file.close()
        }
        return id
      } catch (error) {
        return abandon(id, error)
      }
    },
    settle: (id) => {
      unsettled.delete(id)
    },
    discard: (id) => {
      if (id === undefined) return
      unsettled.delete(id)
      void rm(pathOf(id), { force: true }).catch(() => {})
    },
    async sweep(isReferenced) {
      let removed = 0
      for (const shard of await readdir(folder).catch(() => [])) {
        for (const id of await readdir(join(folder, shard)).catch(() => [])) {
          if (unsettled.has(id) || isReferenced(id)) continue
          await rm(pathOf(id), { force: true })
          removed++
        }
      }
      return removed
    },
  }
}

/** Opening, writing and closing a small file is quicker than handing each to another thread; only the sync waits for the disk. */
async function writeSmall(path: string, content: Uint8Array): Promise<void> {
  const file = openSync(path, 'wx')
  try {
    for (let written = 0; written < content.length;) written += writeSync(file, content, written)
    await syncFile(file)
  } finally {
    closeSync(file)
  }
}

const syncFile = promisify(fsync)

async function writeStream(path: string, content: AsyncIterable<Uint8Array>): Promise<void> {
  const file = await open(path, 'wx')
  try {
    for await (const chunk of content) await writeAll(file, chunk)
    await file.sync()
  } finally {
    await file.close()
  }
}

async function writeAll(file: Awaited<ReturnType<typeof open>>, chunk: Uint8Array): Promise<void> {
  let written = 0
  while (written < chunk.length) written += (await file.write(chunk, written)).bytesWritten
}

/** Links only work inside one file system, and some forbid them. */
async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (error) {
    if (['EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP', 'EACCES'].includes(codeOf(error) ?? '')) return false
    throw error
  }
}

function isDiskFull(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT'].includes(codeOf(error) ?? '')
}

function insufficientStorage(): AwsError {
  return new AwsError(
    'InsufficientStorage',
    507,
    'The disk of the engine is full: nothing was stored. Free space and try again.',
  )
}
