import type { S3Client } from '@aws-sdk/client-s3'
import { SkyloopError } from '../../core/errors.ts'
import type { Entry } from './entry.ts'
import { inParallel, mapInOrder } from './in-parallel.ts'
import { EVERYTHING, type EntryFilter } from './key-filter.ts'
import { mergeJoin, type Pair } from './merge-join.ts'
import { createMeter, type Progress } from './progress.ts'
import { REMOVED_AT_ONCE } from './remove-objects.ts'
import { acrossDirection, type Direction, downDirection, upDirection } from './sync-directions.ts'
import { openTransfer, type TransferOptions } from './transfer.ts'

/** How two entries of one key and size are told apart. */
export type Comparison = 'checksum' | 'time' | 'size'

export interface SyncOptions extends Omit<TransferOptions, 'onBytes'> {
  /** What is not wanted by name is left alone on both sides. */
  readonly filter?: EntryFilter
  /**
   * `checksum`: they are equal when a digest proves it, otherwise copied. `time`: equal when the target is not older
   * than the source (a file that was got has its object's time). `size`: equal.
   *
   * @default 'checksum'
   */
  readonly compare?: Comparison
  /** Also delete what the target has and the source has not, after everything was copied. @default false */
  readonly removeOthers?: boolean
  /** Only tell what would be done. @default false */
  readonly dryRun?: boolean
  /** Each thing that is, or would be, done, in order of key; deletions last. */
  readonly onAction?: (action: SyncAction) => void
  /** Entries of a local source that are left out whatever the filter: hidden, links, special files. */
  readonly onSkipped?: (key: string, why: string) => void
  /** After each file and each part of a large one. */
  readonly onProgress?: (progress: Progress) => void
}

export interface SyncAction {
  readonly kind: 'copy' | 'keep' | 'delete'
  readonly key: string
  readonly sizeBytes: number
  readonly why: 'new' | 'other size' | 'other content' | 'newer' | 'not proved equal' | 'same' | 'not in the source'
}

export interface SyncReport {
  /** Of the source, as far as the filter wants them. */
  readonly files: number
  readonly sizeBytes: number
  readonly copied: number
  readonly copiedBytes: number
  readonly unchanged: number
  readonly removed: number
  readonly dryRun: boolean
}

/**
 * Makes a target hold what a source holds; each is a folder or `s3://bucket/prefix`, one of them at least the latter.
 *
 * Both sides are listed in order and walked side by side, so memory does not grow with their number. Every file is
 * whole or not there; so after an interruption, even a kill, the same call goes on where it was.
 *
 * @throws SkyloopError `data.s3.overlap` when one prefix lies in the other; `data.s3.empty-source` when everything would be
 *   deleted because the source is empty; what `putFile`, `getFile` and `copyObject` throw
 */
export async function sync(
  client: S3Client,
  source: string,
  target: string,
  options: SyncOptions = {},
): Promise<SyncReport> {
  const meter = createMeter(options.onProgress)
  const transfer = openTransfer(client, { ...options, onBytes: meter.bytes })
  const [fromS3, toS3] = [source.startsWith('s3://'), target.startsWith('s3://')]
  if (fromS3 && toS3) return run(acrossDirection(transfer, source, target), options, meter)
  if (fromS3) return run(await downDirection(transfer, source, target, options.dryRun === true), options, meter)
  if (toS3) return run(upDirection(transfer, source, target), options, meter)
  throw new SkyloopError({
    code: 'data.s3.two-folders',
    message: `neither "${source}" nor "${target}" begins with s3://`,
    hint: 'one of them is s3://bucket/prefix',
  })
}

async function run<S extends Entry, T extends Entry>(
  direction: Direction<S, T>,
  options: SyncOptions,
  meter: ReturnType<typeof createMeter>,
): Promise<SyncReport> {
  const { filter = EVERYTHING, signal, dryRun = false } = options
  const byName: EntryFilter = { wantsKey: filter.wantsKey, wants: ({ key }) => filter.wantsKey(key) }
  const lanes = options.parallel ?? 16
  const total = { files: 0, sizeBytes: 0, copied: 0, copiedBytes: 0, unchanged: 0, removed: 0, others: 0, sources: 0 }
  const pairs = (): AsyncGenerator<Pair<S, T>> =>
    mergeJoin(
      direction.source({ filter: byName, signal, ...(options.onSkipped && { onSkipped: options.onSkipped }) }),
      direction.target({ filter: byName, signal }),
    )
  const wanted = async function* (): AsyncGenerator<Pair<S, T> & { source: S }> {
    for await (const { key, source, target } of pairs()) {
      if (source === undefined) total.others++
      else {
        total.sources++
        if (filter.wants(source)) yield { key, source, ...(target !== undefined && { target }) }
      }
    }
  }
  const survey = new AbortController()
  const surveyed = options.onProgress ? countSource(direction, filter, survey.signal, meter) : Promise.resolve()
  try {
    const decisions = mapInOrder(wanted(), lanes, async (pair) => ({
      source: pair.source,
      action: await decide(direction, pair, options.compare ?? 'checksum'),
    }))
    await inParallel(decisions, lanes, async ({ source, action }) => {
      signal?.throwIfAborted()
      total.files++
      total.sizeBytes += source.sizeBytes
      if (action.kind === 'keep') {
        total.unchanged++
        meter.skip(source.sizeBytes)
      } else {
        if (dryRun) meter.skip(source.sizeBytes)
        else await direction.copy(source)
        total.copied++
        total.copiedBytes += source.sizeBytes
      }
      options.onAction?.(action)
      meter.file()
    })
    if (options.removeOthers === true && total.others > 0) {
      if (total.sources === 0) throw emptySource(direction, total.others)
      total.removed = await removeOthers(direction, pairs(), options)
    }
  } finally {
    survey.abort()
    await surveyed
  }
  const { files, sizeBytes, copied, copiedBytes, unchanged, removed } = total
  return { files, sizeBytes, copied, copiedBytes, unchanged, removed, dryRun }
}

async function decide<S extends Entry, T extends Entry>(
  direction: Direction<S, T>,
  { key, source, target }: Pair<S, T> & { source: S },
  compare: Comparison,
): Promise<SyncAction> {
  const { sizeBytes } = source
  const copy = (why: SyncAction['why']): SyncAction => ({ kind: 'copy', key, sizeBytes, why })
  if (target === undefined) return copy('new')
  if (target.sizeBytes !== sizeBytes) return copy('other size')
  const keep: SyncAction = { kind: 'keep', key, sizeBytes, why: 'same' }
  if (compare === 'size') return keep
  if (compare === 'time') return direction.isNotOlder(target, source) ? keep : copy('newer')
  const proof = await direction.compare(source, target)
  return proof === 'same' ? keep : copy(proof === 'different' ? 'other content' : 'not proved equal')
}

async function removeOthers<S extends Entry, T extends Entry>(
  direction: Direction<S, T>,
  pairs: AsyncIterable<Pair<S, T>>,
  { dryRun = false, onAction, signal }: SyncOptions,
): Promise<number> {
  let removed = 0
  let batch: T[] = []
  const flush = async (): Promise<void> => {
    signal?.throwIfAborted()
    if (!dryRun) await direction.remove(batch.map(({ key }) => key))
    for (const { key, sizeBytes } of batch) onAction?.({ kind: 'delete', key, sizeBytes, why: 'not in the source' })
    removed += batch.length
    batch = []
  }
  for await (const { source, target } of pairs) {
    if (source !== undefined || target === undefined) continue
    batch.push(target)
    if (batch.length === REMOVED_AT_ONCE) await flush()
  }
  if (batch.length > 0) await flush()
  return removed
}

/** Learns beside the work how much there is, so that an end can be foreseen. */
async function countSource<S extends Entry, T extends Entry>(
  direction: Direction<S, T>,
  filter: EntryFilter,
  signal: AbortSignal,
  meter: ReturnType<typeof createMeter>,
): Promise<void> {
  let [files, sizeBytes] = [0, 0]
  try {
    for await (const entry of direction.source({ filter, signal })) {
      files++
      sizeBytes += entry.sizeBytes
    }
    meter.total({ files, sizeBytes })
  } catch {
    // The end stays unknown. Whatever is wrong with the source, the work itself meets it and says so.
  }
}

function emptySource<S extends Entry, T extends Entry>(direction: Direction<S, T>, others: number): SkyloopError {
  return new SkyloopError({
    code: 'data.s3.empty-source',
    message: `${direction.sourceName} holds nothing, so all ${others} in ${direction.targetName} would be deleted`,
    hint: 'check the name of the source; to empty the target on purpose use `skyloop s3 remove`',
  })
}
