import { posix } from 'node:path'
import { formatBytes } from '../../../core/units.ts'
import { defineCommand } from '../../command.ts'
import { asTask } from '../../terminal/reporter.ts'
import { objectArgument, targetObject } from './uri-argument.ts'

export const copy = defineCommand({
  name: 'copy',
  summary: 'copy one object to another, inside S3',
  description: 'Metadata and tags go along. Beyond 5 GiB it is copied in parts, all of one version of the source.',
  arguments: [
    ['<source>', 's3://bucket/key'],
    ['<target>', 's3://bucket/key, or s3://bucket/folder/ to keep the name'],
  ],
  examples: [['s3 copy s3://a/raw/f01.jpg s3://b/raw/', 'to s3://b/raw/f01.jpg; for a prefix use `s3 sync`']],
  run: async (context, _options, [from = '', to = '']) => {
    const source = objectArgument(from)
    const target = targetObject(to, posix.basename(source.fullKey))
    const { copyObject } = await import('../../../data/s3/copy-object.ts')
    const { headObject } = await import('../../../data/s3/object-head.ts')
    const { openTransfer } = await import('../../../data/s3/transfer.ts')
    const client = await (await context.account()).clients.s3()
    const uri = `s3://${target.bucket}/${target.fullKey}`
    const head = await headObject(client, source, context.signal)
    await asTask(context.report, `copying to ${uri}`, () =>
      copyObject(openTransfer(client, { signal: context.signal }), head, target),
    )
    return { value: { source: from, uri, sizeBytes: head.sizeBytes }, text: `${uri} (${formatBytes(head.sizeBytes)})` }
  },
})
