import { codeOf } from '../../core/errors.ts'
import { parseS3Uri } from '../../core/s3-uri.ts'
import type { Principal } from '../auth/principal.ts'
import type { Engine } from '../engine.ts'
import { AwsError } from '../wire/aws-error.ts'
import { failureReasonOf } from './job-failure.ts'
import { listFiles, uploadFiles } from './s3-output.ts'
import type { LocalFile } from './s3-output.ts'

/** A file younger than this may still be being written; the next pass takes it. */
const SETTLE_MS = 500

export interface FolderSyncOptions {
  readonly folder: string
  /** S3 prefix that follows the folder. */
  readonly uri: string
  /** Files that vanish from the folder vanish from S3 too, as for checkpoints. */
  readonly deletes: boolean
  /** @default 3000 */
  readonly intervalMs?: number
}

/** Keeps an S3 prefix equal to a folder while a job runs. */
export interface FolderSync {
  /** Stops the passes, makes a last one that takes everything, and fails if that one fails. */
  finish(): Promise<void>
  /** Stops the passes. */
  cancel(): Promise<void>
}

export function startFolderSync(engine: Engine, principal: Principal, options: FolderSyncOptions): FolderSync {
  // With deletions the prefix counts as ours: what an earlier attempt stored there and is gone since, goes too.
  const stored = new Map<string, string>(options.deletes ? namesUnder(engine, options.uri) : [])
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> = Promise.resolve()
  let over = false
  let hasWarned = false

  const pass = async (isLast: boolean): Promise<void> => {
    const now = Date.now()
    const files = await listFiles(options.folder)
    const changed = files.filter(
      (file) => stored.get(file.name) !== versionOf(file) && (isLast || now - file.modifiedMs >= SETTLE_MS),
    )
    for (const file of changed) {
      try {
        await uploadFiles(engine, principal, [file], options.uri, 'copy')
      } catch (error) {
        // Renamed or removed since it was listed.
        if (codeOf(error) === 'ENOENT') continue
        throw error
      }
      stored.set(file.name, versionOf(file))
    }
    if (options.deletes) removeVanished(new Set(files.map((file) => file.name)))
  }

  const removeVanished = (present: ReadonlySet<string>): void => {
    const { bucket, key } = parseS3Uri(options.uri)
    for (const name of [...stored.keys()].filter((each) => !present.has(each))) {
      const objectKey = `${key.replace(/\/$/, '')}/${name}`
      if (!mayDelete(bucket, objectKey)) continue
      engine.objects.delete(bucket, objectKey)
      stored.delete(name)
    }
  }

  /** A role that may write but not delete keeps the object: more than needed is no reason to fail a job. */
  const mayDelete = (bucket: string, key: string): boolean => {
    try {
      engine.authorize(principal, [{ action: 's3:DeleteObject', resource: `arn:aws:s3:::${bucket}/${key}` }])
      return true
    } catch (error) {
      if (!(error instanceof AwsError)) throw error
      if (!hasWarned) engine.log.warn('vanished files stay in S3', { uri: options.uri, reason: error.message })
      hasWarned = true
      return false
    }
  }

  const schedule = (): void => {
    if (over) return
    timer = setTimeout(() => {
      running = pass(false)
        // Not fatal for the job: the last pass repeats the work, and its failure counts.
        .catch((error: unknown) => {
          engine.log.warn('continuous upload failed', { uri: options.uri, reason: failureReasonOf(error) })
        })
        .then(schedule)
    }, options.intervalMs ?? 3_000)
  }
  const cancel = async (): Promise<void> => {
    over = true
    clearTimeout(timer)
    await running
  }
  schedule()
  return {
    cancel,
    finish: async () => {
      await cancel()
      await pass(true)
    },
  }
}

function versionOf(file: LocalFile): string {
  return `${file.sizeBytes}/${file.modifiedMs}`
}

/** Objects under the prefix, as versions that no file has. */
function* namesUnder(engine: Engine, uri: string): Generator<[string, string]> {
  const { bucket, key } = parseS3Uri(uri)
  const prefix = `${key.replace(/\/$/, '')}/`
  if (!engine.objects.hasBucket(bucket)) return
  for (const object of engine.objects.list(bucket, prefix)) yield [object.key.slice(prefix.length), 'stored before']
}
