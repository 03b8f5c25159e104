import { mkdtempSync } from 'node:fs'
import { appendFile, mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import {
  CreateProcessingJobCommand,
  DescribeProcessingJobCommand,
  type DescribeProcessingJobResponse,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker'
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readEngineAccess } from '../../src/config/aws-files.ts'
import { writeRectangles } from '../generated-dataset.ts'
import { skyloop, skyloopJson } from '../support/cli.ts'

const BUCKET = 'skyloop-000000000000-us-east-1'
const IMAGE = '000000000000.dkr.ecr.us-east-1.amazonaws.com/skyloop:latest'
const folder = mkdtempSync(join(tmpdir(), 'skyloop-bad-data-'))
const home = join(folder, 'home')

let sagemaker: SageMakerClient
let logs: CloudWatchLogsClient
let s3: S3Client

beforeAll(async () => {
  await skyloopJson(home, 'local', 'start', '--detach', '--port', '0')
  const access = await readEngineAccess(home)
  if (!access) throw new Error('the engine wrote no profile')
  const { endpoint, region, accessKeyId, secretAccessKey } = access
  const settings = { endpoint, region, credentials: { accessKeyId, secretAccessKey } }
  sagemaker = new SageMakerClient(settings)
  logs = new CloudWatchLogsClient(settings)
  s3 = new S3Client({ ...settings, forcePathStyle: true })
})

afterAll(async () => {
  await skyloop(home, 'local', 'stop')
  await rm(folder, { recursive: true, force: true })
})

/** A set in order: two flights of three images each, 64 px, classes bright and dark. */
async function goodSet(name: string): Promise<string> {
  const set = join(folder, name)
  for (const split of ['train', 'val']) await writeRectangles(join(set, split), 3, 64, 1)
  await writeFile(join(set, 'classes.txt'), 'bright\ndark\n')
  return set
}

/** Imports a set and runs the pipeline on it to the end, as a person at a terminal does. */
async function runPipelineOn(set: string): Promise<{ code: number | null; shown: string }> {
  const { uri } = await skyloopJson<{ uri: string }>(home, 'data', 'import', set)
  const run = await skyloop(home, 'pipeline', 'run', '--data', uri, '--param', 'TileSize=none', '--wait')
  return { code: run.code, shown: run.out }
}

describe('the pipeline stops before it trains, and says why', () => {
  test('a zero-byte and a corrupt image are named with what is wrong, and stay as they were in the bucket', async () => {
    const set = await goodSet('broken')
    await truncate(join(set, 'train', 'images', 'picture-000.png'), 0)
    await truncate(join(set, 'train', 'images', 'picture-001.png'), 700)
    await writeFile(join(set, 'val', 'images', 'picture-002.png'), 'no image at all')
    const { code, shown } = await runPipelineOn(set)
    expect(code).toBe(1)
    expect(shown).toMatch(/^Preprocess {2}Failed .*data\.corrupt: images that cannot be decoded: 3 problem\(s\)/m)
    expect(shown).toContain('train/images/picture-000.png: the file is empty (0 bytes)')
    expect(shown).toMatch(/train\/images\/picture-001\.png: \S+/)
    expect(shown).toMatch(/val\/images\/picture-002\.png: .*unsupported image format/)
    expect(shown).toContain('--on-corrupt skip')
    for (const name of await readdir(join(set, 'train', 'images'))) {
      const key = `data/broken/train/images/${name}`
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: key }))
      const file = await readFile(join(set, 'train', 'images', name))
      expect(file.equals((await Body?.transformToByteArray()) ?? Buffer.alloc(0))).toBe(true)
    }
  })

  test('an unknown class is named by file, line and the classes there are', async () => {
    const set = await goodSet('classes')
    await appendFile(join(set, 'train', 'labels', 'picture-001.txt'), '7 0.5 0.5 0.1 0.1\n')
    const { code, shown } = await runPipelineOn(set)
    expect(code).toBe(1)
    expect(shown).toContain('data.unknown-class')
    expect(shown).toContain('train/labels/picture-001.txt:3')
    expect(shown).toContain('bright')
    expect(shown).toContain('--unknown-class drop')
  })
})

describe('an empty set', () => {
  test('of no image is not imported', async () => {
    await mkdir(join(folder, 'none', 'images'), { recursive: true })
    const refused = await skyloop(home, 'data', 'import', join(folder, 'none'))
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('holds no .jpg, .jpeg or .png file')])
    expect(refused.err).toContain('next: give the folder that holds train/images, images/train or images')
  })

  test('in the bucket fails the first step with the place', async () => {
    const run = await skyloop(home, 'pipeline', 'run', '--data', `s3://${BUCKET}/nothing/here`, '--wait')
    expect(run.code).toBe(1)
    expect(run.out).toContain(`no S3 objects found under s3://${BUCKET}/nothing/here`)
  })

  test('with files but no image fails with what was looked for', async () => {
    const job = await preprocess('no-images', { 'readme.txt': 'soon', 'classes.txt': 'car\n' })
    expect(job.ProcessingJobStatus).toBe('Failed')
    expect(job.FailureReason).toContain('data.empty')
  })
})

test('a label outside the frame is left out, counted in the message and named in the report; the others are kept', async () => {
  const set = await goodSet('outside')
  await appendFile(join(set, 'train', 'labels', 'picture-000.txt'), '0 1.7 0.5 0.1 0.1\n')
  const { uri } = await skyloopJson<{ uri: string }>(home, 'data', 'import', set)
  const job = await preprocessAt('outside', uri)
  expect([job.ProcessingJobStatus, job.FailureReason]).toEqual(['Completed', undefined])
  expect(job.ExitMessage).toContain('1 label lines dropped')
  const page = await logs.send(
    new FilterLogEventsCommand({ logGroupName: '/aws/sagemaker/ProcessingJobs', logStreamNamePrefix: 'outside/' }),
  )
  expect(page.events?.map(({ message }) => message)).toContain(
    'warning: 1 label line(s) were dropped; see report.labels',
  )
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'experiments/outside/dataset.json' }))
  const { report, boxes } = JSON.parse((await Body?.transformToString()) ?? '') as {
    report: { labels: { examples: { file: string; line: number; kind: string }[] } }
    boxes: { train: number; val: number }
  }
  expect(report.labels.examples).toMatchObject([{ file: 'train/labels/picture-000.txt', line: 3, kind: 'outside' }])
  expect([boxes.train, boxes.val]).toEqual([6, 6])
})

/** Puts texts as a set and prepares it. */
async function preprocess(name: string, files: Record<string, string>): Promise<DescribeProcessingJobResponse> {
  for (const [path, text] of Object.entries(files)) {
    await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: `data/${name}/${path}`, Body: text }))
  }
  return preprocessAt(name, `s3://${BUCKET}/data/${name}`)
}

async function preprocessAt(name: string, uri: string): Promise<DescribeProcessingJobResponse> {
  await sagemaker.send(
    new CreateProcessingJobCommand({
      ProcessingJobName: name,
      RoleArn: 'arn:aws:iam::000000000000:role/SkyloopExecution',
      AppSpecification: {
        ImageUri: IMAGE,
        ContainerArguments: ['preprocess', '--tile', 'none', '--imgsz', '64'],
      },
      ProcessingInputs: [
        { InputName: 'input', S3Input: { S3Uri: uri, LocalPath: '/opt/ml/processing/input', S3DataType: 'S3Prefix' } },
      ],
      ProcessingOutputConfig: {
        Outputs: [
          {
            OutputName: 'dataset',
            S3Output: {
              S3Uri: `s3://${BUCKET}/experiments/${name}`,
              LocalPath: '/opt/ml/processing/output',
              S3UploadMode: 'EndOfJob',
            },
          },
        ],
      },
      ProcessingResources: { ClusterConfig: { InstanceCount: 1, InstanceType: 'ml.m5.large', VolumeSizeInGB: 1 } },
    }),
  )
  for (;;) {
    const job = await sagemaker.send(new DescribeProcessingJobCommand({ ProcessingJobName: name }))
    if (job.ProcessingJobStatus !== 'InProgress') return job
    await sleep(100)
  }
}
