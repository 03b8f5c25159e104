import { defineCommand } from '../../command.ts'
import { EXIT } from '../../failure.ts'
import { findExecution, listExecutions } from '../../execution/find-execution.ts'
import { listSteps, stepRow, stepSeconds, stepSummary } from '../../execution/steps.ts'
import { watchExecution } from '../../execution/watch-execution.ts'
import { formatFacts, formatTable } from '../../terminal/table.ts'
import { pipelineOption, type PipelineOptions } from './pipeline-option.ts'

interface Options extends PipelineOptions {
  readonly watch?: boolean
  readonly all?: boolean
}

export const status = defineCommand<Options>({
  name: 'status',
  summary: 'show an execution and its steps',
  description: 'Shows one execution of the pipeline and its steps. Exit code 1 when it has failed.',
  arguments: [['[execution]', 'ARN or its last part (default: the newest)']],
  options: [
    { flags: '--watch', description: 'go on until it has ended; Ctrl-C leaves it running' },
    { flags: '--all', description: 'list the executions instead' },
    pipelineOption,
  ],
  examples: [
    ['pipeline status', 'the newest execution'],
    ['pipeline status --watch', 'the same, live'],
  ],
  run: async (context, options, [choice]) => {
    const { DescribePipelineExecutionCommand } = await import('@aws-sdk/client-sagemaker')
    const account = await context.account()
    const sagemaker = await account.clients.sagemaker()
    const pipeline = options.pipeline ?? account.names.pipeline
    if (options.all) {
      const executions = await listExecutions(sagemaker, pipeline, 100)
      const rows = executions.map((one) => [
        one.PipelineExecutionArn?.split('/').at(-1) ?? '',
        one.PipelineExecutionStatus ?? '',
        one.StartTime?.toISOString() ?? '',
      ])
      return { value: { pipeline, executions }, text: formatTable(['execution', 'status', 'started'], rows) }
    }
    const arn = await findExecution(sagemaker, pipeline, choice)
    if (options.watch) await watchExecution(account, arn, context.report, context.signal)
    const execution = await sagemaker.send(new DescribePipelineExecutionCommand({ PipelineExecutionArn: arn }))
    const steps = await listSteps(sagemaker, arn)
    const nowMs = Date.now()
    return {
      value: {
        executionArn: arn,
        status: execution.PipelineExecutionStatus,
        failureReason: execution.FailureReason ?? null,
        steps: steps.map((step) => ({
          name: step.StepName,
          status: step.StepStatus,
          seconds: stepSeconds(step, nowMs),
          summary: stepSummary(step),
        })),
      },
      text: [
        formatFacts({
          execution: arn,
          status: execution.PipelineExecutionStatus,
          started: execution.CreationTime?.toISOString(),
          reason: execution.FailureReason,
        }),
        '',
        formatTable(
          ['step', 'status', 'time', ''],
          steps.map((step) => stepRow(step, nowMs)),
        ),
      ].join('\n'),
      exitCode: execution.PipelineExecutionStatus === 'Failed' ? EXIT.user : EXIT.ok,
    }
  },
})
