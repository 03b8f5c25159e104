import { paginateListBuckets, type S3Client } from '@aws-sdk/client-s3'

/** The buckets that the caller owns, in order of name. */
export async function listBuckets(
  client: S3Client,
  signal?: AbortSignal,
): Promise<{ readonly name: string; readonly created: string | undefined }[]> {
  const found: { name: string; created: string | undefined }[] = []
  for await (const page of paginateListBuckets({ client }, {})) {
    signal?.throwIfAborted()
    for (const { Name = '', CreationDate } of page.Buckets ?? []) {
      found.push({ name: Name, created: CreationDate?.toISOString() })
    }
  }
  return found
}
