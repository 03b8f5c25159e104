import { type FileHandle, open, readFile, rename, rm, utimes } from 'node:fs/promises'
import { GetObjectCommand } from '@aws-sdk/client-s3'
import { codeOf, SkyloopError } from '../../core/errors.ts'
import { inParallel } from './in-parallel.ts'
import { removeOtherVersions, resumablePath } from './local-path.ts'
import type { ObjectHead } from './object-head.ts'
import { type Part, partsOf, partSizeOf } from './part.ts'
import { DamagedTransferError, isTransient, statusOf } from './retry.ts'
import { compareWithHead } from './same-content.ts'
import { abortable, request, type Transfer } from './transfer.ts'

/**
 * Copies one version of a large object to a file, ranges at a time. Beside the hidden file that grows lies a journal of
 * the parts it has, so that a run after a kill goes on. Ctrl-C and a full disk leave neither.
 *
 * @throws the SDK's `PreconditionFailed` when the object is no longer this version
 */
export async function getInParts(transfer: Transfer, head: ObjectHead, path: string): Promise<void> {
  const partBytes = partSizeOf(head.sizeBytes, transfer.partBytes)
  const parts = partsOf(head.sizeBytes, partBytes)
  const temporary = resumablePath(path, `${head.bucket}/${head.fullKey} ${head.etag} ${head.sizeBytes} ${partBytes}`)
  const journal = `${temporary}.journal`
  const discard = async (): Promise<void> => {
    await rm(temporary, { force: true })
    await rm(journal, { force: true })
  }
  await removeOtherVersions(path, temporary)
  const present = await readJournal(journal, temporary, parts.length)
  try {
    await fetchParts(transfer, head, parts, present, { temporary, journal })
    const proof = await compareWithHead(transfer.client, temporary, head, transfer.signal)
    if (proof === 'different' || (proof === 'unknown' && present.size > 0)) {
      // Nothing proves that the parts of an earlier run are those of this version; without them each part is.
      await discard()
      if (present.size === 0) throw damaged(head)
      await fetchParts(transfer, head, parts, new Set(), { temporary, journal })
      if ((await compareWithHead(transfer.client, temporary, head, transfer.signal)) === 'different')
        throw damaged(head)
    }
    const modified = new Date(head.modifiedMs)
    await utimes(temporary, modified, modified)
    await rename(temporary, path)
    await rm(journal, { force: true })
  } catch (error) {
    // Kept only where another run can go on: S3 or the connection failed.
    if (transfer.signal?.aborted || statusOf(error) === 412 || !isTransient(error)) await discard()
    throw error
  }
}

interface Files {
  readonly temporary: string
  readonly journal: string
}

async function fetchParts(
  transfer: Transfer,
  head: ObjectHead,
  parts: readonly Part[],
  present: ReadonlySet<number>,
  { temporary, journal }: Files,
): Promise<void> {
  for (const part of parts) if (present.has(part.number)) transfer.onBytes(part.sizeBytes)
  const file = await open(temporary, present.size === 0 ? 'w' : 'r+')
  const log = await open(journal, present.size === 0 ? 'w' : 'a')
  try {
    const missing = parts.filter((part) => !present.has(part.number))
    await inParallel(missing, transfer.gate.width, async (part) => {
      await request(transfer, () => fetchPart(transfer, head, part, file))
      // After the bytes: a part in the journal is in the file.
      await log.appendFile(`${part.number}\n`)
      transfer.onBytes(part.sizeBytes)
    })
  } finally {
    await file.close()
    await log.close()
  }
}

async function fetchPart(transfer: Transfer, head: ObjectHead, part: Part, file: FileHandle): Promise<void> {
  const command = new GetObjectCommand({
    Bucket: head.bucket,
    Key: head.fullKey,
    Range: `bytes=${part.start}-${part.start + part.sizeBytes - 1}`,
    IfMatch: `"${head.etag}"`,
  })
  const answer = await transfer.client.send(command, abortable(transfer.signal))
  const bytes = (await answer.Body?.transformToByteArray()) ?? new Uint8Array()
  if (bytes.length !== part.sizeBytes) {
    throw new DamagedTransferError(`${bytes.length} bytes of ${part.sizeBytes} have arrived`)
  }
  await file.write(bytes, 0, bytes.length, part.start)
}

/** Numbers of the parts that an earlier run has written. */
async function readJournal(journal: string, temporary: string, count: number): Promise<ReadonlySet<number>> {
  try {
    await (await open(temporary, 'r')).close()
    // A line that was being written when the run ended has no line feed, and may be a number cut short.
    const complete = (await readFile(journal, 'utf8')).split('\n').slice(0, -1).map(Number)
    return new Set(complete.filter((number) => Number.isInteger(number) && number >= 1 && number <= count))
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return new Set()
    throw error
  }
}

function damaged(head: ObjectHead): SkyloopError {
  return new SkyloopError({
    code: 'data.s3.damaged',
    fault: 'machine',
    message: `s3://${head.bucket}/${head.fullKey} arrived with another ${head.checksum?.name ?? 'checksum'} than S3 keeps for it; nothing was written`,
    hint: 'get it again; if that fails as well, the object was stored damaged',
  })
}
