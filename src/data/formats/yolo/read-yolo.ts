import { join } from 'node:path'
import { codeOf, SkyloopError } from '../../../core/errors.ts'
import { readClassList } from '../class-list.ts'
import { findImages, type FoundImage } from '../find-images.ts'
import type { LabelLedger } from '../label-issue.ts'
import type { LabelSource, SourceBox, SourceImage, SourceOptions } from '../labelled-image.ts'
import { readLabelText } from '../text-file.ts'
import { labelLines, parseYoloLine } from '../yolo-labels.ts'

/** A folder in the YOLO layout: see `findImages` and `readClassList` for the layouts and lists that are understood. */
export async function openYolo(root: string, { ledger }: SourceOptions): Promise<LabelSource> {
  const classes = await readClassList(root)
  const { images, orphanLabels, ignored } = await findImages(root)
  return {
    classes,
    images: async function* () {
      for (const folder of ignored) ledger.issue('folder-left-out', 'none', { file: folder, line: 0, text: '' })
      for (const image of images) yield await readImage(root, image, classes, ledger)
      for (const file of orphanLabels) await countOrphan(root, file, ledger)
    },
  }
}

async function readImage(
  root: string,
  found: FoundImage,
  classes: readonly string[],
  ledger: LabelLedger,
): Promise<SourceImage> {
  const place = { file: found.label, line: 0, text: found.image }
  const image = { name: found.image, file: found.image, split: found.split, unit: 'fractions' as const, place }
  const text = await readIfThere(root, found.label, (problem) => {
    ledger.issue('unreadable-labels', 'none', { ...place, text: problem })
  })
  if (text === undefined) {
    ledger.issue('missing-file', 'none', place)
    return { ...image, boxes: undefined }
  }
  if (text === null) return { ...image, boxes: undefined }
  const lines = labelLines(text)
  const boxes: SourceBox[] = []
  for (const { line, number } of lines) {
    ledger.read()
    const here = { file: found.label, line: number, text: line }
    const box = parseYoloLine(line, classes.length, (kind, outcome) => ledger.issue(kind, outcome, here))
    if (box) boxes.push({ className: classes[box.classId]!, boxXyxy: box.boxXyxyNorm, traits: {}, place: here })
  }
  // Lines that were all unusable leave an image of which nothing is known, which is not background.
  const isLost = lines.length > 0 && boxes.length === 0
  if (isLost) ledger.issue('all-lost', 'none', place)
  return { ...image, boxes: isLost ? undefined : boxes }
}

/** @returns undefined when the file is not there, null when it cannot be read, which `onProblem` was told */
async function readIfThere(
  root: string,
  file: string,
  onProblem: (problem: string) => void,
): Promise<string | null | undefined> {
  try {
    return await readLabelText(join(root, file), file)
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined
    if (error instanceof SkyloopError) onProblem(error.message)
    else if (codeOf(error) === 'ELOOP') onProblem('the file is a link in a circle of links')
    else if (codeOf(error) === 'EISDIR') onProblem('there is a folder of this name')
    else throw error
    return null
  }
}

/** Labels without an image are read as far as counting them, so that none is lost without a word. */
async function countOrphan(root: string, file: string, ledger: LabelLedger): Promise<void> {
  const text = await readIfThere(root, file, (problem) => {
    ledger.issue('unreadable-labels', 'none', { file, line: 0, text: problem })
  })
  for (const { line, number } of labelLines(text ?? '')) {
    ledger.read()
    ledger.issue('missing-image', 'dropped', { file, line: number, text: line })
  }
  if (text !== null && text !== undefined && text.trim() === '') {
    ledger.issue('missing-image', 'none', { file, line: 0, text: '' })
  }
}
