import { createReadStream } from 'node:fs'
import { basename, join } from 'node:path'
import { codeOf, messageOf, SkyloopError } from '../../../core/errors.ts'
import { isObject, readJson } from '../../../core/json.ts'
import { className, requireDistinct } from '../class-map.ts'
import { namesIn, splitOfName } from '../image-index.ts'
import type { LabelSource, SourceImage, SourceOptions } from '../labelled-image.ts'
import type { Split } from '../splits.ts'
import { refuseUtf16 } from '../text-file.ts'
import { readLabels, type ManifestLabels } from './manifest-labels.ts'

interface ManifestFile {
  readonly path: string
  readonly shownAs: string
  readonly split: Split | undefined
}

/** A labelling job reads lines of at most 100,000 characters; what others write may be longer, but not endless. */
const LONGEST_LINE_BYTES = 16 * 1024 * 1024

/**
 * Augmented manifests of Ground Truth: one object a line, `source-ref` and boxes under an attribute of any name with its
 * `<attribute>-metadata`. Class numbers are joined by the names of each line's `class-map`, which may differ from line to
 * line; the order is that of `label-categories.json` beside it, else of the lowest number each name has.
 *
 * A line without boxes is an image that nobody has labelled; one with an empty list is background.
 *
 * @source https://docs.aws.amazon.com/sagemaker/latest/dg/sms-data-output.html
 */
export async function openManifests(files: readonly ManifestFile[], options: SourceOptions): Promise<LabelSource> {
  const { ledger } = options
  const numbers = new Map<string, number>()
  for (const file of files) {
    for await (const { value, number } of manifestLines(file)) {
      options.signal?.throwIfAborted()
      const labels = readLabels(value, options.labelAttribute, `${file.shownAs}:${number}`)
      for (const [id, name] of labels?.classes ?? []) numbers.set(name, Math.min(id, numbers.get(name) ?? Infinity))
    }
  }
  const occurring = [...numbers].sort(([a, i], [b, k]) => i - k || (a < b ? -1 : 1)).map(([name]) => name)
  const listed = await readCategories(files)
  return {
    classes: [...new Set([...listed, ...occurring])],
    images: async function* () {
      for (const file of files) {
        for await (const { value, number } of manifestLines(file)) {
          const where = { file: file.shownAs, line: number, text: '' }
          const labels = readLabels(value, options.labelAttribute, `${file.shownAs}:${number}`)
          yield imageOf(value, labels, file, where, ledger)
        }
      }
    },
  }
}

export async function findManifests(root: string): Promise<ManifestFile[]> {
  // A labelling job puts its output two folders deep.
  for (const inner of ['', 'manifests/output']) {
    const names = await namesIn(join(root, inner))
    const found = names.filter((name) => /\.(manifest|jsonl)$/.test(name) && name !== 'metadata.jsonl')
    if (found.length > 0) return found.map((name) => manifestFile(join(root, inner, name)))
  }
  return []
}

export function manifestFile(path: string): ManifestFile {
  return { path, shownAs: basename(path), split: splitOfName(basename(path)) }
}

type ManifestLine = Record<string, unknown> & { readonly 'source-ref': string }

/** @throws SkyloopError `data.manifest` naming file and line of what is no line of a manifest */
async function* manifestLines({
  path,
  shownAs,
}: ManifestFile): AsyncGenerator<{ value: ManifestLine; number: number }> {
  let number = 0
  for await (const line of textLines(path, shownAs)) {
    number++
    if (line.trim() === '') continue
    const problem = (what: string): SkyloopError =>
      new SkyloopError({ code: 'data.manifest', message: `${shownAs}:${number} ${what}` })
    let value: unknown
    try {
      value = JSON.parse(line)
    } catch (error) {
      throw problem(`is not valid JSON: ${messageOf(error)}`)
    }
    if (!isObject(value)) throw problem('is not an object')
    const ref = value['source-ref']
    if (typeof ref !== 'string' || ref === '') {
      throw problem(value['source'] === undefined ? 'has no "source-ref"' : 'holds text ("source"), not an image')
    }
    yield { value: value as ManifestLine, number }
  }
}

async function* textLines(path: string, shownAs: string): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let rest = ''
  let isFirst = true
  const decode = (bytes?: Uint8Array): string => {
    try {
      return bytes ? decoder.decode(bytes, { stream: true }) : decoder.decode()
    } catch (error) {
      throw new SkyloopError({ code: 'data.encoding', message: `${shownAs} is not UTF-8 text`, cause: error })
    }
  }
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    if (isFirst) refuseUtf16(chunk, shownAs)
    isFirst = false
    const lines = (rest + decode(chunk)).split(/\r?\n/)
    rest = lines.pop()!
    if (rest.length > LONGEST_LINE_BYTES) {
      throw new SkyloopError({
        code: 'data.manifest',
        message: `${shownAs} has a line of more than ${LONGEST_LINE_BYTES} characters`,
      })
    }
    yield* lines
  }
  yield rest + decode()
}

function imageOf(
  value: ManifestLine,
  labels: ManifestLabels | undefined,
  { split, shownAs }: ManifestFile,
  { line }: { readonly line: number },
  ledger: SourceOptions['ledger'],
): SourceImage {
  const name = value['source-ref']
  const place = { file: shownAs, line, text: name }
  const image = { name, split, unit: 'pixels' as const, place }
  if (!labels) return { ...image, boxes: undefined }
  for (const other of labels.others) ledger.issue('older-labels', 'none', { ...place, text: `${name}: ${other}` })
  ledger.read(labels.boxes.length)
  const boxes = labels.boxes.flatMap((box) => {
    const here = { file: shownAs, line, text: `${name}: ${JSON.stringify(box.shown)}` }
    if (box.problem) {
      ledger.issue(box.problem, 'dropped', here)
      return []
    }
    return [{ className: box.className, boxXyxy: box.boxXyxy, traits: box.traits, place: here }]
  })
  const isLost = labels.boxes.length > 0 && boxes.length === 0
  if (isLost) ledger.issue('all-lost', 'none', place)
  return {
    ...image,
    ...(labels.sizePx ? { statedSizePx: labels.sizePx } : {}),
    boxes: isLost ? undefined : boxes,
  }
}

/** Names of `label-categories.json` beside the manifests: the file that a labelling job was given. */
async function readCategories(files: readonly ManifestFile[]): Promise<readonly string[]> {
  const folder = files[0] && join(files[0].path, '..')
  if (folder === undefined) return []
  const path = join(folder, 'label-categories.json')
  const value = await readJson(path).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  })
  if (value === undefined) return []
  const labels = isObject(value) && Array.isArray(value['labels']) ? (value['labels'] as unknown[]) : undefined
  const names = labels?.map((one) => (isObject(one) && typeof one['label'] === 'string' ? className(one['label']) : ''))
  if (!names) throw new SkyloopError({ code: 'data.classes', message: 'label-categories.json has no list "labels"' })
  return requireDistinct(names, 'label-categories.json')
}
