import {
  DescribeProcessingJobCommand,
  DescribeTrainingJobCommand,
  type PipelineExecutionStep,
} from '@aws-sdk/client-sagemaker'
import { readObjectText } from '../../data/s3/download-prefix.ts'
import { SkyloopError } from '../../core/errors.ts'
import { isObject, parseJson } from '../../core/json.ts'
import { joinS3 } from '../../core/s3-uri.ts'
import type { Account } from '../account.ts'
import { jobOf } from '../execution/steps.ts'
import { readModelMetrics, type ModelMetrics } from './model-metrics.ts'
import type { QuickstartReport } from './report.ts'

/** What an execution left behind, read from its jobs' outputs. */
export interface PipelineFacts {
  readonly dataset: Omit<NonNullable<QuickstartReport['dataset']>, 'source'>
  readonly training: ModelMetrics
  readonly evaluation: NonNullable<QuickstartReport['evaluation']>
  /** S3 prefix of evaluation.json. */
  readonly evaluationPrefix: string
  readonly modelPackageArn: string
}

/** Classes with fewer boxes say little about a detector. */
const FREQUENT_BOXES = 5

/** @throws SkyloopError `quickstart.pipeline` naming what is missing */
export async function readPipelineFacts(
  account: Account,
  steps: readonly PipelineExecutionStep[],
): Promise<PipelineFacts> {
  const datasetPrefix = await outputOf(account, steps, 'dataset')
  const evaluationPrefix = await outputOf(account, steps, 'evaluation')
  const modelPackageArn = steps.map((step) => step.Metadata?.RegisterModel?.Arn).find((arn) => arn !== undefined)
  if (modelPackageArn === undefined) throw missing('a registered model package')
  return {
    dataset: await readDataset(account, joinS3(datasetPrefix, 'dataset.json')),
    training: await readModelMetrics(await account.clients.s3(), await modelDataOf(account, steps)),
    evaluation: await readEvaluation(account, joinS3(evaluationPrefix, 'evaluation.json')),
    evaluationPrefix,
    modelPackageArn,
  }
}

const missing = (what: string): SkyloopError =>
  new SkyloopError({ code: 'quickstart.pipeline', fault: 'machine', message: `the execution has no ${what}` })

/** S3 prefix of the processing output of that name, whichever step made it. */
async function outputOf(
  account: Account,
  steps: readonly PipelineExecutionStep[],
  outputName: string,
): Promise<string> {
  const sagemaker = await account.clients.sagemaker()
  for (const step of steps) {
    const job = jobOf(step)
    if (job?.kind !== 'processing') continue
    const described = await sagemaker.send(new DescribeProcessingJobCommand({ ProcessingJobName: job.name }))
    const output = described.ProcessingOutputConfig?.Outputs?.find((one) => one.OutputName === outputName)
    if (output?.S3Output?.S3Uri !== undefined) return output.S3Output.S3Uri
  }
  throw missing(`processing output "${outputName}"`)
}

async function modelDataOf(account: Account, steps: readonly PipelineExecutionStep[]): Promise<string> {
  const job = steps.map(jobOf).find((one) => one?.kind === 'training')
  if (!job) throw missing('training job')
  const sagemaker = await account.clients.sagemaker()
  const described = await sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: job.name }))
  const uri = described.ModelArtifacts?.S3ModelArtifacts
  if (uri === undefined) throw missing('model artifact')
  return uri
}

async function readJsonObject(account: Account, uri: string): Promise<Record<string, unknown>> {
  const value = parseJson(await readObjectText(await account.clients.s3(), uri), uri)
  if (!isObject(value)) throw missing(`object in ${uri}`)
  return value
}

async function readDataset(account: Account, uri: string): Promise<PipelineFacts['dataset']> {
  const value = await readJsonObject(account, uri)
  const sum = (counts: unknown): number =>
    isObject(counts)
      ? Object.values(counts).reduce<number>((total, one) => total + (typeof one === 'number' ? one : 0), 0)
      : 0
  const { contentHash, classes } = value
  if (typeof contentHash !== 'string' || !Array.isArray(classes)) throw missing(`contentHash and classes in ${uri}`)
  return { images: sum(value['images']), boxes: sum(value['boxes']), classes: classes.map(String), contentHash }
}

async function readEvaluation(account: Account, uri: string): Promise<PipelineFacts['evaluation']> {
  const value = await readJsonObject(account, uri)
  const metrics = value['detection_metrics']
  if (!isObject(metrics) || typeof value['images'] !== 'number') throw missing(`detection_metrics in ${uri}`)
  const figure = (name: string): number => {
    const found = metrics[name]
    if (isObject(found) && typeof found['value'] === 'number') return found['value']
    throw missing(`${name} in ${uri}`)
  }
  const perClass: Record<string, { ap50: number; ap50_95: number; boxes: number }> = {}
  for (const [name, one] of Object.entries(isObject(metrics['per_class']) ? metrics['per_class'] : {})) {
    if (!isObject(one)) continue
    const number = (key: string): number => (typeof one[key] === 'number' ? one[key] : Number.NaN)
    if (number('boxes') > 0)
      perClass[name] = { ap50: number('ap50'), ap50_95: number('ap50_95'), boxes: number('boxes') }
  }
  const frequent = Object.values(perClass).filter((one) => one.boxes >= FREQUENT_BOXES)
  return {
    map50: figure('map50'),
    map50_95: figure('map50_95'),
    images: value['images'],
    perClass,
    map50OfFrequentClasses: frequent.reduce((total, one) => total + one.ap50, 0) / Math.max(1, frequent.length),
  }
}
