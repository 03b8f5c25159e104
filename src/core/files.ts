import { randomBytes } from 'node:crypto'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { SkyloopError } from './errors.ts'

/**
 * Writes a whole file so that a reader, or a crash, sees the old content or the new, never a part:
 * temporary file beside it, fsync, rename. Parent folders are made.
 */
export async function writeFileAtomic(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`
  try {
    const handle = await open(temporary, 'wx')
    try {
      await handle.writeFile(content)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

export async function writeJsonAtomic(path: string, value: unknown): Promise<void> {
  await writeFileAtomic(path, `${JSON.stringify(value, null, 2)}\n`)
}

/**
 * Joins an untrusted relative path to a folder.
 *
 * @throws SkyloopError `core.path-traversal` when the result would lie outside `root`
 */
export function joinInside(root: string, untrusted: string): string {
  const full = resolve(root, untrusted)
  const inside = relative(resolve(root), full)
  if (isAbsolute(untrusted) || inside.startsWith('..') || isAbsolute(inside) || untrusted.includes('\0')) {
    throw new SkyloopError({ code: 'core.path-traversal', message: `"${untrusted}" leads outside its folder` })
  }
  return join(root, inside)
}
