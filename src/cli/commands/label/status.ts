import { defineCommand } from '../../command.ts'
import { pollMsOf } from '../../execution/watch-execution.ts'
import { EXIT } from '../../failure.ts'

interface Options {
  readonly watch?: boolean
}

export const status = defineCommand<Options>({
  name: 'status',
  summary: 'show how a labelling job stands',
  description: 'Shows how many images are labelled. Exit code 1 when the job has failed.',
  arguments: [['<name>', 'as `label list` shows it']],
  options: [{ flags: '--watch', description: 'until the job has ended' }],
  examples: [
    ['label status flight-7', 'how many images are labelled'],
    ['label status flight-7 --watch', 'until all are'],
  ],
  run: async (context, { watch = false }, [name = '']) => {
    const { describeJob } = await import('../../../label/job/describe-job.ts')
    const { waitForJob } = await import('../../../label/job/wait-for-job.ts')
    const { jobText, jobValue } = await import('../../labelling/job-facts.ts')
    const account = await context.account()
    const sagemaker = await account.clients.sagemaker()
    let job = await describeJob(sagemaker, name)
    if (watch) {
      const task = context.report.task(`labelling ${name}`)
      try {
        job = await waitForJob(sagemaker, name, () => false, {
          pollMs: pollMsOf(account),
          signal: context.signal,
          onLook: ({ labeled, failed, unlabeled }) => {
            const total = labeled + failed + unlabeled
            task.update(`${labeled} of ${total} images`, total === 0 ? 0 : (labeled + failed) / total)
          },
        })
        task.done(job.status)
      } catch (error) {
        task.fail()
        throw error
      }
    }
    return { value: jobValue(job), text: jobText(job), exitCode: job.status === 'Failed' ? EXIT.user : EXIT.ok }
  },
})
