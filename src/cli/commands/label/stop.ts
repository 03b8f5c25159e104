import { defineCommand } from '../../command.ts'
import { pollMsOf } from '../../execution/watch-execution.ts'
import { asTask } from '../../terminal/reporter.ts'

export const stop = defineCommand({
  name: 'stop',
  summary: 'stop a labelling job, what is labelled is kept',
  description:
    'Takes no more answers and writes the output manifest with what there is. To label the rest later:\n' +
    '`skyloop label create --from-job NAME`.',
  arguments: [['<name>', 'as `label list` shows it']],
  examples: [['label stop flight-7', 'returns when the output is written']],
  run: async (context, _options, [name = '']) => {
    const { StopLabelingJobCommand } = await import('@aws-sdk/client-sagemaker')
    const { describeJob, isOver } = await import('../../../label/job/describe-job.ts')
    const { waitForJob } = await import('../../../label/job/wait-for-job.ts')
    const { jobText, jobValue } = await import('../../labelling/job-facts.ts')
    const account = await context.account()
    const sagemaker = await account.clients.sagemaker()
    const before = await describeJob(sagemaker, name)
    if (isOver(before)) return { value: jobValue(before), text: jobText(before) }
    const job = await asTask(
      context.report,
      `stopping ${name}`,
      async () => {
        await sagemaker.send(new StopLabelingJobCommand({ LabelingJobName: name }))
        return waitForJob(sagemaker, name, () => false, { pollMs: pollMsOf(account), signal: context.signal })
      },
      (ended) => ended.status,
    )
    return { value: jobValue(job), text: jobText(job) }
  },
})
