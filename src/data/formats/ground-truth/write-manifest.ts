import { mkdir } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { writeFileAtomic } from '../../../core/files.ts'
import { keepObjects } from '../keep-objects.ts'
import type { LabelLedger } from '../label-issue.ts'
import type { LabelWriter, ReadyBox, ReadyImage, WriterOptions } from '../labelled-image.ts'
import type { Split } from '../splits.ts'
import { openTextSink, type TextSink } from '../text-file.ts'
import { wholePixels } from '../whole-pixels.ts'

/** What a labelling job reads of one line. */
const LONGEST_LINE = 100_000

/** Attribute that holds the boxes when no other is named. */
const DEFAULT_ATTRIBUTE = 'boxes'

/**
 * `<split>.manifest` (`output.manifest` without splits), `label-categories.json` and `images/<split>/`.
 *
 * `source-ref` is the image's place under the prefix given, or the `s3://` address that the source had. Boxes are whole
 * pixels, as labelling jobs write them. Nothing is said of whether people drew them, because a conversion does not know.
 */
export async function openManifestWriter(options: WriterOptions): Promise<LabelWriter> {
  const { folder, classes, ledger, imagePrefix, labelAttribute = DEFAULT_ATTRIBUTE } = options
  const open = new Map<Split | undefined, TextSink>()
  const created = options.now.toISOString().replace('Z', '')
  const imagePath = (split: Split | undefined, name: string): string => posix.join('images', split ?? '', name)
  return {
    imagePath,
    add: async (image) => {
      const kept = image.boxes && keepObjects(image.boxes, ['confidence'], ledger)
      const isLost = kept !== undefined && kept.length === 0 && image.boxes!.length > 0
      if (isLost) ledger.issue('all-lost', 'none', image.place)
      const ref = imagePrefix === undefined ? image.sourceName : `${imagePrefix}/${imagePath(image.split, image.name)}`
      const boxes = isLost ? undefined : kept
      const labels =
        boxes && image.sizePx ? formatLabels(boxes, image, image.sizePx, labelAttribute, created, ledger) : {}
      const line = JSON.stringify({ 'source-ref': ref, ...labels })
      if (line.length > LONGEST_LINE) ledger.issue('long-line', 'none', { ...image.place, text: image.name })
      let sink = open.get(image.split)
      if (!sink) {
        await mkdir(folder, { recursive: true })
        open.set(image.split, (sink = await openTextSink(join(folder, `${image.split ?? 'output'}.manifest`))))
      }
      await sink.write(`${line}\n`)
      if (!boxes || !image.sizePx) return { as: 'unknown', kept: [] }
      return { as: boxes.length === 0 ? 'background' : 'labelled', kept: boxes }
    },
    finish: async () => {
      for (const sink of open.values()) await sink.close()
      const labels = classes.map((label) => ({ label }))
      const text = `${JSON.stringify({ 'document-version': '2018-11-28', labels }, null, 2)}\n`
      await writeFileAtomic(join(folder, 'label-categories.json'), text)
    },
    abandon: async () => {
      for (const sink of open.values()) await sink.close().catch(() => {})
    },
  }
}

function formatLabels(
  boxes: readonly ReadyBox[],
  { channels }: ReadyImage,
  sizePx: NonNullable<ReadyImage['sizePx']>,
  attribute: string,
  created: string,
  ledger: LabelLedger,
): Record<string, unknown> {
  const annotations = boxes.map((box) => {
    const [x1, y1, x2, y2] = wholePixels(box, sizePx, ledger)
    return { class_id: box.classId, left: x1, top: y1, width: x2 - x1, height: y2 - y1 }
  })
  const used = new Map(boxes.map((box) => [String(box.classId), box.className]))
  return {
    [attribute]: { image_size: [{ width: sizePx[0], height: sizePx[1], depth: channels }], annotations },
    [`${attribute}-metadata`]: {
      objects: boxes.map(({ traits }) => ({ confidence: traits.confidence ?? 0 })),
      'class-map': Object.fromEntries(used),
      type: 'groundtruth/object-detection',
      'creation-date': created,
      'job-name': 'skyloop-data-convert',
    },
  }
}
