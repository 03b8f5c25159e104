import { open, readdir, stat } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import { codeOf, SkyloopError } from '../../../core/errors.ts'
import { findCocoFiles } from '../coco/read-coco.ts'
import { findManifests } from '../ground-truth/read-manifest.ts'
import { namesIn } from '../image-index.ts'
import { LABEL_FORMATS, type LabelFormat } from '../labelled-image.ts'
import { findVisdroneParts } from '../visdrone/read-visdrone.ts'
import { findVocFiles } from '../voc/read-voc.ts'

const ALL = LABEL_FORMATS.join(', ')

/** Enough of a file to see what it is. */
const HEAD_BYTES = 4096

/**
 * Tells the format of a data set by what its files hold.
 *
 * @param source folder or file
 * @throws SkyloopError `data.format` when it is none of them, or several
 */
export async function detectFormat(source: string): Promise<LabelFormat> {
  const isFolder = await stat(source).then(
    (found) => found.isDirectory(),
    (error: unknown) => {
      if (codeOf(error) !== 'ENOENT' && codeOf(error) !== 'ELOOP') throw error
      throw new SkyloopError({ code: 'data.source', message: `there is no file or folder ${source}` })
    },
  )
  if (!isFolder) {
    const format = await formatOfFile(source)
    if (format) return format
    throw new SkyloopError({
      code: 'data.format',
      message: `${basename(source)} is none of the formats that are read: ${ALL}`,
      hint: isArchive(source) ? 'unpack the archive and give its folder' : 'say which it is with --from',
    })
  }
  const found = await formatsOfFolder(source)
  if (found.length === 1) return found[0]!
  throw new SkyloopError({
    code: 'data.format',
    message:
      found.length === 0
        ? `${source} holds none of the formats that are read: ${ALL}`
        : `${source} holds several formats: ${found.join(', ')}`,
    hint: found.length === 0 ? 'give the folder or file with the labels' : 'say which to read with --from',
  })
}

/** By its first bytes; undefined when they are of no format that is known. */
async function formatOfFile(path: string): Promise<LabelFormat | undefined> {
  const head = (await readHead(path)).replace(/^\uFEFF/, '').trimStart()
  if (/\.ya?ml$/i.test(path)) return 'yolo'
  if (head.startsWith('<')) {
    const root = /<([A-Za-z][\w.-]*)/.exec(head.replaceAll(/<\?[\s\S]*?\?>|<!--[\s\S]*?-->|<!DOCTYPE[^>[]*/gi, ''))?.[1]
    return root === 'annotations' ? 'cvat' : root === 'annotation' ? 'voc' : undefined
  }
  if (head.startsWith('[')) return 'label-studio'
  if (!head.startsWith('{')) return undefined
  const [line = ''] = head.split('\n')
  if (/"source(-ref)?"\s*:/.test(line) && !/"(images|annotations|categories)"\s*:\s*\[\s*[{\]]/.test(line)) {
    return 'ground-truth'
  }
  if (['.manifest', '.jsonl'].includes(extname(path))) return 'ground-truth'
  return 'coco'
}

async function formatsOfFolder(folder: string): Promise<LabelFormat[]> {
  const names = await readdir(folder)
  const found = new Set<LabelFormat>()
  for (const { path } of (await findCocoFiles(folder)).files) {
    const format = basename(path) === 'label-categories.json' ? undefined : await formatOfFile(path)
    // A folder of JSON files that begin like COCO may be anything; its lists say so.
    if (format === 'label-studio') found.add('label-studio')
    else if (format === 'coco' && (dirname(path) !== folder || (await looksLikeCoco(path)))) found.add('coco')
  }
  if ((await findManifests(folder)).length > 0) found.add('ground-truth')
  if (names.includes('annotations.xml')) found.add('cvat')
  if ((await findVisdroneParts(folder)).length > 0) found.add('visdrone')
  if (await hasYolo(folder, names)) found.add('yolo')
  if (!found.has('cvat')) {
    const [first] = await findVocFiles(folder)
    if (first && (await formatOfFile(join(folder, first.path))) === 'voc') found.add('voc')
  }
  return [...found]
}

async function looksLikeCoco(path: string): Promise<boolean> {
  const head = await readHead(path)
  return /"(images|annotations|categories|licenses)"\s*:\s*\[/.test(head)
}

async function hasYolo(folder: string, names: readonly string[]): Promise<boolean> {
  if (['obj.names', 'obj.data', 'data.yaml'].some((name) => names.includes(name))) return true
  for (const name of ['', ...names]) {
    const inner = await namesIn(join(folder, name))
    if (inner.includes('labels')) return true
  }
  return false
}

function isArchive(path: string): boolean {
  return /\.(zip|tar|tgz|tar\.gz)$/i.test(path)
}

async function readHead(path: string): Promise<string> {
  await using handle = await open(path, 'r')
  const { bytesRead, buffer } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0)
  return buffer.subarray(0, bytesRead).toString('utf8')
}
