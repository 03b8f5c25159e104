import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { codeOf, messageOf, SkyloopError } from '../../core/errors.ts'
import { isObject, readJson } from '../../core/json.ts'
import { readClassList } from '../formats/class-list.ts'
import { findImages, SPLITS, type FoundImage, type Split } from '../formats/find-images.ts'
import { flightOf, readImageMetadata } from '../formats/image-metadata.ts'
import { describeIssue, type LabelIssue } from '../formats/label-issue.ts'
import { parseYoloLabels } from '../formats/yolo-labels.ts'
import { compareWithManifest, readManifest } from '../version/manifest.ts'
import { evenSample, findLeaks, findPlaceLeaks, type PlacedImage } from './find-leaks.ts'
import { mapConcurrent } from './map-concurrent.ts'
import { DEFAULT_SETTINGS, type PerSplit } from './prepared-dataset.ts'
import { firstLine } from './read-source.ts'

export interface ValidateOptions {
  /** Fewest train images. @default 1 */
  readonly minImages?: number
  /** Fewest boxes in train, and in val. @default 1 */
  readonly minBoxes?: number
  /** Images of each split that are decoded wholly. @default 400 */
  readonly sample?: number
  /** Most images of each split whose looks are compared with those of the others. @default 20_000 */
  readonly compare?: number
}

/** `validation.json`. */
export interface Validation {
  readonly valid: boolean
  /** Why the set must not be trained on. */
  readonly problems: readonly string[]
  /** What a person should know. */
  readonly warnings: readonly string[]
  readonly counts: {
    readonly images: PerSplit
    readonly boxes: PerSplit
    readonly boxesPerClass: Readonly<Record<string, PerSplit>>
    readonly decoded: number
    readonly compared: number
    readonly flights: PerSplit
  }
}

/**
 * Checks a prepared data set before anything is trained on it: labels, decodability, class balance, leaks.
 *
 * @throws SkyloopError when the folder is no data set at all (`data.empty`, `data.classes`)
 */
export async function validateDataset(folder: string, options: ValidateOptions = {}): Promise<Validation> {
  const { minImages = 1, minBoxes = 1, sample = 400, compare = 20_000 } = options
  const problems: string[] = []
  const warnings: string[] = []
  const classes = await readClassList(folder)
  const found = await findImages(folder)
  if (found.layout === 'flat') problems.push('the data set has no splits; expected train/ and val/')
  const bySplit = (split: Split): FoundImage[] => found.images.filter((image) => image.split === split)

  const labels = await readLabels(folder, found.images, classes.length)
  problems.push(...firstOf(labels.missing, 'have no label file', (image) => image))
  problems.push(...firstOf(labels.issues.filter(isProblem), 'label line(s) are wrong', describeIssue))
  warnings.push(
    ...firstOf(
      labels.issues.filter((issue) => !isProblem(issue)),
      'label line(s) are suspicious',
      describeIssue,
    ),
  )

  const images = perSplit((split) => bySplit(split).length)
  const boxes = perSplit((split) => labels.count(split))
  if (images.train < minImages) problems.push(`train has ${images.train} image(s); at least ${minImages} are needed`)
  if (images.val === 0) problems.push('val has no image, so nothing could be measured')
  for (const split of ['train', 'val'] as const) {
    if (images[split] > 0 && boxes[split] < minBoxes) {
      problems.push(`${split} has ${boxes[split]} box(es); at least ${minBoxes} are needed`)
    }
  }
  const boxesPerClass = Object.fromEntries(
    classes.map((name, id) => [name, perSplit((split) => labels.count(split, id))]),
  )
  warnings.push(...balance(boxesPerClass, boxes))

  const broken = await decodeSample(
    folder,
    SPLITS.flatMap((split) => evenSample(bySplit(split), sample)),
  )
  problems.push(...firstOf(broken.problems, 'image(s) cannot be decoded', (text) => text))

  const about = await describeImages(folder, found.images)
  const { flights } = about
  const facts = await settingsOf(folder)
  const shared = [...flights.train].filter((name) => flights.val.has(name) || flights.test.has(name))
  shared.push(...[...flights.val].filter((name) => flights.test.has(name)))
  if (shared.length > 0) {
    const text = `flight(s) in more than one split: ${shared.slice(0, 10).join(', ')}; scores would flatter`
    ;(facts.splitBy === 'image' ? warnings : problems).push(text)
  }
  warnings.push(
    ...firstOf(
      [...about.namedAlike].filter(([, splits]) => splits.size > 1),
      'flight(s) by file name are in more than one split; if they are, scores would flatter',
      ([name, splits]) => `${name} (${[...splits].join(', ')})`,
    ),
  )
  // A set that came with its splits may have two flights over one place on purpose; one split by groups promised not to.
  const places = firstOf(
    facts.placeRadiusM > 0 ? findPlaceLeaks(about.places, facts.placeRadiusM) : [],
    `place(s) in more than one split (cameras within ${facts.placeRadiusM} m)`,
    (images) => images.map(({ image, split }) => `${image} (${split})`).join(' and '),
  )
  ;(facts.splitBy === 'group' && facts.isSplit ? problems : warnings).push(...places)
  const bad = new Set(broken.names)
  const leaks = await findLeaks(
    folder,
    perSplit((split) =>
      bySplit(split)
        .map(({ image }) => image)
        .filter((image) => !bad.has(image)),
    ),
    compare,
  )
  problems.push(...firstOf(leaks.identical, 'image(s) stand in two splits', (pair) => `${pair.first} = ${pair.second}`))
  warnings.push(...firstOf(leaks.near, 'pair(s) across splits look alike', (pair) => `${pair.first} ~ ${pair.second}`))
  const manifest = await readManifest(folder)
  if (manifest) {
    const { missing, changed, added } = await compareWithManifest(folder, manifest)
    problems.push(...firstOf(missing, 'file(s) of this version are missing', (path) => path))
    problems.push(...firstOf(changed, 'file(s) are not what they were when this version was made', (path) => path))
    warnings.push(...firstOf(added, 'file(s) are no part of this version', (path) => path))
  }
  return {
    valid: problems.length === 0,
    problems,
    warnings,
    counts: {
      images,
      boxes,
      boxesPerClass,
      decoded: broken.decoded,
      compared: leaks.compared,
      flights: perSplit((split) => flights[split].size),
    },
  }
}

function perSplit<T>(value: (split: Split) => T): Record<Split, T> {
  return { train: value('train'), val: value('val'), test: value('test') }
}

/** One line for many findings: their number, what is wrong, the first five by name. */
function firstOf<T>(items: readonly T[], what: string, name: (item: T) => string): string[] {
  if (items.length === 0) return []
  const more = items.length > 5 ? `, and ${items.length - 5} more` : ''
  return [`${items.length} ${what}: ${items.slice(0, 5).map(name).join('; ')}${more}`]
}

function isProblem(issue: LabelIssue): boolean {
  return issue.outcome === 'dropped' && issue.kind !== 'duplicate'
}

interface ReadLabels {
  readonly missing: readonly string[]
  readonly issues: readonly LabelIssue[]
  count(split: Split, classId?: number): number
}

async function readLabels(root: string, images: readonly FoundImage[], classCount: number): Promise<ReadLabels> {
  const missing: string[] = []
  const issues: LabelIssue[] = []
  const counts = new Map<string, number>()
  const add = (key: string): void => {
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  for (const { image, label, split } of images) {
    const text = await readFile(join(root, label), 'utf8').catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return undefined
      throw error
    })
    if (text === undefined) {
      missing.push(image)
      continue
    }
    const parsed = parseYoloLabels(text, { file: label, classCount })
    issues.push(...parsed.issues)
    for (const { classId } of parsed.boxes) {
      add(`${split}`)
      add(`${split}/${classId}`)
    }
  }
  return {
    missing,
    issues,
    count: (split, classId) => counts.get(classId === undefined ? split : `${split}/${classId}`) ?? 0,
  }
}

function balance(boxesPerClass: Readonly<Record<string, PerSplit>>, boxes: PerSplit): string[] {
  const out: string[] = []
  for (const [name, count] of Object.entries(boxesPerClass)) {
    if (count.train === 0) {
      out.push(count.val > 0 ? `"${name}" is in val but never in train` : `"${name}" has no box in train`)
    } else if (count.train < 10) {
      out.push(`"${name}" has only ${count.train} box(es) in train`)
    } else if (boxes.val > 0 && count.val === 0) {
      out.push(`"${name}" has no box in val, so it will not be measured`)
    }
  }
  return out
}

async function decodeSample(
  root: string,
  images: readonly FoundImage[],
): Promise<{ problems: string[]; names: string[]; decoded: number }> {
  const results = await mapConcurrent(images, 4, async ({ image }) => {
    try {
      await sharp(join(root, image), { failOn: 'error' }).raw().toBuffer()
      return undefined
    } catch (error) {
      return { image, text: `${image} (${firstLine(messageOf(error))})` }
    }
  })
  const broken = results.filter((result) => result !== undefined)
  return {
    problems: broken.map(({ text }) => text),
    names: broken.map(({ image }) => image),
    decoded: images.length - broken.length,
  }
}

interface AboutImages {
  readonly flights: Record<Split, Set<string>>
  /** Flights that only file names tell of, by their splits. */
  readonly namedAlike: ReadonlyMap<string, ReadonlySet<Split>>
  /** One a source image and split: the tiles of a frame were taken at one place. */
  readonly places: PlacedImage[]
}

async function describeImages(root: string, images: readonly FoundImage[]): Promise<AboutImages> {
  const metadata = await readImageMetadata(root, SPLITS)
  const flights = perSplit(() => new Set<string>())
  const places = new Map<string, PlacedImage>()
  const namedAlike = new Map<string, Set<Split>>()
  for (const { image, split, stem } of images) {
    if (!split) continue
    const known = metadata.get(image)
    const [flight, latitude, longitude] = [known?.['flight'], known?.['latitude'], known?.['longitude']]
    const source = typeof known?.['source'] === 'string' ? known['source'] : image
    if (typeof flight === 'string') flights[split].add(flight)
    else {
      const name = flightOf(stem, undefined)
      namedAlike.set(name, (namedAlike.get(name) ?? new Set()).add(split))
    }
    if (typeof latitude === 'number' && typeof longitude === 'number') {
      places.set(`${split}/${source}`, {
        image: source,
        split,
        place: { latitudeDeg: latitude, longitudeDeg: longitude },
      })
    }
  }
  return { flights, namedAlike, places: [...places.values()] }
}

/** How a prepared set was split; what is usual for one that was not prepared here. */
async function settingsOf(root: string): Promise<{ splitBy: unknown; placeRadiusM: number; isSplit: boolean }> {
  try {
    const facts = await readJson(join(root, 'dataset.json'))
    const settings = isObject(facts) && isObject(facts['options']) ? facts['options'] : {}
    const report = isObject(facts) && isObject(facts['report']) ? facts['report'] : {}
    const radius = settings['placeRadiusM']
    return {
      splitBy: settings['splitBy'],
      placeRadiusM: typeof radius === 'number' ? radius : DEFAULT_SETTINGS.placeRadiusM,
      isSplit: isObject(report['joined']),
    }
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
    return { splitBy: undefined, placeRadiusM: DEFAULT_SETTINGS.placeRadiusM, isSplit: false }
  }
}

/** @throws SkyloopError `data.invalid`, one sentence, unless the set is valid */
export function requireValid(validation: Validation): void {
  if (validation.valid) return
  const [first, ...rest] = validation.problems
  throw new SkyloopError({
    code: 'data.invalid',
    message: `the data set is not fit for training: ${first}${rest.length > 0 ? ` (and ${rest.length} more problem(s) in validation.json)` : ''}`,
  })
}
