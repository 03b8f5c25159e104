import { resolve } from 'node:path'
import { SkyloopError } from '../../../core/errors.ts'
import { defineCommand } from '../../command.ts'
import { asTask } from '../../terminal/reporter.ts'
import { formatFacts } from '../../terminal/table.ts'

interface Options {
  readonly yolo?: string
  readonly attribute?: string
}

/** Reasons printed; `--json` has them all. */
const SHOWN_FAILURES = 5

export const output = defineCommand<Options>({
  name: 'output',
  summary: 'what a labelling job has made, also as a YOLO data set',
  description:
    'Counts the images and boxes of the output manifest. With --yolo makes a data set of them, images included, that\n' +
    '`skyloop train run` takes. An image that nobody has labelled gets no label file: unknown is not empty.',
  arguments: [['<job>', 'as `label list` shows it']],
  options: [
    { flags: '--yolo <folder>', description: 'write images and YOLO labels here; must not hold anything' },
    { flags: '--attribute <name>', description: 'label attribute (default: that of the job)' },
  ],
  examples: [
    ['label output flight-7', 'images, boxes and classes'],
    ['label output flight-7 --yolo ./flight-7-labelled', 'for training'],
  ],
  run: async (context, options, [name = '']) => {
    const { describeJob } = await import('../../../label/job/describe-job.ts')
    const { readCategories } = await import('../../../label/job/label-categories.ts')
    const { summarizeOutput } = await import('../../../label/output/summarize-output.ts')
    const { clients } = await context.account()
    const s3 = await clients.s3()
    const job = await describeJob(await clients.sagemaker(), name)
    const { outputManifestUri: manifestUri } = job
    if (manifestUri === undefined) {
      throw new SkyloopError({
        code: 'label.no-output',
        message: `the job ${name} has no output manifest yet: it is ${job.status}`,
        hint: 'wait for its end with `skyloop label status --watch`, or end it with `skyloop label stop`',
      })
    }
    const attribute = options.attribute ?? job.attribute
    const summary = await summarizeOutput(s3, manifestUri, attribute)
    const classes = Object.entries(summary.boxesByClass).map(([label, count]) => `${label} ${count}`)
    const facts = {
      manifest: manifestUri,
      images: `${summary.images}: ${summary.labelled} labelled, ${summary.failed} failed, ${summary.unlabelled} not labelled`,
      boxes: summary.boxes,
      classes: classes.join(', ') || undefined,
      judgements:
        Object.entries(summary.judgements)
          .map(([label, count]) => `${label} ${count}`)
          .join(', ') || undefined,
    }
    const failures = Object.entries(summary.failures)
      .slice(0, SHOWN_FAILURES)
      .map(([reason, count]) => `\nfailed: ${count} × ${reason}`)
      .join('')
    if (options.yolo === undefined) return { value: { manifestUri, ...summary }, text: formatFacts(facts) + failures }
    if (job.categoriesUri === undefined) {
      throw new SkyloopError({ code: 'label.categories', message: `the job ${name} names no label category file` })
    }
    const { exportYolo } = await import('../../../label/output/export-yolo.ts')
    const folder = resolve(context.environment.workingFolder, options.yolo)
    const labels = await readCategories(s3, job.categoriesUri)
    const report = await asTask(
      context.report,
      'making a YOLO data set',
      (task) =>
        exportYolo(s3, {
          manifestUri,
          attribute,
          labels,
          output: folder,
          now: new Date(),
          signal: context.signal,
          onImage: (done, total) => task.update(`${done}/${total} images`, done / total),
        }),
      ({ images, labels: read }) => `${images.read} images, ${read.kept} of ${read.lines} boxes`,
    )
    const left = report.images.leftOut > 0 ? `, ${report.images.leftOut} images left out` : ''
    const written = `${report.labels.kept} of ${report.labels.lines} boxes${left}`
    for (const image of report.unreachable.slice(0, SHOWN_FAILURES))
      context.report.warn(`left out: ${image} cannot be read`)
    return {
      value: { manifestUri, ...summary, yolo: report },
      text: formatFacts({ ...facts, yolo: folder, written }) + failures,
    }
  },
})
