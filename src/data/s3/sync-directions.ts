import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { SkyloopError } from '../../core/errors.ts'
import { parseS3Uri } from '../../core/s3-uri.ts'
import { copyObject } from './copy-object.ts'
import type { Entry, FileEntry, ObjectEntry } from './entry.ts'
import { getFile } from './get-file.ts'
import { listFiles, type ListFilesOptions } from './list-files.ts'
import { folderPrefix, listObjects } from './list-objects.ts'
import { openTargetFolder, type TargetFolder } from './local-path.ts'
import { putFile } from './put-file.ts'
import { removeObjects } from './remove-objects.ts'
import { requireFolder } from './require-folder.ts'
import { compareContent, compareObjects, type Proof } from './same-content.ts'
import type { Transfer } from './transfer.ts'

/** One way of copying: what the two sides hold, and how an entry gets from one to the other. */
export interface Direction<S extends Entry, T extends Entry> {
  readonly sourceName: string
  readonly targetName: string
  /** In order of key. */
  source(options: ListFilesOptions): AsyncIterable<S>
  target(options: ListFilesOptions): AsyncIterable<T>
  compare(source: S, target: T): Promise<Proof>
  isNotOlder(target: T, source: S): boolean
  copy(source: S): Promise<void>
  remove(keys: readonly string[]): Promise<void>
}

/** S3 keeps whole seconds. */
const seconds = ({ modifiedMs }: Entry): number => Math.floor(modifiedMs / 1000)

/** A folder to a prefix. */
export function upDirection(transfer: Transfer, folder: string, uri: string): Direction<FileEntry, ObjectEntry> {
  const { client, signal } = transfer
  const { bucket, prefix } = place(uri)
  return {
    sourceName: folder,
    targetName: uri,
    source: async function* (options) {
      await requireFolder(folder)
      yield* listFiles(folder, options)
    },
    target: (options) => listObjects(client, uri, options),
    compare: (file, object) => compareContent(client, file, object, signal),
    isNotOlder: (object, file) => seconds(object) >= seconds(file),
    copy: async ({ path, key }) => void (await putFile(transfer, path, { bucket, fullKey: prefix + key })),
    remove: (keys) =>
      removeObjects(
        transfer,
        bucket,
        keys.map((key) => prefix + key),
      ),
  }
}

/** A prefix to a folder; a dry run does not even make the folder. */
export async function downDirection(
  transfer: Transfer,
  uri: string,
  folder: string,
  dryRun: boolean,
): Promise<Direction<ObjectEntry, FileEntry>> {
  const { client, signal } = transfer
  let opened: Promise<TargetFolder> | undefined
  const opening = (): Promise<TargetFolder> => (opened ??= openTargetFolder(folder))
  if (!dryRun) await opening()
  return {
    sourceName: uri,
    targetName: folder,
    source: (options) => listObjects(client, uri, options),
    target: (options) => listFiles(folder, options),
    compare: (object, file) => compareContent(client, file, object, signal),
    // Not "newer": a file that was edited here after it was got is not the object.
    isNotOlder: (file, object) => seconds(file) === seconds(object),
    copy: async (object) => void (await getFile(transfer, object, await (await opening()).pathOf(object.key))),
    remove: async (keys) => {
      for (const key of keys) await rm(join(folder, key), { force: true })
    },
  }
}

/** A prefix to another, inside S3. */
export function acrossDirection(transfer: Transfer, from: string, to: string): Direction<ObjectEntry, ObjectEntry> {
  const { client, signal } = transfer
  const [source, target] = [place(from), place(to)]
  if (
    source.bucket === target.bucket &&
    (source.prefix.startsWith(target.prefix) || target.prefix.startsWith(source.prefix))
  ) {
    throw new SkyloopError({
      code: 'data.s3.overlap',
      message: `${from} and ${to} overlap: copies would be copied again`,
      hint: 'choose prefixes of which neither lies in the other',
    })
  }
  return {
    sourceName: from,
    targetName: to,
    source: (options) => listObjects(client, from, options),
    target: (options) => listObjects(client, to, options),
    compare: (one, other) => compareObjects(client, one, other, signal),
    isNotOlder: (other, one) => seconds(other) >= seconds(one),
    copy: (object) => copyObject(transfer, object, { bucket: target.bucket, fullKey: target.prefix + object.key }),
    remove: (keys) =>
      removeObjects(
        transfer,
        target.bucket,
        keys.map((key) => target.prefix + key),
      ),
  }
}

function place(uri: string): { readonly bucket: string; readonly prefix: string } {
  const { bucket, key } = parseS3Uri(uri)
  return { bucket, prefix: folderPrefix(key) }
}
