import { stat } from 'node:fs/promises'
import { isAbsolute, join, posix, relative, resolve, sep } from 'node:path'
import { codeOf, ProblemsError, SkyloopError } from '../../core/errors.ts'
import { parseDataSetYaml } from './data-yaml.ts'
import { SPLITS, type Split } from './splits.ts'
import { readLabelText } from './text-file.ts'
import { labelLines } from './yolo-labels.ts'

/** Where a split's images are: a folder of them, or a list. Paths relative to the data set, forward slashes. */
export type SplitImages =
  | { readonly split: Split; readonly folder: string }
  | { readonly split: Split; readonly list: string; readonly images: readonly string[] }

/**
 * The image folders and lists that `data.yaml` names, where it names any that are there.
 *
 * Paths are relative to its `path`, else to its own folder; those written on another machine, absolute or with `../`
 * before them, are looked for below the data set. Nothing outside the data set is read.
 *
 * @returns undefined without a `data.yaml`, or when nothing that it names is there: the layout then says where images are
 * @throws ProblemsError `data.yaml` when a part of what it names is not there
 */
export async function imagesOfDataYaml(root: string): Promise<readonly SplitImages[] | undefined> {
  const text = await readLabelText(join(root, 'data.yaml'), 'data.yaml').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  })
  if (text === undefined) return undefined
  const { path = '.', splits } = parseDataSetYaml(text)
  const found: SplitImages[] = []
  const missing: string[] = []
  for (const split of SPLITS) {
    for (const given of splits[split] ?? []) {
      const inside = await findInside(root, [posix.join(path, given), given])
      if (inside === undefined) missing.push(`${split}: ${given}`)
      else if (inside.isFolder) found.push({ split, folder: inside.path })
      else found.push({ split, list: inside.path, images: await readList(root, inside.path) })
    }
  }
  if (found.length === 0) return undefined
  if (missing.length > 0) throw new ProblemsError('data.yaml', 'data.yaml names images that are not there', missing)
  return found
}

/** @throws ProblemsError `data.list` naming listed images that are not there */
async function readList(root: string, list: string): Promise<string[]> {
  if (!list.toLowerCase().endsWith('.txt')) {
    throw new SkyloopError({
      code: 'data.yaml',
      message: `data.yaml names ${list}, which is neither a folder nor a .txt list`,
    })
  }
  const images: string[] = []
  const missing: string[] = []
  for (const { line, number } of labelLines(await readLabelText(join(root, list), list))) {
    const inside = await findInside(root, [posix.join(posix.dirname(list), line), line])
    if (inside && !inside.isFolder) images.push(inside.path)
    else missing.push(`${list}:${number} ${line.slice(0, 120)}`)
  }
  if (missing.length > 0) {
    throw new ProblemsError('data.list', `${list} names images that are not there`, missing.slice(0, 20))
  }
  return images
}

/** The first of the paths that is there below the data set; of one that leads elsewhere its last parts are tried. */
async function findInside(
  root: string,
  paths: readonly string[],
): Promise<{ readonly path: string; readonly isFolder: boolean } | undefined> {
  for (const path of paths.map((one) => one.replaceAll('\\', '/'))) {
    const parts = path.split('/').filter((part) => part !== '' && part !== '.')
    const isElsewhere = isAbsolute(path) || parts[0] === '..'
    // Lists of annotation tools may put one folder before the path that their archive does not have.
    const tails = isElsewhere
      ? parts.map((_, from) => parts.slice(from).join('/')).filter((tail) => !tail.split('/').includes('..'))
      : [path, parts.slice(1).join('/')].filter((tail) => tail !== '')
    for (const tail of isAbsolute(path) ? [path, ...tails] : tails) {
      const inside = relative(resolve(root), resolve(root, tail))
      if (inside.startsWith('..') || isAbsolute(inside) || tail.includes('\0')) continue
      const entry = await stat(join(root, inside)).catch((error: unknown) => {
        if (['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG'].includes(codeOf(error) ?? '')) return undefined
        throw error
      })
      if (entry) return { path: inside.split(sep).join('/') || '.', isFolder: entry.isDirectory() }
    }
  }
  return undefined
}

/** Where the label of an image is: `labels` in place of the last `images` of its path, else beside it. */
export function labelFolderOf(imageFolder: string): string {
  const parts = imageFolder.split('/')
  const last = parts.lastIndexOf('images')
  return last < 0 ? imageFolder : [...parts.slice(0, last), 'labels', ...parts.slice(last + 1)].join('/')
}
