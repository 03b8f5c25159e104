import { open, opendir, readFile, stat } from 'node:fs/promises'
import { dirname, join, posix } from 'node:path'
import { codeOf, SkyloopError } from '../../../core/errors.ts'
import { joinInside } from '../../../core/files.ts'
import type { ListedFile, SetSource } from './set-source.ts'
import { requireSize } from './require-size.ts'

/**
 * The files below a folder. Names that begin with a dot are left out, and so are symbolic links, which could lead in
 * circles or out of the set.
 *
 * @param root absolute
 * @throws SkyloopError `data.profile.folder` when it is no folder
 */
export async function folderSource(root: string): Promise<SetSource> {
  const found = await stat(root).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined
    throw error
  })
  if (!found?.isDirectory()) {
    throw new SkyloopError({
      code: 'data.profile.folder',
      message: found ? `${root} is a file, not a folder` : `there is no folder ${root}`,
      hint: 'give the folder that holds the images, or s3://bucket/prefix',
    })
  }
  const source: SetSource = {
    uri: root,
    list: (signal) => walk(root, '', signal),
    read: async (path, mostBytes) => {
      const handle = await open(joinInside(root, path))
      try {
        requireSize(path, (await handle.stat()).size, mostBytes)
        return new Uint8Array(await handle.readFile())
      } finally {
        await handle.close()
      }
    },
    localPath: (path) => joinInside(root, path),
    readText: async (name, level) => {
      const folder = level === 0 ? root : dirname(root)
      return readFile(join(folder, name), 'utf8').catch((error: unknown) => {
        if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined
        throw error
      })
    },
  }
  return source
}

async function* walk(root: string, relative: string, signal: AbortSignal | undefined): AsyncGenerator<ListedFile> {
  const names: { name: string; isFolder: boolean }[] = []
  for await (const entry of await opendir(join(root, relative))) {
    if (entry.name.startsWith('.')) continue
    if (entry.isDirectory() || entry.isFile()) names.push({ name: entry.name, isFolder: entry.isDirectory() })
  }
  names.sort((a, b) => (a.name < b.name ? -1 : 1))
  for (const { name, isFolder } of names) {
    signal?.throwIfAborted()
    const path = posix.join(relative, name)
    if (isFolder) {
      yield* walk(root, path, signal)
      continue
    }
    const { size, mtimeMs, ctimeMs, ino, dev } = await stat(join(root, path))
    yield { path, sizeBytes: size, revision: `${dev}-${ino}-${mtimeMs}-${ctimeMs}` }
  }
}
