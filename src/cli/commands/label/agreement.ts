import { SkyloopError } from '../../../core/errors.ts'
import { defineCommand } from '../../command.ts'
import { formatTable } from '../../terminal/table.ts'

export const agreement = defineCommand({
  name: 'agreement',
  summary: 'how well workers agree, and how good each one is',
  description:
    'Compares the workers of a job pair by pair, and each with the consensus, over images that at least two have answered.\n' +
    'Boxes match when they have the same class and overlap by more than one half (IoU > 0.5). F1 counts matches, IoU says\n' +
    'how tightly they lie. Precision and recall are against the consensus.',
  arguments: [['<job>', 'as `label list` shows it']],
  examples: [['label agreement flight-7', 'for jobs with --per-image 2 or more']],
  run: async (context, _options, [name = '']) => {
    const { describeJob } = await import('../../../label/job/describe-job.ts')
    const { answersOfJob, boxAnswers } = await import('../../../label/output/job-answers.ts')
    const { qualityOf } = await import('../../../label/serve/quality.ts')
    const { clients } = await context.account()
    const job = await describeJob(await clients.sagemaker(), name)
    if (job.kind === 'verification') {
      throw new SkyloopError({
        code: 'label.kind',
        message: `the workers of ${name} judged boxes and drew none`,
        hint: 'see their judgements with `skyloop label answers`',
      })
    }
    const { labels, answers } = await answersOfJob(await clients.s3(), job, context.signal)
    const report = qualityOf(job.labeled + job.failed + job.unlabeled, boxAnswers(answers), labels)
    const percent = (value: number | undefined) => (value === undefined ? '' : `${(value * 100).toFixed(1)} %`)
    const pairs = report.pairs.map(({ a, b, images, f1, meanIou }) => [
      a,
      b,
      String(images),
      percent(f1),
      percent(meanIou),
    ])
    const workers = report.workers.map((one) => [
      one.worker,
      String(one.images),
      String(one.boxes),
      percent(one.precision),
      percent(one.recall),
      percent(one.meanIou),
      one.medianSeconds?.toFixed(1) ?? '',
    ])
    const tables = [
      formatTable(['worker', 'images', 'boxes', 'precision', 'recall', 'mean IoU', 'seconds'], workers),
      ...(pairs.length > 0
        ? [formatTable(['worker', 'and', 'images', 'F1', 'mean IoU'], pairs)]
        : ['no image has answers of two workers: there is nothing to compare']),
    ]
    return { value: { job: job.name, ...report }, text: tables.join('\n\n') }
  },
})
