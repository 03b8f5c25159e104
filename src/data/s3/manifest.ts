import { createWriteStream } from 'node:fs'
import { copyFile, mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { SkyloopError } from '../../core/errors.ts'
import { parseS3Uri } from '../../core/s3-uri.ts'
import type { ObjectEntry } from './entry.ts'
import { EVERYTHING, type EntryFilter } from './key-filter.ts'
import { folderPrefix, listObjects } from './list-objects.ts'
import { temporaryPath, unsafeKey } from './local-path.ts'
import { putFile } from './put-file.ts'
import type { Transfer } from './transfer.ts'

/**
 * `s3`: a channel's or input's `ManifestFile`, `[{"prefix": "s3://b/p/"}, "a.jpg", …]`.
 * `ground-truth`: a labelling job's input, `{"source-ref": "s3://b/p/a.jpg"}` a line, images only.
 */
export type ManifestKind = 's3' | 'ground-truth'

export interface ManifestReport {
  readonly kind: ManifestKind
  /** Where it was written. */
  readonly manifest: string
  readonly objects: number
  readonly sizeBytes: number
  /** Objects that this kind of manifest cannot name, by the reason. */
  readonly leftOut: Readonly<Record<string, number>>
}

/** What Ground Truth shows to a worker. @source docs.aws.amazon.com/sagemaker/latest/dg, "sms-data-input" */
const LABELLED_ENDINGS = /\.(jpe?g|png)$/i

/**
 * Lists a prefix and writes a manifest of it, line by line, to S3 or to a file: whole or not at all.
 *
 * @throws SkyloopError `data.s3.empty` when there is nothing to name
 */
export async function writeManifest(
  transfer: Transfer,
  sourceUri: string,
  target: string,
  kind: ManifestKind,
  filter: EntryFilter = EVERYTHING,
): Promise<ManifestReport> {
  const { bucket, key } = parseS3Uri(sourceUri)
  const prefix = `s3://${bucket}/${folderPrefix(key)}`
  const counts = { objects: 0, sizeBytes: 0 }
  const leftOut: Record<string, number> = {}
  const named = async function* (): AsyncGenerator<ObjectEntry> {
    for await (const object of listObjects(transfer.client, sourceUri, { filter, signal: transfer.signal })) {
      const why = whyNot(object, kind, target)
      if (why !== undefined) {
        leftOut[why] = (leftOut[why] ?? 0) + 1
        continue
      }
      counts.objects++
      counts.sizeBytes += object.sizeBytes
      yield object
    }
  }
  const folder = await mkdtemp(join(tmpdir(), 'skyloop-manifest-'))
  const file = join(folder, 'manifest')
  try {
    await pipeline(Readable.from(LINES[kind](named(), prefix)), createWriteStream(file))
    if (counts.objects === 0) {
      const others = Object.entries(leftOut).map(([why, count]) => `${count} left out: ${why}`)
      throw new SkyloopError({
        code: 'data.s3.empty',
        message: `there is nothing under ${prefix} for a manifest${others.length > 0 ? ` (${others.join('; ')})` : ''}`,
        hint: 'see what is there with `skyloop s3 list`',
      })
    }
    await deliver(transfer, file, target, kind)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  return { kind, manifest: target, ...counts, leftOut }
}

const LINES: Readonly<
  Record<ManifestKind, (objects: AsyncIterable<ObjectEntry>, prefix: string) => AsyncGenerator<string>>
> = {
  s3: async function* (objects, prefix) {
    yield `[\n${JSON.stringify({ prefix })}`
    for await (const { key } of objects) yield `,\n${JSON.stringify(key)}`
    yield '\n]\n'
  },
  'ground-truth': async function* (objects) {
    for await (const { bucket, fullKey } of objects) {
      yield `${JSON.stringify({ 'source-ref': `s3://${bucket}/${fullKey}` })}\n`
    }
  },
}

function whyNot(object: ObjectEntry, kind: ManifestKind, target: string): string | undefined {
  if (`s3://${object.bucket}/${object.fullKey}` === target) return 'the manifest itself'
  if (kind === 'ground-truth') {
    if (!LABELLED_ENDINGS.test(object.key)) return 'not .jpg, .jpeg or .png'
    return object.sizeBytes === 0 ? 'empty' : undefined
  }
  return unsafeKey(object.key) === undefined ? undefined : 'the key cannot be a file name'
}

const CONTENT_TYPES: Readonly<Record<ManifestKind, string>> = {
  s3: 'application/json',
  'ground-truth': 'application/x-ndjson',
}

async function deliver(transfer: Transfer, file: string, target: string, kind: ManifestKind): Promise<void> {
  if (target.startsWith('s3://')) {
    const { bucket, key } = parseS3Uri(target)
    await putFile(transfer, file, { bucket, fullKey: key, contentType: CONTENT_TYPES[kind] })
    return
  }
  await mkdir(dirname(target), { recursive: true })
  // The temporary folder may lie on another file system, from where nothing can be renamed.
  const beside = temporaryPath(target)
  try {
    await copyFile(file, beside)
    await rename(beside, target)
  } catch (error) {
    await rm(beside, { force: true })
    throw error
  }
}
