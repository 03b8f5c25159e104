import type { S3Client } from '@aws-sdk/client-s3'
import type { Progress } from './progress.ts'
import { sync } from './sync.ts'

export interface UploadOptions {
  /** Also delete objects under the target that the folder does not have. @default false */
  readonly removeOthers?: boolean
  /** @default 16 */
  readonly parallel?: number
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: Progress) => void
}

export interface UploadSummary {
  readonly files: number
  readonly sizeBytes: number
  readonly uploaded: number
  /** Files whose object was proved equal. */
  readonly unchanged: number
  readonly removed: number
}

/**
 * Copies a folder's files to `s3://bucket/prefix/`, skipping what is there unchanged; so it may be repeated after an
 * interruption. Names that begin with a dot and symbolic links are left out.
 */
export async function uploadFolder(
  client: S3Client,
  folder: string,
  targetUri: string,
  options: UploadOptions = {},
): Promise<UploadSummary> {
  const { files, sizeBytes, copied, unchanged, removed } = await sync(client, folder, targetUri, options)
  return { files, sizeBytes, uploaded: copied, unchanged, removed }
}
