import { SkyloopError } from '../../../core/errors.ts'
import { defineCommand, type Outcome } from '../../command.ts'
import { pollMsOf } from '../../execution/watch-execution.ts'
import { UsageError } from '../../failure.ts'
import type { CreateOptions, UnderstoodPlan } from '../../labelling/create-plan.ts'
import { nameList } from '../../labelling/text-option.ts'
import { decimal, integer, keyValue } from '../../option-values.ts'
import { formatFacts } from '../../terminal/table.ts'

const DAY_S = 86_400

/** @source API reference of CreateLabelingJob, `LabelCategoryConfigS3Uri` */
const LABELS_ON_AWS = 10

export const create = defineCommand<CreateOptions>({
  name: 'create',
  summary: 'have images labelled: upload, manifest, job',
  description:
    'Makes a Ground Truth labelling job in one go: images of a folder are uploaded, a manifest is written, label\n' +
    'categories and the page for workers are stored, and the job is created. On the local engine its tasks wait for\n' +
    '`skyloop label serve`. With --from-job the output of a job goes on: under the same attribute only what it left is\n' +
    'labelled; --adjust has its boxes corrected, --verify has them judged.',
  options: [
    { flags: '--name <name>', description: 'name of the job; never given twice' },
    { flags: '--images <folder|s3-uri>', description: 'folder to upload, or prefix in S3' },
    { flags: '--manifest <s3-uri>', description: 'input manifest that is there already' },
    { flags: '--from-job <name>', description: 'the output of this job' },
    { flags: '--labels <names>', description: 'classes, e.g. car,truck', parse: nameList('--labels') },
    { flags: '--adjust', description: 'have the boxes of an earlier attribute corrected' },
    { flags: '--verify', description: 'have them judged (default labels: good,bad)' },
    { flags: '--prior <attribute>', description: 'attribute of those boxes (default: that of --from-job)' },
    { flags: '--attribute <name>', description: 'attribute of the label in the output (default: labels)' },
    { flags: '--title <text>', description: 'what the task is called' },
    { flags: '--instructions <text>', description: 'guidelines, or @file with them' },
    {
      flags: '--per-image <n>',
      description: 'workers for each image',
      default: 1,
      parse: integer('--per-image', 1, 9),
    },
    {
      flags: '--time-limit <s>',
      description: 'seconds that a worker has for an image',
      default: 3600,
      parse: integer('--time-limit', 30, 7 * DAY_S),
    },
    {
      flags: '--available <s>',
      description: 'seconds that an image waits for workers (default: 10 days)',
      parse: integer('--available', 60, 30 * DAY_S),
    },
    {
      flags: '--max-images <n>',
      description: 'stop when so many images are labelled',
      parse: integer('--max-images', 1),
    },
    {
      flags: '--max-percentage <n>',
      description: 'stop when so many percent of the images are labelled',
      parse: integer('--max-percentage', 1, 100),
    },
    { flags: '--team <name>', description: 'private work team; made when missing', default: 'labellers' },
    { flags: '--vendor <arn>', description: 'work team of a vendor instead' },
    { flags: '--public', description: 'the public workforce instead, for a price; AWS only' },
    {
      flags: '--price <usd>',
      description: 'what a public worker is paid for an image',
      parse: decimal('--price', 0, 10),
    },
    {
      flags: '--free-of-personal-data',
      description: 'declare that images show no person or adult content; public only',
    },
    { flags: '--out <s3-uri>', description: 'where everything goes (default: s3://<bucket>/labels)' },
    { flags: '--role-arn <arn>', description: 'role that the job acts as (default: SkyloopExperiment)' },
    { flags: '--tag <key=value>', description: 'tag on the job; as often as needed', parse: keyValue('--tag') },
    { flags: '--dry-run', description: 'only show the request and what it would cost' },
    { flags: '--yes', description: 'really create a job that is paid for' },
  ],
  examples: [
    ['label create --name flight-7 --images ./flight-7 --labels car,truck', 'then: skyloop label serve --job flight-7'],
    ['label create --name flight-7-b --from-job flight-7 --adjust', 'a second look at its boxes'],
    [
      'label create --name crowd --images s3://b/x --labels car --public --price 0.036 --profile work --dry-run',
      'what it would cost',
    ],
  ],
  run: async (context, options) => {
    const { storeInput, understandOptions, workforceOf } = await import('../../labelling/create-plan.ts')
    const { planLabelingJob } = await import('../../../label/job/job-plan.ts')
    const understood = await understandOptions(context, options)
    const { account, manifestUri, plan } = understood
    if (plan.labels.length > LABELS_ON_AWS) {
      context.report.warn(
        `Ground Truth on AWS takes ${LABELS_ON_AWS} labels for boxes; this job has ${plan.labels.length}`,
      )
    }
    if (options.dryRun === true) return dryRun(understood, options)
    if (options.public === true && options.yes !== true) {
      throw new UsageError({
        code: 'cli.confirm',
        message: 'public workers are paid for every image',
        hint: 'see what it would cost with --dry-run, then add --yes',
      })
    }
    const clients = { s3: await account.clients.s3(), sagemaker: await account.clients.sagemaker() }
    const workforce = await workforceOf(context, account, options)
    const planned = planLabelingJob({ ...plan, manifestUri, workforce })
    await storeInput(context, understood)
    const { createLabelingJob } = await import('../../../label/job/create-job.ts')
    const { waitForJob } = await import('../../../label/job/wait-for-job.ts')
    const arn = await createLabelingJob(clients, planned)
    const job = await waitForJob(clients.sagemaker, plan.name, ({ status }) => status !== 'Initializing', {
      pollMs: pollMsOf(account),
      signal: context.signal,
    })
    if (job.status === 'Failed') {
      throw new SkyloopError({ code: 'label.job-failed', message: `the job ${job.name} failed: ${job.failureReason}` })
    }
    const isHere = account.connection.place === 'engine'
    const next = isHere ? `skyloop label serve --job ${job.name} --open` : `skyloop label status ${job.name} --watch`
    const images = job.labeled + job.failed + job.unlabeled
    return {
      value: { job: job.name, arn, status: job.status, images, failed: job.failed, manifestUri, next },
      text: formatFacts({
        job: job.name,
        status: job.status,
        images: `${job.unlabeled} to label${job.failed > 0 ? `, ${job.failed} failed` : ''}`,
        labels: plan.labels.join(', '),
        manifest: manifestUri,
        output: job.treeUri,
        next,
      }),
    }
  },
})

/** What would be asked for, and what it would cost on AWS. Stores and makes nothing. */
async function dryRun(understood: UnderstoodPlan, options: CreateOptions): Promise<Outcome> {
  const { countImages, plannedWorkforce } = await import('../../labelling/create-plan.ts')
  const { planLabelingJob } = await import('../../../label/job/job-plan.ts')
  const { estimatePrice } = await import('../../../label/job/task-price.ts')
  const { account, plan, manifestUri } = understood
  const workforce = plannedWorkforce(account, options)
  const { request } = planLabelingJob({ ...plan, manifestUri, workforce })
  const images = await countImages(understood)
  const estimate = estimatePrice(Math.min(images, plan.maxObjects ?? images), plan.workersPerObject, options.price ?? 0)
  const facts = formatFacts({
    images,
    answers: estimate.tasks,
    workers: options.public === true ? `${estimate.workersUsd.toFixed(2)} US dollars` : 'your own, or by contract',
    'Ground Truth': `${estimate.groundTruthUsd.toFixed(2)} US dollars on AWS, list price; nothing on the local engine`,
    total: `${estimate.totalUsd.toFixed(2)} US dollars on AWS`,
  })
  return { value: { request, estimate }, text: `${facts}\n\n${JSON.stringify(request, undefined, 2)}` }
}
