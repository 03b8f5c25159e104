import { constants } from 'node:fs'
import { chmod, copyFile, link, mkdir } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { codeOf, messageOf } from '../../core/errors.ts'
import { joinInside } from '../../core/files.ts'
import { isObject, parseJson } from '../../core/json.ts'
import { parseS3Uri } from '../../core/s3-uri.ts'
import type { Principal } from '../auth/principal.ts'
import type { Engine } from '../engine.ts'
import type { StoredObject } from '../services/s3/object-store.ts'
import { JobFailure } from './job-failure.ts'

export interface S3Input {
  /** Object, key prefix, or manifest. */
  readonly uri: string
  readonly dataType: 'S3Prefix' | 'ManifestFile'
  /** Folder on this machine; made when missing. */
  readonly folder: string
  /**
   * `link` shares the stored bytes and is for what a job only reads; the files are read-only. `copy` gives the job
   * files of its own.
   */
  readonly take: 'link' | 'copy'
}

/**
 * Puts objects of S3 into a job's tree in File mode, as `principal`.
 *
 * A prefix that is a whole object gives one file; else names are relative to the prefix as a folder. Only when nothing
 * lies under the folder does the prefix match names in part, which AWS does always.
 *
 * @returns number of files
 * @throws JobFailure when nothing is there, or when a key leads outside the folder; AwsError when the role may not read
 */
export async function materialiseS3Input(engine: Engine, principal: Principal, input: S3Input): Promise<number> {
  const files = input.dataType === 'ManifestFile' ? await manifestFiles(engine, principal, input.uri) : undefined
  const found = files ?? prefixFiles(engine, principal, input.uri)
  await mkdir(input.folder, { recursive: true })
  const folders = new Set<string>([input.folder])
  let count = 0
  for (const { object, name } of found) {
    engine.authorize(principal, [{ action: 's3:GetObject', resource: `arn:aws:s3:::${object.bucket}/${object.key}` }])
    const target = insideFolder(input.folder, name, object.key)
    const folder = name.endsWith('/') ? target : dirname(target)
    if (!folders.has(folder)) {
      await mkdir(folder, { recursive: true })
      folders.add(folder)
    }
    if (name.endsWith('/')) continue
    await (input.take === 'link' ? linkOrCopy(object.blobPath, target) : copyBytes(object.blobPath, target))
    // Thousands of links must not keep the engine from answering.
    if (++count % 200 === 0) await setImmediate()
  }
  if (count === 0) throw new JobFailure('ClientError', `Data download failed: no S3 objects found under ${input.uri}`)
  return count
}

interface NamedObject {
  readonly object: StoredObject
  /** Path below the input's folder; ends with a slash for a folder marker. */
  readonly name: string
}

function* prefixFiles(engine: Engine, principal: Principal, uri: string): Generator<NamedObject> {
  const { bucket, key } = parseS3Uri(uri)
  mayList(engine, principal, bucket, key)
  const whole = key === '' || key.endsWith('/') ? undefined : engine.objects.head(bucket, key)
  if (whole) return yield { object: whole, name: basename(key) }
  const folder = key === '' || key.endsWith('/') ? key : `${key}/`
  let any = false
  for (const object of engine.objects.list(bucket, folder)) {
    any = true
    const name = object.key.slice(folder.length)
    if (name !== '') yield { object, name }
  }
  if (any || folder === key) return
  const parent = key.slice(0, key.lastIndexOf('/') + 1)
  for (const object of engine.objects.list(bucket, key)) yield { object, name: object.key.slice(parent.length) }
}

/** `[{"prefix": "s3://bucket/folder/"}, "name", "folder/name"]` */
async function manifestFiles(engine: Engine, principal: Principal, uri: string): Promise<NamedObject[]> {
  const { bucket, key } = parseS3Uri(uri)
  mayList(engine, principal, bucket, key)
  engine.authorize(principal, [{ action: 's3:GetObject', resource: `arn:aws:s3:::${bucket}/${key}` }])
  const bytes = await engine.objects.read(bucket, key)
  if (!bytes) throw new JobFailure('ClientError', `Data download failed: no manifest at ${uri}`)
  const manifest = parseJson(Buffer.from(bytes).toString('utf8'), uri)
  const [head, ...names] = Array.isArray(manifest) ? manifest : []
  const prefix = isObject(head) ? head['prefix'] : undefined
  if (typeof prefix !== 'string') {
    throw new JobFailure('ClientError', `the manifest ${uri} does not begin with {"prefix": "s3://..."}`)
  }
  const base = parseS3Uri(prefix)
  return names.map((name) => {
    const object = typeof name === 'string' ? engine.objects.head(base.bucket, base.key + name) : undefined
    if (!object)
      throw new JobFailure('ClientError', `the manifest ${uri} names ${prefix}${JSON.stringify(name)}: not found`)
    return { object, name: name as string }
  })
}

function mayList(engine: Engine, principal: Principal, bucket: string, prefix: string): void {
  engine.authorize(principal, [
    { action: 's3:ListBucket', resource: `arn:aws:s3:::${bucket}`, context: { 's3:prefix': prefix } },
  ])
  if (!engine.objects.hasBucket(bucket)) {
    throw new JobFailure('ClientError', `Data download failed: the bucket ${bucket} does not exist`)
  }
}

function insideFolder(folder: string, name: string, key: string): string {
  try {
    return joinInside(folder, name)
  } catch (error) {
    throw new JobFailure('ClientError', `the object key "${key}" cannot be a file name: ${messageOf(error)}`)
  }
}

async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to)
  } catch (error) {
    // Another file system, or one without hard links, or the link limit of one file.
    if (!['EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP'].includes(codeOf(error) ?? '')) throw error
    await copyBytes(from, to)
  }
  // Stored bytes are shared: a job that writes to its input in place is refused instead of changing the object.
  await chmod(to, 0o444)
}

async function copyBytes(from: string, to: string): Promise<void> {
  await copyFile(from, to, constants.COPYFILE_FICLONE)
  await chmod(to, 0o644)
}
