import { mkdir, readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { codeOf, ProblemsError, SkyloopError } from '../../core/errors.ts'
import { writeFileAtomic, writeJsonAtomic } from '../../core/files.ts'
import { hash32, seededRandom } from '../../core/random.ts'
import type { Json } from '../../core/json.ts'
import { readClassList } from '../formats/class-list.ts'
import { findImages, SPLITS, type Split } from '../formats/find-images.ts'
import { flightOf, readImageMetadata, type ImageMetadata } from '../formats/image-metadata.ts'
import { describeIssue, summarizeLabels, type LabelReport } from '../formats/label-issue.ts'
import { formatYoloLabels, type LabelledBox } from '../formats/yolo-labels.ts'
import { contentHash } from '../version/content-hash.ts'
import { datasetCard, dataYaml } from './dataset-card.ts'
import { mapConcurrent } from './map-concurrent.ts'
import type { PreparedDataset, PrepareSettings, PerSplit, SkippedImage } from './prepared-dataset.ts'
import { isBroken, readSource, type SourceFrame } from './read-source.ts'
import { splitFlights } from './split-flights.ts'
import { cutFrame, type TileRect } from './tile-frame.ts'
import { linkOrCopy, writeOutput, writeParts } from './write-frame.ts'

export interface PrepareOptions extends PrepareSettings {
  /** A YOLO data set in one of the usual layouts. */
  readonly input: string
  /** A folder that is empty or not there yet. */
  readonly output: string
  /** `fail` names every broken image and ends; `skip` leaves them out and reports them. @default 'fail' */
  readonly onCorrupt?: 'fail' | 'skip'
  /** Frames in work at a time. @default 4 */
  readonly concurrency?: number
  readonly onProgress?: (done: number, total: number) => void
}

/** A frame with its place in the data set. */
interface PlannedFrame {
  readonly frame: SourceFrame
  readonly split: Split
  readonly flight: string
  readonly metadata: ImageMetadata | undefined
  readonly boxes: readonly LabelledBox[]
  readonly parts: readonly PlannedPart[]
}

interface PlannedPart {
  readonly stem: string
  readonly rect: TileRect | undefined
  readonly boxes: readonly LabelledBox[]
}

/**
 * Turns a raw YOLO data set into one that training can use: checked labels, a split without leaks, tiles, whole frames
 * for evaluation, `dataset.json`, `data.yaml`, `classes.txt`, `metadata.jsonl` and a card.
 *
 * @throws SkyloopError `data.empty`, `data.classes`, `data.split`, `data.prepare.output`;
 *   ProblemsError `data.corrupt`, `data.unknown-class` or `data.missing-labels` naming every file
 */
export async function prepareDataset(options: PrepareOptions): Promise<PreparedDataset> {
  const { input, output } = options
  const concurrency = options.concurrency ?? 4
  await requireEmpty(output)
  const classes = await readClassList(input)
  const found = await findImages(input)
  const metadata = await readImageMetadata(
    input,
    SPLITS.flatMap((split) => [split, `images/${split}`]),
  )
  const sources = await mapConcurrent(found.images, concurrency, (image) => readSource(input, image, classes.length))
  const corrupt: SkippedImage[] = sources.filter(isBroken).map(({ found: { image }, reason }) => ({ image, reason }))
  const frames = sources.filter((source): source is SourceFrame => !isBroken(source))
  const labels = summarizeLabels(frames.flatMap((frame) => (frame.labels ? [frame.labels] : [])))
  checkClasses(options, frames, classes)
  const missingLabels = frames.filter((frame) => !frame.labels).map((frame) => frame.found.image)
  if (options.missingLabels === 'fail' && missingLabels.length > 0) {
    throw new ProblemsError('data.missing-labels', 'images without a label file', missingLabels.slice(0, 50))
  }
  const usable = options.missingLabels === 'skip' ? frames.filter((frame) => frame.labels) : frames
  if (usable.length === 0) throw nothingLeft(corrupt, missingLabels)
  const described = usable.map((frame) => {
    const about = metadata.get(frame.found.image)
    return { frame, metadata: about, flight: flightOf(frame.found.stem, about) }
  })
  const splits = splitFlights(
    described.map(({ frame, flight }) => ({ image: frame.found.image, flight, split: frame.found.split })),
    options,
  )
  let rescuedBoxes = 0
  const planned = described.map(({ frame, flight, metadata: about }): PlannedFrame => {
    const boxes = frame.labels?.boxes ?? []
    const split = splits.get(frame.found.image) ?? 'train'
    const cut = planParts(frame, boxes, options)
    rescuedBoxes += cut.rescued
    return { frame, split, flight, metadata: about, boxes, parts: cut.parts }
  })
  const leftOut = chooseBackground(planned, options)
  const chosen = planned.map((item) => ({ ...item, parts: item.parts.filter((part) => !leftOut.has(part)) }))

  for (const split of SPLITS) {
    for (const folder of [split, `frames/${split}`]) {
      if (split === 'test' && !chosen.some((item) => item.split === 'test')) continue
      await mkdir(join(output, folder, 'images'), { recursive: true })
      await mkdir(join(output, folder, 'labels'), { recursive: true })
    }
  }
  let done = 0
  const late = await mapConcurrent(chosen, concurrency, async (item): Promise<SkippedImage | undefined> => {
    const broken = await writeOne(item, options)
    options.onProgress?.(++done, chosen.length)
    return broken === undefined ? undefined : { image: item.frame.found.image, reason: broken }
  })
  corrupt.push(...late.filter((item) => item !== undefined))
  corrupt.sort((a, b) => (a.image < b.image ? -1 : 1))
  if (corrupt.length > 0 && (options.onCorrupt ?? 'fail') === 'fail') {
    throw new ProblemsError(
      'data.corrupt',
      'images that cannot be decoded',
      corrupt.map(({ image, reason }) => `${image}: ${reason}`),
      'repair or remove them, or go on without them: --on-corrupt skip',
    )
  }
  const written = chosen.filter((_, k) => late[k] === undefined)
  if (written.length === 0) throw nothingLeft(corrupt, missingLabels)
  return finish(written, { options, classes, labels, corrupt, missingLabels, leftOut, rescuedBoxes, found })
}

async function requireEmpty(output: string): Promise<void> {
  const there = await readdir(output).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return []
    throw error
  })
  if (there.length > 0) {
    throw new SkyloopError({ code: 'data.prepare.output', message: `${output} is not empty; it has ${there[0]}` })
  }
}

function checkClasses(options: PrepareOptions, frames: readonly SourceFrame[], classes: readonly string[]): void {
  if (options.unknownClass === 'drop') return
  const unknown = frames
    .flatMap((frame) => frame.labels?.issues ?? [])
    .filter((issue) => issue.kind === 'unknown-class')
  if (unknown.length === 0) return
  throw new ProblemsError(
    'data.unknown-class',
    `${unknown.length} box(es) have a class number outside 0 to ${classes.length - 1} (${classes.join(', ')})`,
    unknown.slice(0, 50).map(describeIssue),
    'correct classes.txt or the labels, or leave such boxes out: --unknown-class drop',
  )
}

function nothingLeft(corrupt: readonly SkippedImage[], missing: readonly string[]): SkyloopError {
  return new SkyloopError({
    code: 'data.empty',
    message: `no usable image is left: ${corrupt.length} broken, ${missing.length} without a label file`,
    hint:
      missing.length > 0 ? 'treat images without a label file as background: --missing-labels background' : undefined,
  })
}

function planParts(
  frame: SourceFrame,
  boxes: readonly LabelledBox[],
  options: PrepareSettings,
): { parts: PlannedPart[]; rescued: number } {
  const { stem } = frame.found
  if (!options.tile) return { parts: [{ stem, rect: undefined, boxes }], rescued: 0 }
  const cut = cutFrame(frame.width, frame.height, boxes, options.tile, options.minVisible)
  return {
    parts: cut.tiles.map((tile) => ({
      stem: `${stem}__x${tile.rect.x}_y${tile.rect.y}`,
      rect: tile.rect,
      boxes: tile.boxes,
    })),
    rescued: cut.rescued,
  }
}

/** Tiles of train without boxes that exceed their share; whole images and other splits keep all. */
function chooseBackground(planned: readonly PlannedFrame[], options: PrepareSettings): Set<PlannedPart> {
  if (!options.tile) return new Set()
  const parts = planned.filter((item) => item.split === 'train').flatMap((item) => item.parts)
  const empty = parts.filter((part) => part.boxes.length === 0)
  const full = parts.length - empty.length
  const room =
    full === 0 ? empty.length : Math.round((full * options.background) / Math.max(1e-9, 1 - options.background))
  return new Set(
    seededRandom(hash32(`background/${options.seed}`))
      .shuffle(empty)
      .slice(room),
  )
}

/** @returns why the frame cannot be decoded, or undefined */
async function writeOne(item: PlannedFrame, options: PrepareOptions): Promise<string | undefined> {
  const source = join(options.input, item.frame.found.image)
  const scale = options.tile?.scale ?? options.scale
  try {
    await writeParts(source, join(options.output, item.split), item.parts, scale)
  } catch (error) {
    if (error instanceof SkyloopError && error.code === 'data.image.corrupt') return error.message
    throw error
  }
  return undefined
}

interface Findings {
  readonly options: PrepareOptions
  readonly classes: readonly string[]
  readonly labels: LabelReport
  readonly corrupt: readonly SkippedImage[]
  readonly missingLabels: readonly string[]
  readonly leftOut: ReadonlySet<PlannedPart>
  readonly rescuedBoxes: number
  readonly found: Awaited<ReturnType<typeof findImages>>
}

async function finish(written: readonly PlannedFrame[], findings: Findings): Promise<PreparedDataset> {
  const { options, classes, found } = findings
  const { output } = options
  const frames = await writeFrames(written, options)
  const count = (value: (item: PlannedFrame) => number): PerSplit => {
    const sums: Record<Split, number> = { train: 0, val: 0, test: 0 }
    for (const item of written) sums[item.split] += value(item)
    return sums
  }
  const settings: PrepareSettings = {
    tile: options.tile,
    scale: options.scale,
    valFraction: options.valFraction,
    testFraction: options.testFraction,
    splitBy: options.splitBy,
    seed: options.seed,
    minVisible: options.minVisible,
    background: options.background,
    missingLabels: options.missingLabels,
    unknownClass: options.unknownClass,
    trainFrames: options.trainFrames,
  }
  const flights = Object.fromEntries(
    SPLITS.map((split) => [
      split,
      [...new Set(written.filter((item) => item.split === split).map((item) => item.flight))].sort(),
    ]),
  ) as Record<Split, string[]>
  const dataset: PreparedDataset = {
    contentHash: contentHash(
      written.flatMap(({ frame }) => [
        { path: frame.found.image, sha256: frame.sha256 },
        { path: frame.found.label, sha256: frame.labelSha256 },
      ]),
      { classes: [...classes], settings: settings as unknown as Json },
    ),
    images: count((item) => item.parts.length),
    boxes: count((item) => item.parts.reduce((sum, part) => sum + part.boxes.length, 0)),
    boxesPerClass: Object.fromEntries(
      classes.map((name, id) => [
        name,
        count((item) =>
          item.parts.reduce((sum, part) => sum + part.boxes.filter((box) => box.classId === id).length, 0),
        ),
      ]),
    ),
    classes,
    tile: options.tile,
    frames: frames.counts,
    flights,
    splitBy: options.splitBy,
    layout: found.layout,
    options: settings,
    report: {
      sourceImages: found.images.length,
      sourceBoxes: count((item) => item.boxes.length),
      rescuedBoxes: findings.rescuedBoxes,
      backgroundKept: count((item) => item.parts.filter((part) => part.boxes.length === 0).length),
      backgroundLeftOut: { train: findings.leftOut.size, val: 0, test: 0 },
      labels: findings.labels,
      corrupt: findings.corrupt,
      skipped:
        options.missingLabels === 'skip'
          ? findings.missingLabels.map((image) => ({ image, reason: 'it has no label file' }))
          : [],
      missingLabels: findings.missingLabels,
      orphanLabels: found.orphanLabels,
      ignoredFolders: found.ignored,
      warnings: warningsOf(written, findings, flights),
    },
  }
  await writeFileAtomic(join(output, 'classes.txt'), `${classes.join('\n')}\n`)
  await writeFileAtomic(join(output, 'data.yaml'), dataYaml(dataset))
  await writeFileAtomic(join(output, 'metadata.jsonl'), metadataLines(written, frames.paths, options))
  await writeFileAtomic(join(output, 'README.md'), datasetCard(dataset))
  await writeJsonAtomic(join(output, 'dataset.json'), dataset)
  return dataset
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
  options: PrepareSettings,
): string {
  const lines: string[] = []
  for (const item of written) {
    const source = item.frame.found.image
    const { altitudeM } = item.frame
    const known = { ...(altitudeM !== undefined && { altitudeM }), ...item.metadata, flight: item.flight, source }
    const frame = frames.get(item)
    if (frame !== undefined) lines.push(JSON.stringify({ ...known, image: frame }))
    for (const part of item.parts) {
      const rect = part.rect
      const tileXyxyPx = rect && [rect.x, rect.y, rect.x + rect.width, rect.y + rect.height]
      const scale = options.tile?.scale ?? options.scale
      lines.push(JSON.stringify({ ...known, image: `${item.split}/images/${part.stem}.jpg`, tileXyxyPx, scale }))
    }
  }
  return lines.map((line) => `${line}\n`).join('')
}
