import { basename, resolve } from 'node:path'
import { formatBytes } from '../../../core/units.ts'
import { defineCommand } from '../../command.ts'
import { integer } from '../../option-values.ts'
import { asTask } from '../../terminal/reporter.ts'
import { targetObject } from './uri-argument.ts'

interface Options {
  readonly contentType?: string
  readonly parallel: number
}

export const put = defineCommand<Options>({
  name: 'put',
  summary: 'copy one file to an object',
  description:
    'A large file goes in parts at a time; parts that a killed run has sent are not sent again. The checksum goes with\n' +
    'the bytes, so S3 keeps what was read or refuses it.',
  arguments: [
    ['<file>', 'file on disk'],
    ['<s3-uri>', 's3://bucket/key, or s3://bucket/folder/ to keep the name'],
  ],
  options: [
    { flags: '--content-type <type>', description: 'media type (default: what the ending says)' },
    { flags: '--parallel <n>', description: 'parts at a time', default: 16, parse: integer('--parallel', 1, 256) },
  ],
  examples: [['s3 put model.tar.gz s3://my-bucket/models/', 'to s3://my-bucket/models/model.tar.gz']],
  run: async (context, options, [file = '', uri = '']) => {
    const path = resolve(context.environment.workingFolder, file)
    const target = targetObject(uri, basename(path))
    const { putFile } = await import('../../../data/s3/put-file.ts')
    const { openTransfer } = await import('../../../data/s3/transfer.ts')
    const client = await (await context.account()).clients.s3()
    const name = `s3://${target.bucket}/${target.fullKey}`
    const { sizeBytes } = await asTask(context.report, `putting ${name}`, (task) => {
      let bytes = 0
      const onBytes = (more: number): void => task.update(formatBytes((bytes += more)))
      return putFile(openTransfer(client, { parallel: options.parallel, signal: context.signal, onBytes }), path, {
        ...target,
        ...(options.contentType !== undefined && { contentType: options.contentType }),
      })
    })
    return { value: { path, uri: name, sizeBytes }, text: `${name} (${formatBytes(sizeBytes)})` }
  },
})
