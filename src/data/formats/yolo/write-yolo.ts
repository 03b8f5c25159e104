import { join, parse, posix } from 'node:path'
import { mkdir, writeFile } from 'node:fs/promises'
import { SPLITS, type Split } from '../splits.ts'
import { formatDataYaml } from '../data-yaml.ts'
import { keepObjects } from '../keep-objects.ts'
import type { LabelWriter, WriterOptions } from '../labelled-image.ts'
import { formatYoloLabels } from '../yolo-labels.ts'

/** `<split>/images`, `<split>/labels` (or `images`, `labels` without splits), `classes.txt` and `data.yaml`. */
export async function openYoloWriter({ folder, classes, ledger }: WriterOptions): Promise<LabelWriter> {
  const splits = new Set<Split | undefined>()
  return {
    imagePath: (split, name) => posix.join(split ?? '', 'images', name),
    add: async ({ name, split, sizePx, boxes, place }) => {
      splits.add(split)
      const kept = boxes && keepObjects(boxes, [], ledger)
      if (!kept || !sizePx) return { as: 'unknown', kept: [] }
      // Nothing but ignored regions: what is in them was never said, so an empty file would call them background.
      if (kept.length === 0 && boxes.length > 0) {
        ledger.issue('all-lost', 'none', place)
        return { as: 'unknown', kept: [] }
      }
      const [w, h] = sizePx
      const lines = kept.map(({ classId, boxXyxyPx: [x1, y1, x2, y2] }) => {
        return { classId, boxXyxyNorm: [x1 / w, y1 / h, x2 / w, y2 / h] as const }
      })
      const labels = join(folder, split ?? '', 'labels')
      await mkdir(labels, { recursive: true })
      await writeFile(join(labels, `${parse(name).name}.txt`), formatYoloLabels(lines), { flag: 'wx' })
      return { as: kept.length === 0 ? 'background' : 'labelled', kept }
    },
    finish: async () => {
      // A set without splits names no folder: a trainer that needs two must not be given one twice.
      const folders = Object.fromEntries(SPLITS.filter((one) => splits.has(one)).map((one) => [one, `${one}/images`]))
      await writeFile(join(folder, 'classes.txt'), classes.map((name) => `${name}\n`).join(''))
      await writeFile(join(folder, 'data.yaml'), formatDataYaml(folders, classes))
    },
  }
}
