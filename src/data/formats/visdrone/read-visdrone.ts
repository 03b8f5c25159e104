import { readdir } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { codeOf, SkyloopError } from '../../../core/errors.ts'
import { IMAGE_ENDINGS, splitOfName } from '../image-index.ts'
import type { LabelIssueKind, LabelLedger } from '../label-issue.ts'
import type { BoxTraits, LabelSource, SourceBox, SourceImage, SourceOptions } from '../labelled-image.ts'
import type { Split } from '../splits.ts'
import { readLabelText } from '../text-file.ts'
import { labelLines, toNumber } from '../yolo-labels.ts'
import { VISDRONE_CATEGORIES } from './categories.ts'

/** A folder with `images/` and `annotations/`, relative to the source. */
interface Part {
  readonly folder: string
  readonly split: Split | undefined
}

/**
 * VisDrone-DET: `images/*.jpg` with `annotations/*.txt`, at the top or in a folder a split.
 *
 * A line is `left,top,width,height,score,category,truncation,occlusion`, pixels from the corner of the frame. A score of
 * 0 means that the box is not counted: an ignored region, or an object like one; it becomes `ignored`.
 *
 * @source VisDrone2018-DET-toolkit, README
 */
export async function openVisdrone(root: string, { ledger }: SourceOptions): Promise<LabelSource> {
  const parts = await findVisdroneParts(root)
  if (parts.length === 0) {
    throw new SkyloopError({
      code: 'data.format',
      message: `${root} holds no folder with images and annotations/*.txt`,
    })
  }
  return {
    classes: VISDRONE_CATEGORIES,
    images: async function* () {
      for (const part of parts) yield* readPart(root, part, ledger)
    },
  }
}

export async function findVisdroneParts(root: string): Promise<Part[]> {
  const parts: Part[] = []
  const top = await foldersIn(root)
  for (const folder of ['', ...top]) {
    const inner = folder === '' ? top : await foldersIn(join(root, folder))
    if (!inner.includes('images') || !inner.includes('annotations')) continue
    const names = await readdir(join(root, folder, 'annotations'))
    if (names.some((name) => name.endsWith('.txt'))) parts.push({ folder, split: splitOfName(folder) })
  }
  return parts
}

async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort()
}

async function* readPart(root: string, { folder, split }: Part, ledger: LabelLedger): AsyncGenerator<SourceImage> {
  const labels = new Set((await readdir(join(root, folder, 'annotations'))).filter((name) => name.endsWith('.txt')))
  const images = (await readdir(join(root, folder, 'images'))).sort()
  for (const name of images) {
    const { ext, name: stem } = posix.parse(name)
    if (!IMAGE_ENDINGS.has(ext.toLowerCase())) continue
    const file = posix.join(folder, 'images', name)
    const isLabelled = labels.delete(`${stem}.txt`)
    const label = posix.join(folder, 'annotations', `${stem}.txt`)
    const image = { name: file, file, split, unit: 'pixels' as const, place: { file: label, line: 0, text: file } }
    if (!isLabelled) ledger.issue('missing-file', 'none', image.place)
    yield { ...image, boxes: isLabelled ? await readBoxes(root, label, ledger) : undefined }
  }
  for (const name of [...labels].sort()) {
    const file = posix.join(folder, 'annotations', name)
    const place = { file, line: 0, text: posix.parse(name).name }
    yield { name: posix.parse(name).name, split, unit: 'pixels', boxes: await readBoxes(root, file, ledger), place }
  }
}

/** @returns undefined when the file cannot be read or none of its lines can be used, which the ledger was told */
async function readBoxes(root: string, file: string, ledger: LabelLedger): Promise<SourceBox[] | undefined> {
  let text: string
  try {
    text = await readLabelText(join(root, file), file)
  } catch (error) {
    const isLoop = codeOf(error) === 'ELOOP'
    if (!isLoop && !(error instanceof SkyloopError)) throw error
    const problem = isLoop ? 'the file is a link in a circle of links' : (error as SkyloopError).message
    ledger.issue('unreadable-labels', 'none', { file, line: 0, text: problem })
    return undefined
  }
  const lines = labelLines(text)
  const boxes: SourceBox[] = []
  for (const { line, number } of lines) {
    ledger.read()
    const place = { file, line: number, text: line }
    const box = parseLine(line)
    if (typeof box === 'string') ledger.issue(box, 'dropped', place)
    else boxes.push({ ...box, place })
  }
  if (lines.length === 0 || boxes.length > 0) return boxes
  ledger.issue('all-lost', 'none', { file, line: 0, text: '' })
  return undefined
}

function parseLine(line: string): Omit<SourceBox, 'place'> | LabelIssueKind {
  const words = line.split(/\s*,\s*/)
  // Some files of the set end each line with a comma.
  if (words.at(-1) === '') words.pop()
  const numbers = words.map(toNumber)
  if (numbers.length !== 8 || numbers.includes(undefined)) return 'malformed-box'
  const [left, top, width, height, score, category, truncation, occlusion] = numbers as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  if (!numbers.every(Number.isFinite)) return 'not-finite'
  const className = VISDRONE_CATEGORIES[category]
  if (className === undefined) return 'unknown-class'
  if (score < 0 || score > 1 || !isDegree(truncation) || !isDegree(occlusion)) return 'malformed-box'
  const traits: BoxTraits = {
    ...(score === 0 || category === 0 ? { ignored: true } : score === 1 ? {} : { confidence: score }),
    truncated: truncation > 0,
    occluded: occlusion,
  }
  return { className, boxXyxy: [left, top, left + width, top + height], traits }
}

/** Results carry -1 where nothing is said. */
function isDegree(value: number): value is 0 | 1 | 2 {
  return value === 0 || value === 1 || value === 2
}
