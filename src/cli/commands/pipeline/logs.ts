import { setTimeout as sleep } from 'node:timers/promises'
import { defineCommand } from '../../command.ts'
import { findExecution } from '../../execution/find-execution.ts'
import { openLog, type LogCursor } from '../../execution/job-logs.ts'
import { jobOf, listSteps } from '../../execution/steps.ts'
import { hasEnded, pollMsOf } from '../../execution/watch-execution.ts'
import { pipelineOption, type PipelineOptions } from './pipeline-option.ts'

interface Options extends PipelineOptions {
  readonly step?: string
  readonly follow?: boolean
}

export const logs = defineCommand<Options>({
  name: 'logs',
  summary: 'print what the jobs of an execution printed',
  arguments: [['[execution]', 'ARN or its last part (default: the newest)']],
  options: [
    { flags: '--step <name>', description: 'only this step' },
    { flags: '--follow', description: 'go on until the execution has ended' },
    pipelineOption,
  ],
  examples: [
    ['pipeline logs --step Train --follow', 'the training, live'],
    ['pipeline logs 4fj2k8d0x1ab', 'everything of one execution'],
  ],
  run: async (context, options, [choice]) => {
    const { DescribePipelineExecutionCommand } = await import('@aws-sdk/client-sagemaker')
    const account = await context.account()
    const sagemaker = await account.clients.sagemaker()
    const client = await account.clients.logs()
    const arn = await findExecution(sagemaker, options.pipeline ?? account.names.pipeline, choice)
    const cursors = new Map<string, LogCursor>()
    const lines: { step: string; time: string; message: string }[] = []
    for (;;) {
      context.signal.throwIfAborted()
      const execution = await sagemaker.send(new DescribePipelineExecutionCommand({ PipelineExecutionArn: arn }))
      for (const step of await listSteps(sagemaker, arn)) {
        const job = jobOf(step)
        const name = step.StepName as string
        if (!job || (options.step !== undefined && options.step !== name)) continue
        let cursor = cursors.get(job.name)
        if (!cursor) cursors.set(job.name, (cursor = openLog(client, job.kind, job.name)))
        for (const line of await cursor.read()) {
          lines.push({ step: name, time: new Date(line.timeMs).toISOString(), message: line.message })
          if (!context.global.json)
            context.print(options.step === undefined ? `${name} | ${line.message}` : line.message)
        }
      }
      if (!options.follow || hasEnded(execution.PipelineExecutionStatus)) break
      await sleep(pollMsOf(account), undefined, { signal: context.signal })
    }
    return { value: { executionArn: arn, lines }, text: '' }
  },
})
