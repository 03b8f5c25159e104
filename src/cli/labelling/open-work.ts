import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { joinS3, parseS3Uri } from '../../core/s3-uri.ts'
import { describeJob } from '../../label/job/describe-job.ts'
import { answersOfJob, boxAnswers } from '../../label/output/job-answers.ts'
import { qualityOf } from '../../label/serve/quality.ts'
import { openPortalSource } from '../../label/tasks/portal-source.ts'
import { readInputManifest } from '../../label/tasks/input-manifest.ts'
import { openManifestSource } from '../../label/tasks/manifest-source.ts'
import { type ManifestWork, openWork } from '../../label/tasks/manifest-work.ts'
import { openFolder } from '../../label/tasks/s3-folder.ts'
import type { TaskSource } from '../../label/tasks/task-source.ts'
import { type WrittenOutput, writeOutput } from '../../label/tasks/write-output.ts'
import { manifestQuality } from '../../label/serve/manifest-quality.ts'
import type { QualityReport } from '../../label/page/protocol.ts'
import type { Context } from '../command.ts'
import { UsageError } from '../failure.ts'

/** Options that say what is to be labelled. */
export interface WorkOptions {
  readonly job?: string
  readonly manifest?: string
  readonly out?: string
  readonly labels?: readonly string[]
  readonly title?: string
  readonly instructions?: string
  readonly perImage?: number
  readonly timeLimit?: number
  readonly attribute?: string
  readonly adjust?: string
}

/** Work opened for labelling. */
export interface OpenedWork {
  readonly source: TaskSource
  /** For people: a job's name, or where the answers are kept. */
  readonly name: string
  /** Undefined where the job itself does it: consolidates what there is and writes the output manifest. */
  readonly finish?: () => Promise<WrittenOutput>
  /** Undefined where this machine does not keep the answers. */
  readonly quality?: () => Promise<QualityReport>
}

const ONLY_MANIFEST = [
  'out',
  'labels',
  'title',
  'instructions',
  'perImage',
  'timeLimit',
  'attribute',
  'adjust',
] as const
const DEFAULTS = { perImage: 1, timeLimitS: 3600, attribute: 'labels' } as const

/** @throws UsageError, or what the source throws */
export async function openLabellingWork(context: Context, options: WorkOptions): Promise<OpenedWork> {
  if (options.job !== undefined) {
    const wrong = (['manifest', ...ONLY_MANIFEST] as const).filter((name) => options[name] !== undefined)
    if (wrong.length > 0) {
      throw new UsageError({
        code: 'cli.option',
        message: `a job has its own ${wrong.join(', ')}: they are given to \`skyloop label create\``,
      })
    }
    const name = options.job
    const { clients } = await context.account()
    const sagemaker = await clients.sagemaker()
    return {
      source: await openPortalSource(sagemaker, name),
      name,
      quality: async () => {
        const job = await describeJob(sagemaker, name)
        const { labels, answers } = await answersOfJob(await clients.s3(), job, context.signal)
        return qualityOf(job.labeled + job.failed + job.unlabeled, boxAnswers(answers), labels)
      },
    }
  }
  return openManifest(context, options)
}

async function openManifest(context: Context, options: WorkOptions): Promise<OpenedWork> {
  const { manifest } = options
  const outUri = options.out ?? (manifest === undefined ? undefined : besides(manifest))
  if (outUri === undefined) {
    throw new UsageError({
      code: 'cli.option',
      message: 'what is to be labelled?',
      hint: 'give --job NAME, or --manifest s3://… with --labels car,truck, or --out s3://… of work begun before',
    })
  }
  parseS3Uri(outUri)
  const { clients } = await context.account()
  const s3 = await clients.s3()
  const folder = openFolder(s3, outUri)
  const work = await openWork(folder, await givenWork(context, options))
  const entries = await readInputManifest(s3, work.manifest)
  const source = openManifestSource({ s3, folder, work, entries, nowMs: Date.now })
  const jobName = outUri.replace(/\/+$/, '').split('/').at(-1) ?? 'labels'
  return {
    source,
    name: outUri,
    finish: () => writeOutput(source, folder, jobName),
    quality: () => manifestQuality(source),
  }
}

/** @returns undefined when the work goes on as it was begun */
async function givenWork(context: Context, options: WorkOptions): Promise<ManifestWork | undefined> {
  const { manifest, labels } = options
  if (labels === undefined) return undefined
  if (manifest === undefined) {
    throw new UsageError({ code: 'cli.option', message: '--labels begins new work, which needs --manifest s3://…' })
  }
  return {
    manifest,
    labels,
    title: options.title ?? `Draw boxes: ${labels.slice(0, 4).join(', ')}${labels.length > 4 ? ', …' : ''}`,
    instructions: await instructionsOf(context, options.instructions),
    workersPerObject: options.perImage ?? DEFAULTS.perImage,
    taskTimeLimitS: options.timeLimit ?? DEFAULTS.timeLimitS,
    attribute: options.attribute ?? DEFAULTS.attribute,
    ...(options.adjust === undefined ? {} : { adjusts: options.adjust }),
  }
}

async function instructionsOf(context: Context, given: string | undefined): Promise<string> {
  if (given === undefined) return ''
  if (!given.startsWith('@')) return given
  return readFile(resolve(context.environment.workingFolder, given.slice(1)), 'utf8')
}

/** `s3://b/x/flights.manifest` is labelled in `s3://b/x/flights-labels`. */
function besides(manifest: string): string {
  const { bucket, key } = parseS3Uri(manifest)
  return joinS3(`s3://${bucket}`, `${key.replace(/\.(manifest|jsonl|json)$/i, '')}-labels`)
}
