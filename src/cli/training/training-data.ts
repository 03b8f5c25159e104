import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import type { S3Client } from '@aws-sdk/client-s3'
import { SkyloopError } from '../../core/errors.ts'
import { joinS3 } from '../../core/s3-uri.ts'
import type { ObjectEntry } from '../../data/s3/entry.ts'
import type { Context } from '../command.ts'
import type { Account } from '../account.ts'
import { asTask } from '../terminal/reporter.ts'
import { showTransfer } from '../terminal/transfer-progress.ts'
import { prepareJob } from './job-requests.ts'
import { describeProcessing, processed } from './processing-jobs.ts'

/** How frames become training images. */
export interface Preparation {
  /** Side in pixels of the squares cut from each frame, or `none`. */
  readonly tile: string
  /** Side of the network's input in pixels. */
  readonly imgsz: number
  /** Part of the flights that becomes `val` where the data has no split of its own, 0 to 0.9. */
  readonly valFraction: number
  readonly processingInstance: string
}

/**
 * A prepared data set in S3 for what a person names: a folder or an S3 prefix, raw or prepared.
 *
 * A folder is copied to the bucket, unchanged files skipped. Raw data is prepared by a processing job, and not again
 * when that has been done for the same files and settings.
 *
 * @returns S3 URI of the prepared data set
 * @throws SkyloopError `cli.no-images`; `cli.processing` when the preparation fails
 */
export async function trainingData(
  context: Context,
  account: Account,
  data: string,
  preparation: Preparation,
): Promise<string> {
  const s3 = await account.clients.s3()
  const source = data.startsWith('s3://') ? data.replace(/\/+$/, '') : await upload(context, account, s3, data)
  const listing = await listed(s3, source)
  if (listing.some(({ key }) => key === 'dataset.json')) return source
  if (!listing.some(({ key }) => /\.(jpe?g|png)$/i.test(key))) {
    throw new SkyloopError({
      code: 'cli.no-images',
      message: `${data} holds no .jpg, .jpeg or .png file`,
      hint: 'give the folder that holds train/images, images/train or images',
    })
  }
  return prepare(context, account, source, listing, preparation)
}

async function upload(context: Context, account: Account, s3: S3Client, data: string): Promise<string> {
  const folder = resolve(context.environment.workingFolder, data)
  if (!existsSync(folder)) throw new SkyloopError({ code: 'cli.folder', message: `there is no folder ${folder}` })
  const { uploadFolder } = await import('../../data/s3/upload-folder.ts')
  // Two folders of the same name stay two data sets.
  const name = `${basename(folder)}-${hash(folder).slice(0, 8)}`
  const target = joinS3(`s3://${account.names.bucket}`, 'experiments', 'data', name)
  await asTask(
    context.report,
    `copying ${basename(folder)} to the bucket`,
    (task) =>
      uploadFolder(s3, folder, target, {
        removeOthers: true,
        signal: context.signal,
        onProgress: showTransfer(task),
      }),
    ({ uploaded, unchanged }) => `${uploaded} new, ${unchanged} unchanged`,
  )
  return target
}

async function listed(s3: S3Client, uri: string): Promise<ObjectEntry[]> {
  const { listObjects } = await import('../../data/s3/list-objects.ts')
  const found: ObjectEntry[] = []
  for await (const object of listObjects(s3, uri)) found.push(object)
  return found
}

/** Runs the preparation, or takes over what an earlier one of the same files and settings has left. */
async function prepare(
  context: Context,
  account: Account,
  source: string,
  listing: readonly ObjectEntry[],
  preparation: Preparation,
): Promise<string> {
  const sagemaker = await account.clients.sagemaker()
  const { tile, imgsz, valFraction } = preparation
  const content = listing.map(({ key, etag }) => `${key} ${etag}`).join('\n')
  const id = hash(JSON.stringify([source, tile, imgsz, valFraction, content])).slice(0, 16)
  const target = joinS3(`s3://${account.names.bucket}`, 'experiments', 'prepared', id)
  // A job's name is used once: an attempt that failed has taken its own.
  for (let attempt = 1; ; attempt++) {
    const name = `experiment-prepare-${id}${attempt === 1 ? '' : `-${attempt}`}`
    const found = await describeProcessing(sagemaker, name)
    if (found?.ProcessingJobStatus === 'Failed' || found?.ProcessingJobStatus === 'Stopped') continue
    if (found?.ProcessingJobStatus === 'Completed') {
      context.report.note('the data set has been prepared before and is used again')
      return target
    }
    const job = found ? name : prepareJob(account, name, source, target, preparation)
    await processed(context, account, job, 'preparing the data set')
    return target
  }
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex')
