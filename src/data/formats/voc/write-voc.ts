import { mkdir, writeFile } from 'node:fs/promises'
import { join, parse, posix } from 'node:path'
import { escapeXml } from '../../../core/escape-xml.ts'
import { keepObjects } from '../keep-objects.ts'
import type { LabelLedger } from '../label-issue.ts'
import type { LabelWriter, ReadyBox, ReadyImage, WriterOptions } from '../labelled-image.ts'
import { SPLITS, type Split } from '../splits.ts'
import { wholePixels } from '../whole-pixels.ts'

/** What an object's element has a place for, at least in part. */
const VOC_TRAITS = ['difficult', 'truncated', 'occluded', 'attributes'] as const

/**
 * `Annotations/`, `JPEGImages/`, `ImageSets/Main/<split>.txt` and `classes.txt`, which keeps the order of the classes.
 *
 * A background image has a file without objects; one of which nothing is known has none.
 */
export async function openVocWriter({ folder, classes, ledger }: WriterOptions): Promise<LabelWriter> {
  const stems = new Map<Split, string[]>()
  return {
    imagePath: (_split, name) => posix.join('JPEGImages', name),
    add: async (image) => {
      const stem = parse(image.name).name
      if (image.split) {
        if (!stems.has(image.split)) stems.set(image.split, [])
        stems.get(image.split)!.push(stem)
      }
      const kept = image.boxes && keepObjects(image.boxes, VOC_TRAITS, ledger)
      if (!kept || !image.sizePx) return { as: 'unknown', kept: [] }
      if (kept.length === 0 && image.boxes!.length > 0) {
        ledger.issue('all-lost', 'none', image.place)
        return { as: 'unknown', kept: [] }
      }
      await mkdir(join(folder, 'Annotations'), { recursive: true })
      const text = formatDocument(image, image.sizePx, kept, ledger)
      await writeFile(join(folder, 'Annotations', `${stem}.xml`), text, { flag: 'wx' })
      return { as: kept.length === 0 ? 'background' : 'labelled', kept }
    },
    finish: async () => {
      await writeFile(join(folder, 'classes.txt'), classes.map((name) => `${name}\n`).join(''))
      const sets = join(folder, 'ImageSets', 'Main')
      for (const split of SPLITS.filter((one) => stems.has(one))) {
        await mkdir(sets, { recursive: true })
        await writeFile(
          join(sets, `${split}.txt`),
          stems
            .get(split)!
            .map((stem) => `${stem}\n`)
            .join(''),
        )
      }
    },
  }
}

function formatDocument(
  { name, channels }: ReadyImage,
  sizePx: readonly [number, number],
  boxes: readonly ReadyBox[],
  ledger: LabelLedger,
): string {
  const [width, height] = sizePx
  return [
    '<annotation>',
    '  <folder>JPEGImages</folder>',
    `  <filename>${escapeXml(name)}</filename>`,
    `  <size><width>${width}</width><height>${height}</height><depth>${channels}</depth></size>`,
    '  <segmented>0</segmented>',
    ...boxes.map((box) => formatObject(box, sizePx, ledger)),
    '</annotation>\n',
  ].join('\n')
}

function formatObject(box: ReadyBox, sizePx: readonly [number, number], ledger: LabelLedger): string {
  const { className, traits, place } = box
  const { pose, ...attributes } = traits.attributes ?? {}
  // A degree of hiding becomes yes or no, and of attributes only the pose has a place.
  if (traits.confidence === undefined && (traits.occluded === 2 || Object.keys(attributes).length > 0)) {
    ledger.issue('attributes', 'changed', place)
  }
  const [x1, y1, x2, y2] = wholePixels(box, sizePx, ledger)
  const flag = (value: boolean): string => (value ? '1' : '0')
  return [
    '  <object>',
    `    <name>${escapeXml(className)}</name>`,
    `    <pose>${pose === undefined ? 'Unspecified' : escapeXml(String(pose))}</pose>`,
    ...(traits.truncated === undefined ? [] : [`    <truncated>${flag(traits.truncated)}</truncated>`]),
    ...(traits.occluded === undefined ? [] : [`    <occluded>${flag(traits.occluded > 0)}</occluded>`]),
    ...(traits.difficult === undefined ? [] : [`    <difficult>${flag(traits.difficult)}</difficult>`]),
    `    <bndbox><xmin>${x1 + 1}</xmin><ymin>${y1 + 1}</ymin><xmax>${x2}</xmax><ymax>${y2}</ymax></bndbox>`,
    '  </object>',
  ].join('\n')
}
