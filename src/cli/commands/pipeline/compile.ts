import { resolve } from 'node:path'
import { resourceNames } from '../../../config/names.ts'
import { defineCommand } from '../../command.ts'
import { UsageError } from '../../failure.ts'
import { pipelineOption, type PipelineOptions } from './pipeline-option.ts'

interface Options extends PipelineOptions {
  readonly out?: string
  readonly account: string
}

export const compile = defineCommand<Options>({
  name: 'compile',
  summary: 'write the pipeline definition as JSON',
  description:
    'Compiles the complete pipeline to the definition (version 2020-12-01) that SageMaker and the local engine run alike.\n' +
    'Needs neither engine nor AWS.',
  options: [
    { flags: '--out <file>', description: 'write it there instead of stdout' },
    { flags: '--account <id>', description: 'account that it is compiled for', default: '000000000000' },
    pipelineOption,
  ],
  examples: [
    ['pipeline compile --out pipeline.json', 'the definition for the local engine'],
    ['pipeline compile --account 123456789012 --region eu-west-1', 'for an AWS account'],
  ],
  run: async (context, options) => {
    const { projectPipeline } = await import('../../project-pipeline.ts')
    const { compilePipeline } = await import('../../../pipeline/definition/compile.ts')
    const { writeFileAtomic } = await import('../../../core/files.ts')
    const { account } = options
    if (!/^\d{12}$/.test(account)) {
      throw new UsageError({ code: 'cli.option', message: `--account is twelve digits, not "${account}"` })
    }
    const region = context.global.region ?? 'us-east-1'
    const place = { accountId: account, region, names: resourceNames(account, region) }
    const compiled = compilePipeline(projectPipeline(place, options.pipeline).pipeline)
    const value: unknown = JSON.parse(compiled.json)
    if (options.out === undefined) return { value, text: JSON.stringify(value, null, 2) }
    const path = resolve(context.environment.workingFolder, options.out)
    await writeFileAtomic(path, `${JSON.stringify(value, null, 2)}\n`)
    return { value: { file: path, name: compiled.name }, text: path }
  },
})
