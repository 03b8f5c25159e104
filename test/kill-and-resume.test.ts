import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { CloudWatchLogsClient, DescribeLogStreamsCommand, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import {
  DescribePipelineExecutionCommand,
  DescribeTrainingJobCommand,
  ListPipelineExecutionStepsCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker'
import { Upload } from '@aws-sdk/lib-storage'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readEngineAccess } from '../src/config/aws-files.ts'
import { parseS3Uri } from '../src/core/s3-uri.ts'
import { unpackTarGz } from '../src/engine/runner/archive.ts'
import { writeRectangles } from './generated-dataset.ts'
import { skyloop, skyloopJson } from './support/cli.ts'
import { descendantsOf, isRunning } from './support/processes.ts'

// Many short epochs: a checkpoint is written after each, and the kill falls between two of them.
const SIDE = 64
const EPOCHS = 8
const KILL_AFTER_EPOCH = 2
/** Against a hang only: a pipeline of eight real steps, on a machine that may be busy. */
const LIMIT = { timeout: 300_000 }
const GROUP = '/aws/sagemaker/TrainingJobs'
const BUCKET = 'skyloop-000000000000-us-east-1'

const folder = mkdtempSync(join(tmpdir(), 'skyloop-kill-'))
const home = join(folder, 'home')
const run = <T>(...args: string[]): Promise<T> => skyloopJson<T>(home, ...args)

let sagemaker: SageMakerClient
let logs: CloudWatchLogsClient
let s3: S3Client
let enginePid = 0
let port = ''

beforeAll(async () => {
  enginePid = (await run<{ pid: number }>('local', 'start', '--detach', '--port', '0')).pid
  const access = await readEngineAccess(home)
  if (!access) throw new Error('the engine wrote no profile')
  const { endpoint, region, accessKeyId, secretAccessKey } = access
  port = new URL(endpoint).port
  const settings = { endpoint, region, credentials: { accessKeyId, secretAccessKey }, maxAttempts: 1 }
  sagemaker = new SageMakerClient(settings)
  logs = new CloudWatchLogsClient(settings)
  s3 = new S3Client({ ...settings, forcePathStyle: true })
})

afterAll(async () => {
  await skyloop(home, 'local', 'stop')
  await rm(folder, { recursive: true, force: true })
})

test(
  'kill -9 in the middle of training: the next start goes on from the checkpoint and loses nothing',
  LIMIT,
  async () => {
    await writeData(join(folder, 'data'))
    const { uri } = await run<{ uri: string }>('data', 'import', join(folder, 'data'))
    const { executionArn } = await run<{ executionArn: string }>('pipeline', 'run', '--data', uri, ...parameters())

    const kept = new Map<string, string>()
    await putObjects(kept)
    const job = await until(() => trainingJobOf(executionArn))
    await until(async () => ((await loggedEpochs(job)).at(-1) ?? 0) >= KILL_AFTER_EPOCH || undefined)
    const before = await loggedEpochs(job)
    const writer = putUntilRefused(kept)
    const oldProcesses = descendantsOf(enginePid)
    expect(oldProcesses.filter(({ command }) => command.includes(' train'))).toHaveLength(1)
    process.kill(enginePid, 'SIGKILL')
    await writer
    const again = await run<{ pid: number; alreadyRunning: boolean }>('local', 'start', '--detach', '--port', port)
    expect([again.alreadyRunning, again.pid === enginePid]).toEqual([false, false])
    enginePid = again.pid
    for (const [key, digest] of kept) expect([key, await digestOf(key)]).toEqual([key, digest])
    await until(async () => (await attemptsOf(job)).length === 2 || undefined)
    expect(oldProcesses.filter(isRunning)).toEqual([])

    const execution = await until(async () => {
      const answer = await sagemaker.send(new DescribePipelineExecutionCommand({ PipelineExecutionArn: executionArn }))
      return answer.PipelineExecutionStatus === 'Executing' ? undefined : answer
    })
    expect([execution.PipelineExecutionStatus, execution.FailureReason]).toEqual(['Succeeded', undefined])
    await expectResumed(executionArn, job, before)
    for (const [key, digest] of kept) expect([key, await digestOf(key)]).toEqual([key, digest])

    const newProcesses = descendantsOf(enginePid)
    expect(newProcesses.map(({ command }) => command).join('\n')).toContain(' serve')
    await run('local', 'stop')
    expect([{ pid: enginePid }, ...newProcesses].filter(isRunning)).toEqual([])
  },
)

/** The job is the same one, in two attempts, of which the second began where the first had got to. */
async function expectResumed(executionArn: string, job: string, before: readonly number[]): Promise<void> {
  expect(await trainingJobOf(executionArn)).toBe(job)
  const description = await sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: job }))
  expect(description.SecondaryStatusTransitions?.map(({ Status }) => Status)).toEqual([
    'Starting',
    'Downloading',
    'Training',
    'Interrupted',
    'Starting',
    'Downloading',
    'Training',
    'Uploading',
    'Completed',
  ])
  const [first = [], second = [], ...more] = await attemptsOf(job)
  expect(more).toEqual([])
  expect(first.filter((line) => line.startsWith('Resuming'))).toEqual([])
  const resumed = /^Resuming at epoch (\d+), batch (\d+) \((\d+) steps done\)$/.exec(
    second.find((line) => line.startsWith('Resuming')) ?? '',
  )
  const [epoch, batch, steps] = (resumed ?? []).slice(1).map(Number) as [number, number, number]
  // Four batches an epoch. The killed engine's training may have ended one more epoch before it was ended itself.
  expect(epoch).toBeGreaterThan(KILL_AFTER_EPOCH)
  expect(epoch).toBeLessThan(EPOCHS)
  expect(steps).toBe((epoch - 1) * 4 + batch)

  const firstEpochs = epochsOf(first)
  expect(firstEpochs).toEqual(upTo(1, firstEpochs.length))
  expect(firstEpochs.slice(0, before.length)).toEqual(before)
  expect(epochsOf(second)).toEqual(upTo(epoch, EPOCHS))
  expect(firstEpochs.at(-1)).toBeLessThan(epoch)
  expect(description.FinalMetricDataList?.find(({ MetricName }) => MetricName === 'epoch')?.Value).toBe(EPOCHS)

  // The table of all epochs, kept in the checkpoint, has each of them once.
  const archive = description.ModelArtifacts?.S3ModelArtifacts?.replace('model.tar.gz', 'output.tar.gz') ?? ''
  expect((await resultsOf(archive)).map((row) => Number(row.split(',')[0]))).toEqual(upTo(1, EPOCHS))
  // What a person sees of the log: both attempts.
  const shown = await skyloop(home, 'pipeline', 'logs', '--step', 'Train')
  expect(epochsOf(shown.out.split('\n'))).toEqual([...firstEpochs, ...upTo(epoch, EPOCHS)])
}

/** Sixteen images of one flight to train on, four of another to validate on. */
async function writeData(data: string): Promise<void> {
  const splits = { train: 16, val: 4 }
  const metadata: string[] = []
  for (const [split, images] of Object.entries(splits)) {
    await writeRectangles(join(data, split), images, SIDE, images)
    for (const name of await readdir(join(data, split, 'images'))) {
      metadata.push(JSON.stringify({ image: `${split}/images/${name}`, flight: split }))
    }
  }
  await writeFile(join(data, 'metadata.jsonl'), `${metadata.join('\n')}\n`)
  await writeFile(join(data, 'classes.txt'), 'bright\ndark\n')
}

/** Training is slowed by nothing but itself; the other steps take as little as they can. */
function parameters(): string[] {
  const values = {
    Epochs: EPOCHS,
    ImageSize: SIDE,
    TileSize: 'none',
    TileScale: 1,
    BatchSize: 4,
    MinMap50: 0,
    BaseWeights: 'none',
  }
  return Object.entries(values).flatMap(([name, value]) => ['--param', `${name}=${value}`])
}

/** Objects of every way of storing: empty, small, larger than a buffer, in parts. Each digest is noted once it is stored. */
async function putObjects(kept: Map<string, string>): Promise<void> {
  for (const [key, sizeBytes] of Object.entries({ empty: 0, small: 1000, large: 3_000_000 })) {
    const body = randomBytes(sizeBytes)
    await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: `kept/${key}`, Body: body }))
    kept.set(`kept/${key}`, digest(body))
  }
  const parts = randomBytes(6 * 1024 * 1024)
  await new Upload({ client: s3, params: { Bucket: BUCKET, Key: 'kept/parts', Body: parts } }).done()
  kept.set('kept/parts', digest(parts))
  for await (const key of allKeys()) if (!kept.has(key) && key.startsWith('data/')) kept.set(key, await digestOf(key))
}

/** Stores objects one after the other until the engine is gone; only those it had answered count as stored. */
async function putUntilRefused(kept: Map<string, string>): Promise<void> {
  for (let i = 0; ; i++) {
    const body = randomBytes(20_000)
    const key = `kept/at-the-end-${i}`
    try {
      await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: body }))
    } catch {
      return
    }
    kept.set(key, digest(body))
  }
}

async function* allKeys(): AsyncGenerator<string> {
  let token: string | undefined
  do {
    const page = await s3.send(new ListObjectsV2Command({ Bucket: BUCKET, ContinuationToken: token }))
    for (const { Key } of page.Contents ?? []) yield Key as string
    token = page.NextContinuationToken
  } while (token !== undefined)
}

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

async function digestOf(key: string): Promise<string> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: key }))
  return digest((await Body?.transformToByteArray()) ?? new Uint8Array())
}

async function trainingJobOf(executionArn: string): Promise<string | undefined> {
  const { PipelineExecutionSteps: steps } = await sagemaker.send(
    new ListPipelineExecutionStepsCommand({ PipelineExecutionArn: executionArn }),
  )
  const failed = steps?.find(({ StepStatus }) => StepStatus === 'Failed')
  if (failed) throw new Error(`${failed.StepName}: ${failed.FailureReason}`)
  const train = steps?.find(({ StepName }) => StepName === 'Train')
  return train?.Metadata?.TrainingJob?.Arn?.split('/').at(-1)
}

/** Lines of each attempt of a training job, oldest attempt first. */
async function attemptsOf(job: string): Promise<string[][]> {
  const streams = await logs
    .send(new DescribeLogStreamsCommand({ logGroupName: GROUP, logStreamNamePrefix: `${job}/` }))
    .then(
      (page) => page.logStreams ?? [],
      (error: unknown) => {
        if (error instanceof Error && error.name === 'ResourceNotFoundException') return []
        throw error
      },
    )
  const attempts: string[][] = []
  for (const { logStreamName } of streams) {
    const page = await logs.send(
      new GetLogEventsCommand({ logGroupName: GROUP, logStreamName, startFromHead: true, limit: 1000 }),
    )
    attempts.push((page.events ?? []).map(({ message }) => message ?? ''))
  }
  return attempts
}

async function loggedEpochs(job: string): Promise<number[]> {
  return (await attemptsOf(job)).flatMap(epochsOf)
}

const epochsOf = (lines: readonly string[]): number[] =>
  lines.flatMap((line) => /^epoch=(\d+) /.exec(line)?.[1] ?? []).map(Number)

const upTo = (first: number, last: number): number[] => Array.from({ length: last - first + 1 }, (_, i) => first + i)

/** Rows of `results.csv` in a job's `output.tar.gz`, without the header. */
async function resultsOf(uri: string): Promise<string[]> {
  const { bucket, key } = parseS3Uri(uri)
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
  const archive = join(folder, 'output.tar.gz')
  await writeFile(archive, (await Body?.transformToByteArray()) ?? new Uint8Array())
  await unpackTarGz(archive, join(folder, 'output'))
  return (await readFile(join(folder, 'output', 'results.csv'), 'utf8')).trimEnd().split('\n').slice(1)
}

/** Asks until there is an answer; the test's own time limit ends it otherwise. */
async function until<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const answer = await ask()
    if (answer !== undefined) return answer
    await sleep(50)
  }
}
