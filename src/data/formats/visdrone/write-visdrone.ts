import { mkdir, writeFile } from 'node:fs/promises'
import { join, parse, posix } from 'node:path'
import type { LabelLedger } from '../label-issue.ts'
import type { LabelWriter, ReadyBox, WriterOptions } from '../labelled-image.ts'
import { wholePixels } from '../whole-pixels.ts'
import { VISDRONE_CATEGORIES } from './categories.ts'

/**
 * `<split>/images` and `<split>/annotations` with VisDrone's own twelve categories, joined by name; a box of any other
 * class is left out and reported, since a number of the format means one thing only.
 */
export async function openVisdroneWriter({ folder, ledger }: WriterOptions): Promise<LabelWriter> {
  return {
    imagePath: (split, name) => posix.join(split ?? '', 'images', name),
    add: async ({ name, split, sizePx, boxes, place }) => {
      const kept = boxes?.filter((box) => {
        const isListed = categoryOf(box) >= 0
        if (!isListed) ledger.issue('class-unlisted', 'dropped', box.place)
        return isListed
      })
      if (!kept || !sizePx) return { as: 'unknown', kept: [] }
      if (kept.length === 0 && boxes!.length > 0) {
        ledger.issue('all-lost', 'none', place)
        return { as: 'unknown', kept: [] }
      }
      const annotations = join(folder, split ?? '', 'annotations')
      await mkdir(annotations, { recursive: true })
      const text = kept.map((box) => formatLine(box, sizePx, ledger)).join('')
      await writeFile(join(annotations, `${parse(name).name}.txt`), text, { flag: 'wx' })
      return { as: kept.length === 0 ? 'background' : 'labelled', kept }
    },
    finish: async () => {},
  }
}

function categoryOf({ className, traits }: ReadyBox): number {
  const category = (VISDRONE_CATEGORIES as readonly string[]).indexOf(className)
  // A crowd of a class that is not listed is still a region to ignore.
  return category < 0 && traits.ignored ? 0 : category
}

function formatLine(box: ReadyBox, sizePx: readonly [number, number], ledger: LabelLedger): string {
  const { ignored, difficult, confidence, truncated, occluded, attributes } = box.traits
  if (difficult || attributes || (ignored && confidence !== undefined)) {
    ledger.issue('attributes', 'changed', box.place)
  }
  const [x1, y1, x2, y2] = wholePixels(box, sizePx, ledger)
  const score = ignored ? 0 : (confidence ?? 1)
  return `${x1},${y1},${x2 - x1},${y2 - y1},${score},${categoryOf(box)},${truncated ? 1 : 0},${occluded ?? 0}\n`
}
