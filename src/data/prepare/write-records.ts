import { basename, join } from 'node:path'
import { writeFileAtomic, writeJsonAtomic } from '../../core/files.ts'
import type { Json } from '../../core/json.ts'
import { formatDataYaml } from '../formats/data-yaml.ts'
import { SPLITS, type FoundImages, type Split } from '../formats/find-images.ts'
import type { LabelReport } from '../formats/label-issue.ts'
import { formatYoloLabels } from '../formats/yolo-labels.ts'
import { contentHash } from '../version/content-hash.ts'
import { writeManifest } from '../version/manifest.ts'
import type { AugmentedImage } from './augment/augment-images.ts'
import { datasetCard } from './dataset-card.ts'
import type { PlannedFrame } from './plan-parts.ts'
import type { SplitPlan } from './plan-splits.ts'
import type { PrepareOptions } from './prepare-dataset.ts'
import {
  DEFAULT_SETTINGS,
  type PreparedDataset,
  type PrepareSettings,
  type PerSplit,
  type SkippedImage,
} from './prepared-dataset.ts'
import { linkOrCopy, writeOutput, type FramePart } from './write-frame.ts'

/** What preparation found and did besides the images written. */
export interface Findings {
  readonly options: PrepareOptions
  readonly classes: readonly string[]
  readonly labels: LabelReport
  readonly corrupt: readonly SkippedImage[]
  readonly missingLabels: readonly string[]
  /** Train tiles without boxes that were not written. */
  readonly leftOut: number
  readonly rescuedBoxes: number
  readonly found: FoundImages
  readonly joined: SplitPlan['joined']
  readonly copies: readonly AugmentedImage[]
}

/** Where the images of each split lie that has any. */
function imageFolders({ images }: PreparedDataset): Partial<Record<Split, string>> {
  return Object.fromEntries(SPLITS.filter((split) => images[split] > 0).map((split) => [split, `${split}/images`]))
}

/** Writes whole frames and everything that describes the data set; `dataset.json` and the manifest come last. */
export async function writeRecords(written: readonly PlannedFrame[], findings: Findings): Promise<PreparedDataset> {
  const { options, classes } = findings
  const { output } = options
  const frames = await writeFrames(written, options)
  const dataset = summarize(written, frames.counts, findings)
  await writeFileAtomic(join(output, 'classes.txt'), `${classes.join('\n')}\n`)
  await writeFileAtomic(join(output, 'data.yaml'), formatDataYaml(imageFolders(dataset), classes))
  await writeFileAtomic(join(output, 'metadata.jsonl'), metadataLines(written, frames.paths, findings))
  await writeFileAtomic(join(output, 'README.md'), datasetCard(dataset))
  await writeJsonAtomic(join(output, 'dataset.json'), dataset)
  const sources = written.map(({ frame, split, flight, group }) => ({
    image: frame.found.image,
    sha256: frame.sha256,
    labelSha256: frame.labelSha256,
    split,
    flight,
    ...(group !== undefined && { group }),
  }))
  await writeManifest(output, dataset.contentHash, sources)
  return dataset
}

function summarize(written: readonly PlannedFrame[], frames: PerSplit, findings: Findings): PreparedDataset {
  const { options, classes, found, copies } = findings
  const perSplit = (value: (item: PlannedFrame) => number): Record<Split, number> => {
    const sums = { train: 0, val: 0, test: 0 }
    for (const item of written) sums[item.split] += value(item)
    return sums
  }
  const inParts = (wanted: (part: FramePart) => number): Record<Split, number> =>
    perSplit((item) => item.parts.reduce((sum, part) => sum + wanted(part), 0))
  /** Copies are of train alone. */
  const withCopies = (counts: Record<Split, number>, wanted: (copy: AugmentedImage) => number): PerSplit => ({
    ...counts,
    train: counts.train + copies.reduce((sum, copy) => sum + wanted(copy), 0),
  })
  const ofClass = (item: Pick<FramePart, 'boxes'>, id: number): number =>
    item.boxes.filter(({ classId }) => classId === id).length
  const flights = Object.fromEntries(
    SPLITS.map((split) => [
      split,
      [...new Set(written.filter((item) => item.split === split).map((item) => item.flight))].sort(),
    ]),
  ) as Record<Split, string[]>
  const settings = Object.fromEntries(
    Object.keys(DEFAULT_SETTINGS).map((key) => [key, options[key as keyof PrepareSettings]]),
  ) as unknown as PrepareSettings
  return {
    contentHash: contentHash(
      written.flatMap(({ frame }) => [
        { path: frame.found.image, sha256: frame.sha256 },
        { path: frame.found.label, sha256: frame.labelSha256 },
      ]),
      { classes: [...classes], settings: settings as unknown as Json },
    ),
    images: withCopies(
      inParts(() => 1),
      () => 1,
    ),
    boxes: withCopies(
      inParts((part) => part.boxes.length),
      (copy) => copy.boxes.length,
    ),
    boxesPerClass: Object.fromEntries(
      classes.map((name, id) => [
        name,
        withCopies(
          inParts((part) => ofClass(part, id)),
          (copy) => ofClass(copy, id),
        ),
      ]),
    ),
    classes,
    tile: options.tile,
    frames,
    flights,
    splitBy: options.splitBy,
    layout: found.layout,
    licence: options.licence ?? null,
    origin: options.origin ?? null,
    sourceSizes: sizesOf(written),
    options: settings,
    report: {
      sourceImages: found.images.length,
      sourceBoxes: perSplit((item) => item.boxes.length),
      rescuedBoxes: findings.rescuedBoxes,
      backgroundKept: inParts((part) => (part.boxes.length === 0 ? 1 : 0)),
      backgroundLeftOut: { train: findings.leftOut, val: 0, test: 0 },
      labels: findings.labels,
      corrupt: findings.corrupt,
      skipped:
        options.missingLabels === 'skip'
          ? findings.missingLabels.map((image) => ({ image, reason: 'it has no label file' }))
          : [],
      missingLabels: findings.missingLabels,
      orphanLabels: found.orphanLabels,
      ignoredFolders: found.ignored,
      joined: findings.joined ?? null,
      augmented: {
        images: copies.length,
        boxes: copies.reduce((sum, copy) => sum + copy.boxes.length, 0),
        boxesCutAway: copies.reduce((sum, copy) => sum + copy.cutAway, 0),
      },
      warnings: warningsOf(written, findings, flights),
    },
  }
}

function sizesOf(written: readonly PlannedFrame[]): Record<string, number> {
  const counts = new Map<string, number>()
  for (const { frame } of written) {
    const size = `${frame.width}x${frame.height}`
    counts.set(size, (counts.get(size) ?? 0) + 1)
  }
  return Object.fromEntries([...counts].sort(([, a], [, b]) => b - a))
}

/** Whole frames with checked labels: all of val and test, an even sample of train. */
async function writeFrames(
  written: readonly PlannedFrame[],
  options: PrepareOptions,
): Promise<{ counts: PerSplit; paths: ReadonlyMap<PlannedFrame, string> }> {
  const counts: Record<Split, number> = { train: 0, val: 0, test: 0 }
  const paths = new Map<PlannedFrame, string>()
  const train = written.filter((item) => item.split === 'train')
  const step = Math.max(1, train.length / Math.max(1, options.trainFrames))
  const sample = new Set(
    Array.from({ length: Math.min(options.trainFrames, train.length) }, (_, k) => train[Math.floor(k * step)]),
  )
  for (const item of written) {
    if (item.split === 'train' && !sample.has(item)) continue
    const { image, stem } = item.frame.found
    const folder = join(options.output, 'frames', item.split)
    await linkOrCopy(join(options.input, image), join(folder, 'images', basename(image)))
    await writeOutput(join(folder, 'labels', `${stem}.txt`), formatYoloLabels(item.boxes))
    paths.set(item, `frames/${item.split}/images/${basename(image)}`)
    counts[item.split]++
  }
  return { counts, paths }
}

function warningsOf(written: readonly PlannedFrame[], findings: Findings, flights: Record<Split, string[]>): string[] {
  const warnings: string[] = []
  for (const name of findings.found.ignored) warnings.push(`the folder "${name}" is no split and was left out`)
  if (findings.found.orphanLabels.length > 0) {
    warnings.push(`${findings.found.orphanLabels.length} label file(s) have no image`)
  }
  if (findings.labels.dropped > 0)
    warnings.push(`${findings.labels.dropped} label line(s) were dropped; see report.labels`)
  const shared = flights.train.filter((name) => flights.val.includes(name) || flights.test.includes(name))
  if (shared.length > 0) warnings.push(`flight(s) in more than one split: ${shared.slice(0, 10).join(', ')}`)
  if (!written.some((item) => item.boxes.length > 0)) warnings.push('no image has a box')
  return warnings
}

/** One line for each written image and frame: what was known of its source, and where in it the image lies. */
function metadataLines(
  written: readonly PlannedFrame[],
  frames: ReadonlyMap<PlannedFrame, string>,
  { options, copies }: Findings,
): string {
  const lines: string[] = []
  const ofStem = new Map<string, object>()
  for (const item of written) {
    const source = item.frame.found.image
    const { relativeAltitudeM: altitudeM } = item.frame.camera
    const known = {
      ...(altitudeM !== undefined && { altitudeM }),
      ...(item.place && { latitude: item.place.latitudeDeg, longitude: item.place.longitudeDeg }),
      ...item.metadata,
      flight: item.flight,
      source,
    }
    const frame = frames.get(item)
    if (frame !== undefined) lines.push(JSON.stringify({ ...known, image: frame }))
    for (const part of item.parts) {
      const { rect, letterbox: box } = part
      const tileXyxyPx = rect && [rect.x, rect.y, rect.x + rect.width, rect.y + rect.height]
      const letterboxXyxyPx = box && [box.left, box.top, box.left + box.width, box.top + box.height]
      const scale = box ? box.width / item.frame.width : (options.tile?.scale ?? options.scale)
      const line = { ...known, image: `${item.split}/images/${part.stem}.jpg`, tileXyxyPx, letterboxXyxyPx, scale }
      if (item.split === 'train') ofStem.set(part.stem, line)
      lines.push(JSON.stringify(line))
    }
  }
  for (const { stem, from, changes } of copies) {
    lines.push(
      JSON.stringify({ ...ofStem.get(from), image: `train/images/${stem}.jpg`, augmentedFrom: `${from}.jpg`, changes }),
    )
  }
  return lines.map((line) => `${line}\n`).join('')
}
