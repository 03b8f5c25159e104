import { stat } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { defineCommand } from '../../command.ts'
import { UsageError } from '../../failure.ts'
import { formatFacts } from '../../terminal/table.ts'
import { showTransfer } from '../../terminal/transfer-progress.ts'
import { codeOf, SkyloopError } from '../../../core/errors.ts'
import { formatBytes } from '../../../core/units.ts'

interface Options {
  readonly to?: string
  readonly delete?: boolean
}

export const importData = defineCommand<Options>({
  name: 'import',
  summary: 'copy a folder of images and labels to the bucket',
  description:
    'Copies a folder to S3, many files at a time. What is there unchanged (same size and checksum) is skipped, so an\n' +
    'interrupted import is simply run again.',
  arguments: [['<folder>', 'data set on disk, e.g. with train/images, train/labels and classes.txt']],
  options: [
    { flags: '--to <s3-uri>', description: 'target (default: s3://<bucket>/data/<folder name>)' },
    { flags: '--delete', description: 'also delete objects there that the folder does not have' },
  ],
  examples: [
    ['data import ./flights', 'to s3://skyloop-000000000000-us-east-1/data/flights'],
    ['data import ./flights --to s3://my-bucket/raw --profile work', 'to AWS'],
  ],
  run: async (context, options, [given]) => {
    const folder = resolve(context.environment.workingFolder, given as string)
    await requireFolder(folder)
    const { uploadFolder } = await import('../../../data/s3/upload-folder.ts')
    const { listFiles } = await import('../../../data/s3/list-files.ts')
    const { contentTypeOf } = await import('../../../data/s3/content-type.ts')
    const { parseS3Uri } = await import('../../../core/s3-uri.ts')
    let images = 0
    for await (const { key } of listFiles(folder)) if (contentTypeOf(key).startsWith('image/')) images++
    if (images === 0) {
      throw new SkyloopError({
        code: 'cli.no-images',
        message: `${folder} holds no .jpg, .jpeg or .png file`,
        hint: 'give the folder that holds train/images, images/train or images',
      })
    }
    if (options.to !== undefined) parseS3Uri(options.to)
    const account = await context.account()
    const target = options.to ?? `s3://${account.names.bucket}/data/${basename(folder)}`
    const task = context.report.task(`copying to ${target}`)
    try {
      const summary = await uploadFolder(await account.clients.s3(), folder, target, {
        removeOthers: options.delete === true,
        signal: context.signal,
        onProgress: showTransfer(task),
      })
      task.done(`${summary.uploaded} new, ${summary.unchanged} unchanged`)
      return {
        value: { uri: target, images, ...summary },
        text: formatFacts({ data: target, images, files: summary.files, size: formatBytes(summary.sizeBytes) }),
      }
    } catch (error) {
      task.fail()
      throw error
    }
  },
})

async function requireFolder(folder: string): Promise<void> {
  try {
    if ((await stat(folder)).isDirectory()) return
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
    throw new UsageError({ code: 'cli.folder', message: `there is no folder ${folder}` })
  }
  throw new UsageError({
    code: 'cli.folder',
    message: `${folder} is not a folder`,
    hint: 'unpack an archive first',
  })
}
