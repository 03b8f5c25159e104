import { stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { codeOf } from '../../../core/errors.ts'
import { formatBytes } from '../../../core/units.ts'
import { defineCommand } from '../../command.ts'
import { integer } from '../../option-values.ts'
import { asTask } from '../../terminal/reporter.ts'
import { objectArgument } from './uri-argument.ts'

interface Options {
  readonly parallel: number
}

export const get = defineCommand<Options>({
  name: 'get',
  summary: 'copy one object to a file',
  description:
    'A large object is read in ranges at a time. The file appears whole, its checksum verified, or not at all; what a\n' +
    'killed run has of it is taken up.',
  arguments: [
    ['<s3-uri>', 's3://bucket/key'],
    ['[path]', 'file, or a folder that is there (default: the name in the key, here)'],
  ],
  options: [
    { flags: '--parallel <n>', description: 'ranges at a time', default: 16, parse: integer('--parallel', 1, 256) },
  ],
  examples: [['s3 get s3://my-bucket/models/model.tar.gz', 'to ./model.tar.gz']],
  run: async (context, options, [uri = '', path = '.']) => {
    const source = objectArgument(uri)
    const { getFile } = await import('../../../data/s3/get-file.ts')
    const { openTargetFolder } = await import('../../../data/s3/local-path.ts')
    const { openTransfer } = await import('../../../data/s3/transfer.ts')
    const given = resolve(context.environment.workingFolder, path)
    // A key may end with "..": its name must not lead out of the folder that it is put in.
    const target = (await isFolder(given))
      ? await (await openTargetFolder(given)).pathOf(basename(source.fullKey))
      : join(dirname(given), basename(given))
    await openTargetFolder(dirname(target))
    const client = await (await context.account()).clients.s3()
    const got = await asTask(context.report, `getting ${uri}`, (task) => {
      let bytes = 0
      const onBytes = (more: number): void => task.update(formatBytes((bytes += more)))
      return getFile(
        openTransfer(client, { parallel: options.parallel, signal: context.signal, onBytes }),
        source,
        target,
      )
    })
    return { value: { uri, path: target, ...got }, text: `${target} (${formatBytes(got.sizeBytes)})` }
  },
})

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false
    throw error
  }
}
