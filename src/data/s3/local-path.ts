import { createHash } from 'node:crypto'
import { lstat, mkdir, readdir, rm, unlink, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import process from 'node:process'
import { codeOf, SkyloopError } from '../../core/errors.ts'

/**
 * Says why a key cannot be the name of a file below a folder, on this system or another; undefined when it can. What is
 * refused: `..` and `.` as parts, a leading or doubled slash, a backslash, a drive letter, a NUL, a trailing slash.
 */
export function unsafeKey(key: string): string | undefined {
  if (key.includes('\0')) return 'it holds a NUL'
  if (key.startsWith('/')) return 'it is an absolute path'
  if (key.includes('\\')) return 'it holds a backslash, which separates folders on Windows'
  if (/^[A-Za-z]:/.test(key)) return 'it begins with a drive letter'
  const parts = key.split('/')
  if (parts.includes('..') || parts.includes('.')) return 'it leads outside its folder with "." or ".."'
  if (parts.at(-1) === '') return 'it names a folder, yet holds bytes'
  if (parts.includes('')) return 'it has a folder without a name'
  return undefined
}

/** The folder that objects are written to. Nothing is ever written outside, whatever keys and links there are. */
export interface TargetFolder {
  readonly root: string
  /**
   * Path of a key's file, whose folder is there when this returns.
   *
   * @throws SkyloopError `data.s3.unsafe-key`; `data.s3.key-conflict` when a file stands where a folder must be, or two
   *   keys differ only in what this file system does not tell apart; `data.s3.link` when a symbolic link leads away
   */
  pathOf(key: string): Promise<string>
}

export interface TargetFolderOptions {
  /** The file system tells `A` from `a`. @default found out by trying */
  readonly caseSensitive?: boolean
}

export async function openTargetFolder(root: string, options: TargetFolderOptions = {}): Promise<TargetFolder> {
  await mkdir(root, { recursive: true })
  const caseSensitive = options.caseSensitive ?? (await isCaseSensitive(root))
  // Only where names collide must they be remembered.
  const spellings = new Map<string, string>()
  const ready = new Map<string, Promise<void>>()

  const ensureFolder = (relative: string): Promise<void> => {
    let made = ready.get(relative)
    if (made === undefined) {
      made = (relative === '' ? Promise.resolve() : ensureFolder(parentOf(relative))).then(() =>
        makeFolder(root, relative),
      )
      ready.set(relative, made)
    }
    return made
  }
  return {
    root,
    async pathOf(key) {
      const why = unsafeKey(key)
      if (why !== undefined) {
        throw new SkyloopError({
          code: 'data.s3.unsafe-key',
          message: `the key "${printable(key)}" cannot be a file here: ${why}; it leads outside its folder or to another file`,
          hint: 'copy the object to another key, or leave it out with --exclude',
        })
      }
      if (!caseSensitive) refuseCollision(spellings, key)
      await ensureFolder(parentOf(key))
      const path = join(root, key)
      await refuseFolder(path, key)
      return path
    },
  }
}

/** A key as it can be printed: control characters as escapes. */
export function printable(key: string): string {
  return JSON.stringify(key).slice(1, -1)
}

function parentOf(relative: string): string {
  const slash = relative.lastIndexOf('/')
  return slash < 0 ? '' : relative.slice(0, slash)
}

async function makeFolder(root: string, relative: string): Promise<void> {
  const path = join(root, relative)
  try {
    await mkdir(path)
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
    // The root itself may be a link: the person named it. A link below would lead what is written elsewhere.
    if (relative !== '') await refuseOther(path, relative)
  }
  await removeAbandoned(path)
}

async function refuseOther(path: string, relative: string): Promise<void> {
  const found = await lstat(path)
  if (found.isDirectory()) return
  throw found.isSymbolicLink()
    ? new SkyloopError({
        code: 'data.s3.link',
        message: `${path} is a symbolic link; objects under "${printable(relative)}/" would be written where it leads`,
        hint: 'remove the link or choose another folder',
      })
    : new SkyloopError({
        code: 'data.s3.key-conflict',
        message: `${path} is a file, but there are objects under "${printable(relative)}/"`,
        hint: 'a file and a folder cannot have one name: leave one out with --exclude, or remove the file',
      })
}

async function refuseFolder(path: string, key: string): Promise<void> {
  const found = await lstat(path).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  })
  if (found?.isDirectory()) {
    throw new SkyloopError({
      code: 'data.s3.key-conflict',
      message: `${path} is a folder, but there is an object "${printable(key)}"`,
      hint: 'a file and a folder cannot have one name: leave one out with --exclude',
    })
  }
}

function refuseCollision(spellings: Map<string, string>, key: string): void {
  const folded = key.normalize('NFC').toLowerCase()
  const other = spellings.get(folded)
  if (other !== undefined && other !== key) {
    throw new SkyloopError({
      code: 'data.s3.key-conflict',
      message: `this file system does not tell "${printable(other)}" from "${printable(key)}"; one would replace the other`,
      hint: 'leave one out with --exclude, or use a file system that tells upper from lower case',
    })
  }
  spellings.set(folded, key)
}

async function isCaseSensitive(root: string): Promise<boolean> {
  const name = `.skyloop-case-${process.pid}`
  await writeFile(join(root, name), '')
  try {
    await lstat(join(root, name.toUpperCase()))
    return false
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
    return true
  } finally {
    await unlink(join(root, name))
  }
}

const PART_ENDING = '.part'

/** A hidden name beside a file for what is not yet complete; it goes with the process that made it. */
export function temporaryPath(path: string): string {
  return join(dirname(path), `.skyloop-${hash(basename(path))}-${process.pid}${PART_ENDING}`)
}

/** A hidden name beside a file for one version of a large object, found again by a later process. */
export function resumablePath(path: string, version: string): string {
  return join(dirname(path), `.skyloop-${hash(basename(path))}-v${hash(version)}${PART_ENDING}`)
}

/** Removes what earlier runs have of other versions of the object that becomes `path`; nobody goes on with it. */
export async function removeOtherVersions(path: string, keep: string): Promise<void> {
  const folder = dirname(path)
  const own = `.skyloop-${hash(basename(path))}-v`
  for (const name of await readdir(folder)) {
    if (name.startsWith(own) && !name.startsWith(basename(keep))) await rm(join(folder, name), { force: true })
  }
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16)

/** Removes what a process that was killed has left in a folder. */
async function removeAbandoned(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const pid = /^\.skyloop-[0-9a-f]{16}-(\d+)\.part$/.exec(name)?.[1]
    if (pid !== undefined && !isAlive(Number(pid))) await rm(join(folder, name), { force: true })
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
}
