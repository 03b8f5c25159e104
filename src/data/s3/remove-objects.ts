import { DeleteObjectsCommand } from '@aws-sdk/client-s3'
import { SkyloopError } from '../../core/errors.ts'
import { printable } from './local-path.ts'
import { abortable, request, type Transfer } from './transfer.ts'

/** S3 deletes no more than this in one request. */
export const REMOVED_AT_ONCE = 1000

/**
 * Deletes objects of one bucket.
 *
 * @param keys at most {@link REMOVED_AT_ONCE}
 * @throws SkyloopError `data.s3.not-removed` naming those that S3 refuses, e.g. for want of permission
 */
export async function removeObjects(transfer: Transfer, bucket: string, keys: readonly string[]): Promise<void> {
  if (keys.length === 0) return
  const command = new DeleteObjectsCommand({
    Bucket: bucket,
    Delete: { Objects: keys.map((Key) => ({ Key })), Quiet: true },
  })
  const { Errors = [] } = await request(transfer, () => transfer.client.send(command, abortable(transfer.signal)))
  const [first] = Errors
  if (first === undefined) return
  throw new SkyloopError({
    code: 'data.s3.not-removed',
    message: `${Errors.length} of ${keys.length} objects were not deleted, the first s3://${bucket}/${printable(first.Key ?? '')}: ${first.Code ?? 'unknown'} ${first.Message ?? ''}`,
    hint: 'the others are deleted; the same command deletes the rest once it may',
  })
}
