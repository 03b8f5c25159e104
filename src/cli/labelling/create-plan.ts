import { stat } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { formatArn } from '../../core/arn.ts'
import { codeOf } from '../../core/errors.ts'
import { joinS3 } from '../../core/s3-uri.ts'
import { keyFilter } from '../../data/s3/key-filter.ts'
import { listFiles } from '../../data/s3/list-files.ts'
import { listObjects } from '../../data/s3/list-objects.ts'
import { writeManifest } from '../../data/s3/manifest.ts'
import { sync } from '../../data/s3/sync.ts'
import { openTransfer } from '../../data/s3/transfer.ts'
import { describeJob, type LabelingJob } from '../../label/job/describe-job.ts'
import { inputUriOf, type LabelingJobPlan, type Workforce } from '../../label/job/job-plan.ts'
import { readCategories } from '../../label/job/label-categories.ts'
import { ensureTeam } from '../../label/job/work-team.ts'
import { readInputManifest } from '../../label/tasks/input-manifest.ts'
import type { TaskKind } from '../../label/tasks/task-source.ts'
import type { Account } from '../account.ts'
import type { Context } from '../command.ts'
import { UsageError } from '../failure.ts'
import { asTask } from '../terminal/reporter.ts'
import { textOption } from './text-option.ts'

export interface CreateOptions {
  readonly name?: string
  readonly images?: string
  readonly manifest?: string
  readonly fromJob?: string
  readonly adjust?: boolean
  readonly verify?: boolean
  readonly prior?: string
  readonly labels?: readonly string[]
  readonly attribute?: string
  readonly title?: string
  readonly instructions?: string
  readonly team: string
  readonly vendor?: string
  readonly public?: boolean
  readonly price?: number
  readonly freeOfPersonalData?: boolean
  readonly perImage: number
  readonly timeLimit: number
  readonly available?: number
  readonly maxImages?: number
  readonly maxPercentage?: number
  readonly out?: string
  readonly roleArn?: string
  readonly tag?: Readonly<Record<string, string>>
  readonly dryRun?: boolean
  readonly yes?: boolean
}

const IMAGE_ENDINGS = ['.jpg', '.jpeg', '.png']
const DEFAULT_ATTRIBUTE = 'labels'
const JUDGEMENTS = ['good', 'bad']

/** What is to be labelled, once the options have been understood; nothing is stored yet. */
export interface UnderstoodPlan {
  readonly account: Account
  readonly plan: Omit<LabelingJobPlan, 'manifestUri' | 'workforce'>
  /** Folder to upload, or prefix to list; undefined when there is a manifest already. */
  readonly imagesFrom: { readonly folder: string } | { readonly prefix: string } | undefined
  readonly manifestUri: string
}

/** @throws UsageError for options that do not fit together; SkyloopError `label.no-such-job` */
export async function understandOptions(context: Context, options: CreateOptions): Promise<UnderstoodPlan> {
  const kind = kindOf(options)
  const name = options.name
  if (name === undefined) throw usage('the job needs a name', 'add --name flight-7')
  const sources = [options.images, options.manifest, options.fromJob].filter((one) => one !== undefined)
  if (sources.length !== 1) {
    throw usage(
      'say once what is to be labelled',
      'give one of --images DIR|s3://…, --manifest s3://… and --from-job NAME',
    )
  }
  const account = await context.account()
  const earlier =
    options.fromJob === undefined ? undefined : await describeJob(await account.clients.sagemaker(), options.fromJob)
  if (earlier && earlier.outputManifestUri === undefined) {
    throw usage(`the job ${earlier.name} has no output yet: it is ${earlier.status}`, 'wait for its end, or stop it')
  }
  const priorAttribute = kind === 'annotation' ? undefined : (options.prior ?? earlier?.attribute)
  if (kind !== 'annotation' && priorAttribute === undefined) {
    throw usage('which boxes are to be shown?', 'give --prior ATTRIBUTE, or --from-job NAME')
  }
  const title = options.title ?? titleOf(kind, options.labels)
  const outputUri = options.out ?? `s3://${account.names.bucket}/labels`
  const plan = {
    name,
    kind,
    labels: await labelsOf(account, options, kind, earlier),
    region: account.region,
    roleArn: options.roleArn ?? account.roleArn('experiment'),
    outputUri,
    attribute: options.attribute ?? attributeOf(kind, priorAttribute, earlier),
    ...(priorAttribute !== undefined && { priorAttribute }),
    title,
    instructions: await textOption(context.environment.workingFolder, options.instructions),
    workersPerObject: options.perImage,
    taskTimeLimitS: options.timeLimit,
    ...(options.available !== undefined && { availableS: options.available }),
    ...(options.maxImages !== undefined && { maxObjects: options.maxImages }),
    ...(options.maxPercentage !== undefined && { maxPercentage: options.maxPercentage }),
    ...(options.tag && { tags: options.tag }),
  }
  const manifestUri = options.manifest ?? earlier?.outputManifestUri ?? joinS3(inputUriOf(plan), `${name}.manifest`)
  return { account, plan, manifestUri, imagesFrom: await imagesFrom(context, options) }
}

function kindOf({ adjust, verify }: CreateOptions): TaskKind {
  if (adjust === true && verify === true) throw usage('a job either adjusts boxes or verifies them', 'leave one out')
  return adjust === true ? 'adjustment' : verify === true ? 'verification' : 'annotation'
}

function titleOf(kind: TaskKind, labels: readonly string[] = []): string {
  if (kind === 'verification') return 'Are these boxes right?'
  const named = `${labels.slice(0, 4).join(', ')}${labels.length > 4 ? ', …' : ''}`
  const verb = kind === 'adjustment' ? 'Correct the boxes' : 'Draw boxes'
  return named === '' ? verb : `${verb}: ${named}`
}

async function labelsOf(
  account: Account,
  { labels }: CreateOptions,
  kind: TaskKind,
  earlier: LabelingJob | undefined,
): Promise<readonly string[]> {
  if (labels) return labels
  if (kind === 'verification') return JUDGEMENTS
  if (earlier?.categoriesUri !== undefined) return readCategories(await account.clients.s3(), earlier.categoriesUri)
  throw usage('which classes are there?', 'give --labels car,truck')
}

/** A chain under the same attribute labels only what its forerunner has left. */
function attributeOf(kind: TaskKind, prior: string | undefined, earlier: LabelingJob | undefined): string {
  if (kind === 'adjustment') return `${prior}-adjusted`
  if (kind === 'verification') return `${prior}-verified`
  return earlier?.attribute ?? DEFAULT_ATTRIBUTE
}

async function imagesFrom(context: Context, { images }: CreateOptions): Promise<UnderstoodPlan['imagesFrom']> {
  if (images === undefined) return undefined
  if (images.startsWith('s3://')) return { prefix: images }
  const folder = resolve(context.environment.workingFolder, images)
  try {
    if ((await stat(folder)).isDirectory()) return { folder }
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
  }
  throw new UsageError({ code: 'cli.folder', message: `there is no folder ${folder}` })
}

/** How many images there are, before anything is stored. */
export async function countImages({ account, imagesFrom: from, manifestUri }: UnderstoodPlan): Promise<number> {
  const s3 = await account.clients.s3()
  const filter = keyFilter({ suffixes: IMAGE_ENDINGS })
  if (!from) return (await readInputManifest(s3, manifestUri)).length
  let count = 0
  if ('folder' in from) {
    for await (const { key } of listFiles(from.folder)) if (filter.wantsKey(key)) count++
    return count
  }
  for await (const { sizeBytes } of listObjects(s3, from.prefix, { filter })) if (sizeBytes > 0) count++
  return count
}

/** Uploads images and writes the manifest, as far as there is anything to do. Repeating it uploads nothing twice. */
export async function storeInput(context: Context, understood: UnderstoodPlan): Promise<void> {
  const { account, plan, imagesFrom: from, manifestUri } = understood
  if (!from) return
  const client = await account.clients.s3()
  let prefix: string
  if ('prefix' in from) prefix = from.prefix
  else {
    prefix = joinS3(plan.outputUri, plan.name, 'images', basename(from.folder))
    await asTask(
      context.report,
      `copying images to ${prefix}`,
      () =>
        sync(client, from.folder, prefix, { filter: keyFilter({ suffixes: IMAGE_ENDINGS }), signal: context.signal }),
      ({ copied, unchanged }) => `${copied} new, ${unchanged} unchanged`,
    )
  }
  await asTask(
    context.report,
    'writing the manifest',
    () =>
      writeManifest(
        openTransfer(client, { signal: context.signal }),
        prefix,
        manifestUri,
        'ground-truth',
        keyFilter({ suffixes: IMAGE_ENDINGS }),
      ),
    ({ objects }) => `${objects} images`,
  )
}

/** Who labels. A private team of one's own is made when it is missing. */
export async function workforceOf(context: Context, account: Account, options: CreateOptions): Promise<Workforce> {
  const planned = plannedWorkforce(account, options)
  if (planned.type !== 'private') return planned
  const { team, isNew } = await ensureTeam(await account.clients.sagemaker(), options.team)
  if (isNew) context.report.note(`made the work team ${options.team}`)
  return { type: 'private', teamArn: team.WorkteamArn ?? planned.teamArn }
}

/** Who labels, without making anything. */
export function plannedWorkforce({ accountId, region }: Account, options: CreateOptions): Workforce {
  const given = [options.public, options.vendor].filter((one) => one !== undefined && one !== false)
  if (given.length > 1)
    throw usage('the workforce is either public or a vendor’s', 'leave one of --public and --vendor out')
  if (options.price !== undefined && options.public !== true) {
    throw usage('--price is what the public workforce is paid', 'add --public, or leave --price out')
  }
  if (options.public === true) {
    if (options.price === undefined) throw usage('what is a task paid?', 'add --price 0.036')
    return { type: 'public', taskPriceUsd: options.price, isFreeOfPersonalData: options.freeOfPersonalData === true }
  }
  if (options.vendor !== undefined) return { type: 'vendor', teamArn: options.vendor }
  const resource = `workteam/private-crowd/${options.team}`
  return { type: 'private', teamArn: formatArn({ service: 'sagemaker', region, account: accountId, resource }) }
}

function usage(message: string, hint: string): UsageError {
  return new UsageError({ code: 'cli.option', message, hint })
}
