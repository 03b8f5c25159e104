import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { joinS3, parseS3Uri } from '../../core/s3-uri.ts'
import type { Account } from '../account.ts'
import type { Context } from '../command.ts'
import { UsageError } from '../failure.ts'
import { asTask } from '../terminal/reporter.ts'

/** Weights that the image of the job programs brings along, or none at all. */
const WORDS = ['base', 'none']

/** What a training starts from: a word for the hyperparameter `weights`, or a file for the channel. */
export interface StartWeights {
  readonly word: string | undefined
  readonly uri: string | undefined
}

/**
 * Puts a weights file where a job can read it.
 *
 * @param given `base`, `none`, an S3 URI, or a file
 * @throws UsageError `cli.option` when there is no such file
 */
export async function startWeights(context: Context, account: Account, given: string): Promise<StartWeights> {
  if (WORDS.includes(given)) return { word: given, uri: undefined }
  if (given.startsWith('s3://')) {
    parseS3Uri(given)
    return { word: undefined, uri: given }
  }
  const path = resolve(context.environment.workingFolder, given)
  if (!existsSync(path)) {
    throw new UsageError({ code: 'cli.option', message: `--weights is base, none or a file, and there is no ${path}` })
  }
  const hash = createHash('sha256')
    .update(await readFile(path))
    .digest('hex')
  const folder = joinS3(`s3://${account.names.bucket}`, 'experiments', 'weights', hash.slice(0, 16))
  const { bucket, key } = parseS3Uri(joinS3(folder, basename(path)))
  const { openTransfer } = await import('../../data/s3/transfer.ts')
  const { putFile } = await import('../../data/s3/put-file.ts')
  await asTask(context.report, `copying ${basename(path)} to the bucket`, async () =>
    putFile(openTransfer(await account.clients.s3(), { signal: context.signal }), path, { bucket, fullKey: key }),
  )
  return { word: undefined, uri: `${folder}/` }
}
