import { readClassList } from '../formats/class-list.ts'
import { findImages } from '../formats/find-images.ts'
import { summarizeLabels, type LabelReport } from '../formats/label-issue.ts'
import { mapConcurrent } from '../prepare/map-concurrent.ts'
import { isBroken, readSource, type SourceFrame } from '../prepare/read-source.ts'

/** What a raw data set holds, before anything is done to it. */
export interface DatasetSurvey {
  readonly layout: string
  readonly images: number
  /** Images by split; `unsplit` where the layout has none. */
  readonly splits: Readonly<Record<string, number>>
  /** `4000x3000` and how many images have it, the most frequent first. */
  readonly sizes: Readonly<Record<string, number>>
  readonly classes: readonly ClassSurvey[]
  readonly labels: LabelReport
  /** Images without label file: left out by preparation unless it is told that they are background. */
  readonly withoutLabelFile: readonly string[]
  /** Images without a box in their label file. */
  readonly background: number
  readonly unreadable: readonly { readonly image: string; readonly reason: string }[]
  readonly orphanLabels: readonly string[]
}

export interface ClassSurvey {
  readonly name: string
  readonly boxes: number
  /** Images with at least one. */
  readonly images: number
  /** Square root of the area in pixels, of the box in the middle; undefined without boxes. */
  readonly medianSidePx: number | undefined
}

const CONCURRENCY = 8

/**
 * Reads every label and every image's header.
 *
 * @throws SkyloopError `data.empty`, `data.classes`, `data.duplicate-name`: see `findImages` and `readClassList`
 */
export async function surveyDataset(
  folder: string,
  onProgress: (done: number, total: number) => void = () => {},
): Promise<DatasetSurvey> {
  const names = await readClassList(folder)
  const found = await findImages(folder)
  let done = 0
  const sources = await mapConcurrent(found.images, CONCURRENCY, async (image) => {
    const source = await readSource(folder, image, names.length)
    onProgress(++done, found.images.length)
    return source
  })
  const frames = sources.filter((source): source is SourceFrame => !isBroken(source))
  const labelled = frames.flatMap(({ labels }) => labels ?? [])
  return {
    layout: found.layout,
    images: found.images.length,
    splits: count(found.images.map(({ split }) => split ?? 'unsplit')),
    sizes: count(frames.map(({ width, height }) => `${width}x${height}`)),
    classes: names.map((name, classId) => surveyClass(name, classId, frames)),
    labels: summarizeLabels(labelled),
    withoutLabelFile: frames.flatMap(({ labels, found: { image } }) => (labels ? [] : [image])),
    background: labelled.filter(({ boxes }) => boxes.length === 0).length,
    unreadable: sources.filter(isBroken).map(({ found: { image }, reason }) => ({ image, reason })),
    orphanLabels: found.orphanLabels,
  }
}

function surveyClass(name: string, classId: number, frames: readonly SourceFrame[]): ClassSurvey {
  const sides: number[] = []
  let images = 0
  for (const { width, height, labels } of frames) {
    const boxes = (labels?.boxes ?? []).filter((box) => box.classId === classId)
    if (boxes.length > 0) images++
    for (const {
      boxXyxyNorm: [x1, y1, x2, y2],
    } of boxes)
      sides.push(Math.sqrt((x2 - x1) * width * (y2 - y1) * height))
  }
  return { name, boxes: sides.length, images, medianSidePx: sides.toSorted((a, b) => a - b)[sides.length >> 1] }
}

/** How often each text occurs, the most frequent first. */
function count(texts: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>()
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1)
  return Object.fromEntries([...counts].toSorted(([, a], [, b]) => b - a))
}
