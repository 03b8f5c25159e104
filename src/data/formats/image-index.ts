import { readdir } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { codeOf } from '../../core/errors.ts'
import type { Split } from './splits.ts'

export const IMAGE_ENDINGS: ReadonlySet<string> = new Set(['.jpg', '.jpeg', '.png', '.webp', '.tif', '.tiff', '.bmp'])

/** Image files below a folder, found by the names that label files give them. */
export interface ImageIndex {
  readonly count: number
  /**
   * The file that a label file means by a name: the one whose path ends with the most parts of it, of those in the
   * split's folder if that decides. A name without ending, or with one that no file has, finds the file with any: tools name
   * images before they are converted.
   *
   * The name is only compared, never opened: `../../secret.jpg` finds `secret.jpg` below the folder or nothing.
   *
   * @returns relative to the folder, forward slashes; undefined when there is none, or several that nothing tells apart
   */
  find(name: string, split?: Split): string | undefined
}

/** Lists image files at any depth. Links to folders are not followed, so that circles of links cannot trap it. */
export async function indexImages(folder: string): Promise<ImageIndex> {
  const byName = new Map<string, string[]>()
  const add = (key: string, path: string): void => {
    const paths = byName.get(key)
    if (paths) paths.push(path)
    else byName.set(key, [path])
  }
  let count = 0
  const walk = async (inner: string): Promise<void> => {
    const entries = await readdir(join(folder, inner), { withFileTypes: true })
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = posix.join(inner, entry.name)
      if (entry.isDirectory()) await walk(path)
      else if (IMAGE_ENDINGS.has(posix.extname(entry.name).toLowerCase())) {
        count++
        add(nameKey(entry.name), path)
        add(`${nameKey(posix.parse(entry.name).name)}/`, path)
      }
    }
  }
  await walk('')
  return {
    count,
    find: (name, split) => {
      const parts = namePathParts(name)
      const last = parts.at(-1)
      if (last === undefined) return undefined
      const stem = posix.parse(last).name
      const key = [nameKey(last), `${nameKey(last)}/`, `${nameKey(stem)}/`].find((one) => byName.has(one))
      const candidates = (key === undefined ? undefined : byName.get(key)) ?? []
      return candidates.length <= 1 ? candidates[0] : decide(candidates, parts, split)
    },
  }
}

/** Parts of a name in a label file: path, `s3://` URI or URL, with slashes of either kind; queries and `..` are left out. */
export function namePathParts(name: string): string[] {
  return name
    .normalize('NFC')
    .replace(/^[a-z][a-z0-9+.-]*:\/\//i, '')
    .split(/[\\/]+/)
    .filter((part) => part !== '' && part !== '.' && part !== '..')
}

function nameKey(name: string): string {
  return name.normalize('NFC')
}

function decide(paths: readonly string[], parts: readonly string[], split: Split | undefined): string | undefined {
  const shared = (path: string): number => {
    const own = path.normalize('NFC').split('/')
    let count = 0
    while (count < own.length && count < parts.length && own.at(-1 - count) === parts.at(-1 - count)) count++
    return count
  }
  const most = Math.max(...paths.map(shared))
  const best = paths.filter((path) => shared(path) === most)
  if (best.length === 1 || split === undefined) return best.length === 1 ? best[0] : undefined
  const inSplit = best.filter((path) => path.split('/').some((part) => splitOfName(part) === split))
  return inSplit.length === 1 ? inSplit[0] : undefined
}

/** The split that a folder or file name such as `val2017`, `VisDrone2019-DET-train` or `instances_test.json` stands for. */
export function splitOfName(name: string): Split | undefined {
  const words = name.toLowerCase().split(/[^a-z]+/)
  if (words.includes('train') || words.includes('training')) return 'train'
  if (['val', 'valid', 'validation'].some((word) => words.includes(word))) return 'val'
  return words.includes('test') ? 'test' : undefined
}

const NO_FOLDER: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ENOTDIR', 'ELOOP'])

/** Names in a folder, sorted; none when there is no such folder. */
export async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort((a, b) => (a < b ? -1 : 1))
  } catch (error) {
    if (NO_FOLDER.has(codeOf(error))) return []
    throw error
  }
}
