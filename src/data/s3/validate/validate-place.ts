import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SkyloopError } from '../../../core/errors.ts'
import { readClassList } from '../../formats/class-list.ts'
import type { Entry } from '../entry.ts'
import { inParallel } from '../in-parallel.ts'
import { EVERYTHING, type EntryFilter } from '../key-filter.ts'
import { checkHeader, checkImage, checkLabel } from './content-checks.ts'
import { HEADER_BYTES, kindOfName } from './file-kind.ts'
import { type Finding, type FindingKind, FINDINGS, openFindings } from './finding.ts'
import { surveyKeys } from './key-survey.ts'
import type { Place } from './place.ts'

/**
 * How deep to look. `names`: the listing alone. `headers`: also the first bytes of each image, labels, and which images
 * are the same. `full`: every
 * image is decoded to its end.
 */
export type Level = 'names' | 'headers' | 'full'

export interface ValidateOptions {
  readonly level: Level
  readonly filter?: EntryFilter
  /** Objects read at a time. @default 8 */
  readonly parallel?: number
  readonly signal?: AbortSignal | undefined
  /** After each object of the listing, and of the reading that follows. */
  readonly onProgress?: (stage: 'listed' | 'read', done: number, total: number | undefined) => void
}

export interface ValidationReport {
  readonly place: string
  readonly level: Level
  readonly images: number
  readonly labels: number
  readonly others: number
  readonly sizeBytes: number
  /** Missing where there are no labels. */
  readonly classes: number | undefined
  readonly counts: Readonly<Partial<Record<FindingKind, number>>>
  readonly errors: number
  readonly warnings: number
  /** The first of each kind. */
  readonly findings: readonly Finding[]
}

/** Looks through a folder or prefix of images and YOLO labels, and reports all that is wrong with it together. */
export async function validatePlace(place: Place, options: ValidateOptions): Promise<ValidationReport> {
  const { level, filter = EVERYTHING, signal } = options
  const findings = openFindings()
  const survey = surveyKeys(findings)
  const contents = new Map<string, string>()
  const classFiles: Entry[] = []
  /** Images by size: only those that share theirs can be the same. */
  const sizes = new Map<number, number>()
  let listed = 0
  for await (const entry of place.list({ filter, signal })) {
    survey.add(entry)
    if (entry.key === 'classes.txt' || entry.key === 'data.yaml') classFiles.push(entry)
    if (kindOfName(entry.key) !== undefined) sizes.set(entry.sizeBytes, (sizes.get(entry.sizeBytes) ?? 0) + 1)
    options.onProgress?.('listed', ++listed, undefined)
  }
  survey.close()
  const classes = survey.totals.labels === 0 ? undefined : await readClasses(place, classFiles, findings.add)
  if (level !== 'names') {
    let done = 0
    // Listed again rather than remembered: memory then does not hold every entry.
    await inParallel(place.list({ filter, signal }), options.parallel ?? 8, async (entry) => {
      signal?.throwIfAborted()
      const isImage = kindOfName(entry.key) !== undefined
      if (isImage && entry.sizeBytes > 0) {
        if ((sizes.get(entry.sizeBytes) ?? 0) > 1) await findTwin(place, entry, contents, findings.add)
        if (level === 'headers') checkHeader(entry.key, await place.read(entry, HEADER_BYTES), findings)
        else {
          const bytes = await place.read(entry)
          if (checkHeader(entry.key, bytes, findings)) await checkImage(entry.key, bytes, findings)
        }
      } else if (survey.isLabel(entry.key)) {
        checkLabel(entry.key, await place.read(entry), classes ?? Number.POSITIVE_INFINITY, findings)
      }
      options.onProgress?.('read', ++done, listed)
    })
  }
  const counts = findings.counts()
  const sum = (severity: 'error' | 'warning'): number =>
    Object.entries(counts).reduce(
      (total, [kind, count]) => total + (FINDINGS[kind as FindingKind].severity === severity ? count : 0),
      0,
    )
  return {
    place: place.name,
    level,
    ...survey.totals,
    classes,
    counts,
    errors: sum('error'),
    warnings: sum('warning'),
    findings: findings.named(),
  }
}

type Add = (kind: FindingKind, key: string, detail: string) => void

async function findTwin(place: Place, entry: Entry, contents: Map<string, string>, add: Add): Promise<void> {
  const id = `${entry.sizeBytes} ${await place.contentId(entry)}`
  const twin = contents.get(id)
  if (twin === undefined) contents.set(id, entry.key)
  else add('duplicate-content', entry.key > twin ? entry.key : twin, `as ${entry.key > twin ? twin : entry.key}`)
}

/** Class files are read as preparation reads them, from a folder with nothing else in it. */
async function readClasses(place: Place, files: readonly Entry[], add: Add): Promise<number | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'skyloop-classes-'))
  try {
    for (const entry of files) await writeFile(join(folder, entry.key), await place.read(entry))
    return (await readClassList(folder)).length
  } catch (error) {
    if (!(error instanceof SkyloopError)) throw error
    add('no-classes', files[0]?.key ?? place.name, files.length === 0 ? 'class numbers are not checked' : error.message)
    return undefined
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
