import { defineCommand } from '../../command.ts'
import { formatTable } from '../../terminal/table.ts'

export const answers = defineCommand({
  name: 'answers',
  summary: 'who answered what, as the workers gave it',
  description: 'An image is listed once it has all its answers. --json has every box.',
  arguments: [['<job>', 'as `label list` shows it']],
  examples: [['label answers flight-7', 'worker, image, boxes, seconds']],
  run: async (context, _options, [name = '']) => {
    const { describeJob } = await import('../../../label/job/describe-job.ts')
    const { answersOfJob } = await import('../../../label/output/job-answers.ts')
    const { clients } = await context.account()
    const job = await describeJob(await clients.sagemaker(), name)
    const given = await answersOfJob(await clients.s3(), job, context.signal)
    const rows = given.answers.map(({ objectId, worker, acceptedAtMs, submittedAtMs, answer }) => {
      const { annotatedResult: result } = answer
      const what = 'label' in result ? result.label : `${result.boundingBoxes.length} boxes`
      return [objectId, worker, what, ((submittedAtMs - acceptedAtMs) / 1000).toFixed(1)]
    })
    return {
      value: { job: job.name, labels: given.labels, answers: given.answers },
      text: formatTable(['image', 'worker', 'answer', 'seconds'], rows),
    }
  },
})
