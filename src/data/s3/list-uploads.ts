import { ListMultipartUploadsCommand, type S3Client } from '@aws-sdk/client-s3'
import { parseS3Uri } from '../../core/s3-uri.ts'
import { folderPrefix } from './list-objects.ts'
import { retrying } from './retry.ts'
import { abortable } from './transfer.ts'

/** A multipart upload that was neither completed nor aborted; S3 keeps, and charges for, its parts. */
export interface ListedUpload {
  readonly key: string
  readonly uploadId: string
  /** ISO 8601. */
  readonly begun: string
}

/** Unfinished uploads of an object, or of all under a prefix. */
export async function listUploads(client: S3Client, uri: string, signal?: AbortSignal): Promise<ListedUpload[]> {
  const { bucket, key } = parseS3Uri(uri)
  const found: ListedUpload[] = []
  let marker: { KeyMarker?: string; UploadIdMarker?: string } | undefined = {}
  while (marker !== undefined) {
    const command: ListMultipartUploadsCommand = new ListMultipartUploadsCommand({
      Bucket: bucket,
      Prefix: key,
      ...marker,
    })
    const page = await retrying(() => client.send(command, abortable(signal)), { signal })
    for (const one of page.Uploads ?? []) {
      const isUnder = one.Key === key || (one.Key ?? '').startsWith(folderPrefix(key))
      if (!isUnder || one.Key === undefined || one.UploadId === undefined) continue
      found.push({ key: one.Key, uploadId: one.UploadId, begun: one.Initiated?.toISOString() ?? '' })
    }
    const { IsTruncated, NextKeyMarker, NextUploadIdMarker } = page
    marker =
      IsTruncated === true && NextKeyMarker !== undefined
        ? { KeyMarker: NextKeyMarker, ...(NextUploadIdMarker !== undefined && { UploadIdMarker: NextUploadIdMarker }) }
        : undefined
  }
  return found
}
