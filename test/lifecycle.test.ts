import { readdir, readFile, rm } from 'node:fs/promises'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  DescribeEndpointCommand,
  DescribeModelPackageCommand,
  DescribePipelineExecutionCommand,
  DescribeTrainingJobCommand,
  ListPipelineExecutionsCommand,
  ListPipelineExecutionStepsCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker'
import { InvokeEndpointCommand, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime'
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readEngineAccess } from '../src/config/aws-files.ts'
import { skyloop, skyloopJson } from './support/cli.ts'

// The whole loop on a data set that is as small as it can be: what is proved is that each stage does its work, not that
// the model is good.
const SIDE = 128
/** Against hangs, not slowness: these tests wait for training and rendering. */
const LONG_MS = 400_000
const folder = mkdtempSync(join(tmpdir(), 'skyloop-lifecycle-'))
const home = join(folder, 'home')
const run = <T>(...args: string[]): Promise<T> => skyloopJson<T>(home, ...args)

let sagemaker: SageMakerClient
let runtime: SageMakerRuntimeClient
let s3: S3Client
let dataUri = ''
let executionArn = ''
let packageArn = ''
const bucket = 'skyloop-000000000000-us-east-1'

beforeAll(async () => {
  await run('local', 'start', '--detach', '--port', '0')
  const access = await readEngineAccess(home)
  if (!access) throw new Error('the engine wrote no profile')
  const { endpoint, region, accessKeyId, secretAccessKey } = access
  const settings = { endpoint, region, credentials: { accessKeyId, secretAccessKey } }
  sagemaker = new SageMakerClient(settings)
  runtime = new SageMakerRuntimeClient(settings)
  s3 = new S3Client({ ...settings, forcePathStyle: true })
})

afterAll(async () => {
  await skyloop(home, 'local', 'stop')
  await rm(folder, { recursive: true, force: true })
})

test('a synthetic data set is rendered and copied to the bucket', { timeout: LONG_MS }, async () => {
  const shape = ['--width', String(SIDE), '--height', String(SIDE)]
  const train = ['--flights', '8', '--frames', '2', '--split', 'train']
  await run('data', 'synth', join(folder, 'data'), ...train, ...shape)
  const val = ['--flights', '4', '--frames', '2', '--split', 'val', '--first-flight', '101']
  await run('data', 'synth', join(folder, 'data'), ...val, ...shape)
  const imported = await run<{ uri: string; images: number; uploaded: number }>('data', 'import', join(folder, 'data'))
  expect(imported.images).toBe(24)
  dataUri = imported.uri
  const again = await run<{ uploaded: number }>('data', 'import', join(folder, 'data'))
  expect(again.uploaded).toBe(0)
})

test('the pipeline runs all eight steps and registers a model', { timeout: LONG_MS }, async () => {
  const parameters = { Epochs: 1, ImageSize: SIDE, TileSize: 'none', TileScale: 1, BatchSize: 4, MinMap50: 0 }
  const params = Object.entries(parameters).flatMap(([name, value]) => ['--param', `${name}=${value}`])
  const done = await run<{ status: string; executionArn: string; modelPackageArn: string }>(
    'pipeline',
    'run',
    '--data',
    dataUri,
    '--wait',
    ...params,
  )
  expect(done.status).toBe('Succeeded')
  executionArn = done.executionArn
  packageArn = done.modelPackageArn

  const { PipelineExecutionSteps: steps = [] } = await sagemaker.send(
    new ListPipelineExecutionStepsCommand({ PipelineExecutionArn: executionArn, SortOrder: 'Ascending' }),
  )
  expect(Object.fromEntries(steps.map((step) => [step.StepName, step.StepStatus]))).toEqual({
    Preprocess: 'Succeeded',
    Validate: 'Succeeded',
    Train: 'Succeeded',
    Evaluate: 'Succeeded',
    Register: 'Succeeded',
    QualityGate: 'Succeeded',
    Deploy: 'Succeeded',
    MonitoringSetup: 'Succeeded',
  })
  const trainArn = steps.find((step) => step.StepName === 'Train')?.Metadata?.TrainingJob?.Arn as string
  const training = await sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: trainArn.split('/')[1] }))
  expect(training.FinalMetricDataList?.map((metric) => metric.MetricName)).toContain('train_loss')
  const logs = await skyloop(home, 'pipeline', 'logs', '--step', 'Train')
  expect(logs.out).toContain('epoch=1')
})

test('a model waits for approval, and the ML Engineer gives it', async () => {
  const before = await sagemaker.send(new DescribeModelPackageCommand({ ModelPackageName: packageArn }))
  expect(before.ModelApprovalStatus).toBe('PendingManualApproval')
  const refused = await skyloop(home, 'model', 'approve', '--role', 'data-scientist')
  expect([refused.code, refused.err.includes('decided by: ')]).toEqual([1, true])
  await run('model', 'approve', '--role', 'ml-engineer', '--reason', 'lifecycle test')
  const after = await sagemaker.send(new DescribeModelPackageCommand({ ModelPackageName: packageArn }))
  expect(after.ModelApprovalStatus).toBe('Approved')
})

test('the approved model is deployed and answers', async () => {
  await run('endpoint', 'deploy', '--role', 'ml-engineer')
  const endpoint = await sagemaker.send(new DescribeEndpointCommand({ EndpointName: 'skyloop-production' }))
  expect(endpoint.EndpointStatus).toBe('InService')
  const early = await skyloop(home, 'monitor', 'run', 'skyloop-production', '--role', 'ml-engineer')
  expect([early.code, early.err.includes('cli.nothing-captured')]).toEqual([1, true])
  const frames = await framesOf(join(folder, 'data', 'val', 'images'))
  const answer = await run<{ latency: { count: number } }>('endpoint', 'invoke', 'skyloop-production', ...frames)
  expect(answer.latency.count).toBe(8)
  const direct = await runtime.send(
    new InvokeEndpointCommand({
      EndpointName: 'skyloop-production',
      ContentType: 'image/jpeg',
      Body: await readFile(frames[0] as string),
    }),
  )
  expect(JSON.parse(new TextDecoder().decode(direct.Body))).toMatchObject({ image: { width: SIDE, height: SIDE } })
})

test('a corrupt image is refused with the reason, and the endpoint goes on', async () => {
  const call = new InvokeEndpointCommand({
    EndpointName: 'skyloop-production',
    ContentType: 'image/jpeg',
    Body: Buffer.from('not a picture'),
  })
  await expect(runtime.send(call)).rejects.toMatchObject({ name: 'ModelError', OriginalStatusCode: 400 })
})

test(
  'traffic like the baseline violates nothing; a dark foggy flight does, alerts and starts a retraining',
  { timeout: LONG_MS },
  async () => {
    await run('monitor', 'enable', 'skyloop-production', '--data', dataUri, '--role', 'ml-engineer')
    const names = await framesOf(join(folder, 'data', 'train', 'images'))
    await run('endpoint', 'invoke', 'skyloop-production', ...names)
    await capturedRecords(8 + 1 + names.length)
    const clean = await run<{ violations: unknown[] }>('monitor', 'run', 'skyloop-production', '--wait')
    expect(clean.violations).toEqual([])

    const dark = join(folder, 'dark')
    const evening = ['--light', 'dusk', '--fog', '0.7', '--altitude', '200', '--noise', '4']
    const shape = ['--width', String(SIDE), '--height', String(SIDE)]
    await run('data', 'synth', dark, '--flights', '24', '--frames', '1', '--seed', '5', ...evening, ...shape)
    const since = new Date(Math.ceil(Date.now() / 1000) * 1000)
    await new Promise((resolve) => setTimeout(resolve, since.getTime() - Date.now()))
    await run('endpoint', 'invoke', 'skyloop-production', ...(await framesOf(join(dark, 'images'))))
    await capturedRecords(8 + 1 + names.length + 24)
    const shifted = await run<{ violations: { feature: string }[]; jobName: string }>(
      'monitor',
      'run',
      'skyloop-production',
      '--since',
      since.toISOString(),
      '--wait',
    )
    expect(shifted.violations.length).toBeGreaterThan(0)

    const retraining = await eventually(async () => {
      const page = await sagemaker.send(new ListPipelineExecutionsCommand({ PipelineName: 'skyloop-detection' }))
      return page.PipelineExecutionSummaries?.find((one) => one.PipelineExecutionArn !== executionArn)
    })
    expect(retraining.PipelineExecutionStatus).toMatch(/Executing|Succeeded/)
    const alert = await eventually(async () => {
      for (const name of await readdir(join(home, 'outbox'))) {
        const text = await readFile(join(home, 'outbox', name), 'utf8')
        if (text.includes(shifted.jobName)) return text
      }
      return undefined
    })
    expect(alert).toContain('skyloop-production')
  },
)

test('the Data Scientist cannot delete production', async () => {
  const refused = await skyloop(home, 'endpoint', 'delete', 'skyloop-production', '--yes', '--role', 'data-scientist')
  expect(refused.code).toBe(1)
  expect(refused.err).toMatch(/decided by: .*NeverTouchProduction/)
  const endpoint = await sagemaker.send(new DescribeEndpointCommand({ EndpointName: 'skyloop-production' }))
  expect(endpoint.EndpointStatus).toBe('InService')
})

test('a stop and a start lose nothing', async () => {
  const key = 'data/data/classes.txt'
  await run('local', 'stop')
  const down = await skyloop(home, 'model', 'list')
  expect([down.code, down.err.includes('does not answer')]).toEqual([3, true])
  const port = new URL((await readEngineAccess(home))?.endpoint ?? '').port
  await run('local', 'start', '--detach', '--port', port)
  const object = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
  expect(await object.Body?.transformToString()).toBe(await readFile(join(folder, 'data', 'classes.txt'), 'utf8'))
  const execution = await sagemaker.send(new DescribePipelineExecutionCommand({ PipelineExecutionArn: executionArn }))
  expect(execution.PipelineExecutionStatus).toBe('Succeeded')
})

async function framesOf(images: string): Promise<string[]> {
  return (await readdir(images)).toSorted().map((name) => join(images, name))
}

/** Waits until that many calls lie captured. */
async function capturedRecords(count: number): Promise<void> {
  await eventually(async () => {
    const page = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: 'capture/skyloop-production/' }))
    let lines = 0
    for (const object of page.Contents ?? []) {
      const body = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: object.Key }))
      lines += ((await body.Body?.transformToString()) ?? '').split('\n').filter(Boolean).length
    }
    return lines >= count ? lines : undefined
  })
}

async function eventually<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (let i = 0; i < 150; i++) {
    const found = await look()
    if (found !== undefined) return found
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  throw new Error('it did not happen within thirty seconds')
}
