import { defineCommand } from '../../command.ts'
import { EXIT } from '../../failure.ts'
import { stopExecution } from '../../execution/stop-execution.ts'
import { stepRow, stepSeconds, stepSummary } from '../../execution/steps.ts'
import { hasEnded, watchExecution, type WatchedExecution } from '../../execution/watch-execution.ts'
import { keyValue } from '../../option-values.ts'
import { asTask } from '../../terminal/reporter.ts'
import { formatFacts, formatTable } from '../../terminal/table.ts'
import { pipelineOption, type PipelineOptions } from './pipeline-option.ts'

interface Options extends PipelineOptions {
  readonly wait?: boolean
  readonly data?: string
  readonly param?: Readonly<Record<string, string>>
}

export const run = defineCommand<Options>({
  name: 'run',
  summary: 'bring the pipeline up to date and start an execution',
  description:
    'Creates or updates the pipeline, then starts an execution. With --wait its steps are shown until it has ended, and\n' +
    'Ctrl-C stops the execution; exit code 1 when it fails.',
  options: [
    { flags: '--data <s3-uri>', description: 'raw data set, same as --param InputData=...' },
    {
      flags: '--param <key=value>',
      description: 'parameter of the pipeline, as often as wanted; see `pipeline compile`',
      parse: keyValue('--param'),
    },
    { flags: '--wait', description: 'wait until it has ended' },
    pipelineOption,
  ],
  examples: [
    ['pipeline run --data s3://skyloop-000000000000-us-east-1/data/flights --wait', 'with the defaults'],
    ['pipeline run --data s3://... --param Epochs=5 --param MinMap50=0.3', 'in the background'],
  ],
  run: async (context, options) => {
    const { projectPipeline } = await import('../../project-pipeline.ts')
    const account = await context.account()
    const sagemaker = await account.clients.sagemaker()
    const { factory, pipeline } = projectPipeline(account, options.pipeline)
    const { action } = await factory.upsertPipeline(sagemaker, pipeline)
    const parameters = { ...options.param, ...(options.data === undefined ? {} : { InputData: options.data }) }
    const executionArn = await factory.executePipeline(sagemaker, pipeline.name, { parameters })
    context.report.note(`pipeline ${pipeline.name} (${action}), execution ${executionArn.split('/').at(-1)}`)
    if (!options.wait) {
      return {
        value: { pipeline: pipeline.name, action, executionArn },
        text: formatFacts({ execution: executionArn }),
      }
    }
    let watched: WatchedExecution
    try {
      watched = await watchExecution(account, executionArn, context.report, context.signal)
    } catch (error) {
      if (context.signal.aborted) {
        await asTask(context.report, 'stopping the execution', () => stopExecution(account, executionArn), String)
      }
      throw error
    }
    return describeEnd(pipeline.name, executionArn, watched)
  },
})

function describeEnd(pipeline: string, executionArn: string, { execution, steps }: WatchedExecution) {
  const nowMs = Date.now()
  const status = execution.PipelineExecutionStatus
  const modelPackageArn = steps.map((step) => step.Metadata?.RegisterModel?.Arn).find((arn) => arn !== undefined)
  return {
    value: {
      pipeline,
      executionArn,
      status,
      failureReason: execution.FailureReason ?? null,
      modelPackageArn: modelPackageArn ?? null,
      steps: steps.map((step) => ({
        name: step.StepName,
        status: step.StepStatus,
        seconds: stepSeconds(step, nowMs),
        summary: stepSummary(step),
      })),
    },
    text: [
      formatFacts({ execution: executionArn, status, model: modelPackageArn, reason: execution.FailureReason }),
      '',
      formatTable(
        ['step', 'status', 'time', ''],
        steps.map((step) => stepRow(step, nowMs)),
      ),
    ].join('\n'),
    exitCode: hasEnded(status) && status !== 'Succeeded' ? EXIT.user : EXIT.ok,
  }
}
