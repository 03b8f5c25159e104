import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  CreateProcessingJobCommand,
  DescribeProcessingJobCommand,
  ListProcessingJobsCommand,
  StopProcessingJobCommand,
} from '@aws-sdk/client-sagemaker'
import type { CreateProcessingJobRequest } from '@aws-sdk/client-sagemaker'
import { startTestEngine } from '../../../testing.ts'
import type { TestEngine } from '../../../testing.ts'
import { eventually, LAB, NODE_IMAGE, openLab } from '../testing.ts'
import type { Lab } from '../testing.ts'

let engine: TestEngine
let lab: Lab
beforeAll(async () => {
  engine = await startTestEngine()
  lab = await openLab(engine)
})
afterAll(async () => engine.stop())

/** Starts a job that runs `script` and waits for its end. */
async function run(name: string, script: string, more: Partial<CreateProcessingJobRequest> = {}) {
  await begin(name, script, more)
  return ended(name)
}

async function begin(name: string, script: string, more: Partial<CreateProcessingJobRequest> = {}) {
  await lab.put(`code/${name}/main.mjs`, script)
  await lab.sagemaker.send(
    new CreateProcessingJobCommand({
      ProcessingJobName: name,
      RoleArn: lab.roleArn,
      AppSpecification: {
        ImageUri: NODE_IMAGE,
        ContainerEntrypoint: ['node', '/opt/ml/processing/input/code/main.mjs'],
      },
      ProcessingResources: {
        ClusterConfig: { InstanceCount: 1, InstanceType: 'ml.t3.medium', VolumeSizeInGB: 1 },
      },
      ...more,
      ProcessingInputs: [
        {
          InputName: 'code',
          S3Input: {
            S3Uri: `${LAB}/code/${name}/`,
            LocalPath: '/opt/ml/processing/input/code',
            S3DataType: 'S3Prefix',
            S3InputMode: 'File',
          },
        },
        ...(more.ProcessingInputs ?? []),
      ],
    }),
  )
}

async function ended(name: string) {
  return eventually(
    () => lab.sagemaker.send(new DescribeProcessingJobCommand({ ProcessingJobName: name })),
    ({ ProcessingJobStatus }) => !['InProgress', 'Stopping'].includes(ProcessingJobStatus ?? ''),
  )
}

const output = (name: string, folder = 'out') => ({
  Outputs: [
    {
      OutputName: 'out',
      S3Output: {
        S3Uri: `${LAB}/results/${name}`,
        LocalPath: `/opt/ml/processing/${folder}`,
        S3UploadMode: 'EndOfJob' as const,
      },
    },
  ],
})

describe('a processing job', () => {
  test('reads its inputs, writes its outputs and says goodbye', async () => {
    await lab.put('data/a/one.txt', '1')
    await lab.put('data/a/sub/two.txt', '2')
    await lab.put('data/ab.txt', 'not under the folder')
    const job = await run(
      'copies',
      `import { cpSync, readFileSync, writeFileSync, readdirSync } from 'node:fs'
       const base = process.env.SAGEMAKER_BASE_DIR
       cpSync(process.argv[2], base + '/processing/out', { recursive: true })
       const config = JSON.parse(readFileSync(base + '/config/processingjobconfig.json', 'utf8'))
       writeFileSync(base + '/processing/out/seen.json', JSON.stringify({ name: config.ProcessingJobName, env: process.env }))
       writeFileSync(base + '/output/message', 'copied ' + readdirSync(process.argv[2]).length)
       console.log('hello from the job')`,
      {
        AppSpecification: {
          ImageUri: NODE_IMAGE,
          ContainerEntrypoint: ['node', '/opt/ml/processing/input/code/main.mjs'],
          ContainerArguments: ['/opt/ml/processing/data'],
        },
        Environment: { GREETING: 'hi', PLACE: '/opt/ml/processing/data' },
        ProcessingInputs: [
          {
            InputName: 'data',
            S3Input: {
              S3Uri: `${LAB}/data/a`,
              LocalPath: '/opt/ml/processing/data',
              S3DataType: 'S3Prefix',
              S3InputMode: 'File',
            },
          },
        ],
        ProcessingOutputConfig: output('copies'),
      },
    )
    expect(job).toMatchObject({ ProcessingJobStatus: 'Completed', ExitMessage: 'copied 2' })
    expect(await lab.text('results/copies/sub/two.txt')).toBe('2')
    const seen = JSON.parse(await lab.text('results/copies/seen.json')) as { name: string; env: Record<string, string> }
    expect(seen.name).toBe('copies')
    expect(seen.env['GREETING']).toBe('hi')
    expect(seen.env['PLACE']).toBe(`${seen.env['SAGEMAKER_BASE_DIR']}/processing/data`)
    expect(seen.env['AWS_ENDPOINT_URL']).toBe(engine.url)
    // Nothing of the shell that runs the engine.
    expect(Object.keys(seen.env)).not.toContain('USER')
    expect(Object.keys(seen.env)).not.toContain('VITEST')
  })

  test('that fails says why', async () => {
    const job = await run(
      'fails',
      `import { writeFileSync } from 'node:fs'
       writeFileSync(process.env.SAGEMAKER_BASE_DIR + '/output/message', 'no images in the set')
       process.exit(3)`,
    )
    expect(job.ProcessingJobStatus).toBe('Failed')
    expect(job.FailureReason).toBe('AlgorithmError: no images in the set, exit code: 3')
  })

  test('with an unknown image fails naming it', async () => {
    const image = '000000000000.dkr.ecr.us-east-1.amazonaws.com/nowhere:1'
    const job = await run('unknown-image', '', { AppSpecification: { ImageUri: image } })
    expect(job.ProcessingJobStatus).toBe('Failed')
    expect(job.FailureReason).toContain(`Cannot find image ${image}`)
  })

  test('without input objects fails naming the place', async () => {
    const job = await run('no-input', '', {
      ProcessingInputs: [
        {
          InputName: 'data',
          S3Input: { S3Uri: `${LAB}/nothing/`, LocalPath: '/opt/ml/processing/x', S3DataType: 'S3Prefix' },
        },
      ],
    })
    expect(job.FailureReason).toContain(`no S3 objects found under ${LAB}/nothing/`)
  })

  test('is stopped with everything it started', async () => {
    await begin(
      'stops',
      `import { spawn } from 'node:child_process'
       spawn('sleep', ['600'])
       setInterval(() => {}, 1000)
       console.log('up')`,
    )
    await eventually(
      async () => engine.engine.store.collection<{ process?: unknown }>('sagemaker.processing-job').get('stops'),
      (job) => job?.process !== undefined,
    )
    await lab.sagemaker.send(new StopProcessingJobCommand({ ProcessingJobName: 'stops' }))
    expect((await ended('stops')).ProcessingJobStatus).toBe('Stopped')
    await expect(lab.sagemaker.send(new StopProcessingJobCommand({ ProcessingJobName: 'stops' }))).rejects.toThrow(
      'is in status Stopped',
    )
  })

  test('that outlives its time is stopped', async () => {
    const job = await run('slow', 'setInterval(() => {}, 1000)', { StoppingCondition: { MaxRuntimeInSeconds: 1 } })
    expect(job.ProcessingJobStatus).toBe('Stopped')
    expect(job.FailureReason).toContain('MaxRuntimeInSeconds (1)')
  })

  test('has a name of its own', async () => {
    await run('once', '')
    await expect(begin('once', '')).rejects.toMatchObject({ name: 'ResourceInUse' })
  })

  test('is refused with a path outside its tree', async () => {
    await expect(
      begin('outside', '', {
        ProcessingOutputConfig: output('outside', '../../../etc'),
      }),
    ).rejects.toThrow('must be under /opt/ml/processing')
  })

  test('is listed by name and status', async () => {
    const list = await lab.sagemaker.send(
      new ListProcessingJobsCommand({ StatusEquals: 'Failed', NameContains: 'FAIL', MaxResults: 1 }),
    )
    expect(list.ProcessingJobSummaries?.map(({ ProcessingJobName }) => ProcessingJobName)).toEqual(['fails'])
    expect(list.NextToken).toBeUndefined()
  })
})

test('a job goes on after the engine was closed in an orderly way', async () => {
  const home = await mkdtemp(join(tmpdir(), 'skyloop-close-'))
  const first = await startTestEngine({ home })
  const before = lab
  lab = await openLab(first)
  await begin(
    'twice',
    `import { existsSync, writeFileSync } from 'node:fs'
     import { dirname } from 'node:path'
     const mark = process.env.MARK
     if (existsSync(mark)) process.exit(0)
     writeFileSync(mark, 'x')
     setInterval(() => {}, 1000)`,
    { Environment: { MARK: join(home, 'mark') } },
  )
  await eventually(
    async () => existsSync(join(home, 'mark')),
    (isThere) => isThere,
  )
  await first.stop()
  const second = await startTestEngine({ home })
  lab = await openLab({ clientConfiguration: second.clientConfiguration })
  expect((await ended('twice')).ProcessingJobStatus).toBe('Completed')
  await second.stop()
  lab = before
  await rm(home, { recursive: true })
})

test('outputs in Continuous mode are stored while the job runs', async () => {
  await begin(
    'streams',
    `import { writeFileSync } from 'node:fs'
     writeFileSync(process.env.SAGEMAKER_BASE_DIR + '/processing/out/early.txt', 'early')
     setInterval(() => {}, 1000)`,
    {
      ProcessingOutputConfig: {
        Outputs: [
          {
            OutputName: 'out',
            S3Output: { S3Uri: `${LAB}/streams`, LocalPath: '/opt/ml/processing/out', S3UploadMode: 'Continuous' },
          },
        ],
      },
    },
  )
  const text = await eventually(
    () => lab.text('streams/early.txt').catch(() => ''),
    (found) => found !== '',
  )
  expect(text).toBe('early')
  await lab.sagemaker.send(new StopProcessingJobCommand({ ProcessingJobName: 'streams' }))
  await ended('streams')
})

test('keys that lead outside are refused, and a manifest names single objects', async () => {
  await lab.put('bad/../../../escape.txt', 'x')
  const bad = await run('escapes', '', { ProcessingInputs: [input(`${LAB}/bad/`)] })
  expect(bad.FailureReason).toContain('cannot be a file name')

  await lab.put('manifest.json', JSON.stringify([{ prefix: `${LAB}/data/a/` }, 'sub/two.txt']))
  const job = await run(
    'manifest',
    `import { readdirSync, writeFileSync } from 'node:fs'
     const base = process.env.SAGEMAKER_BASE_DIR
     writeFileSync(base + '/output/message', readdirSync(base + '/processing/x', { recursive: true }).join())`,
    { ProcessingInputs: [input(`${LAB}/manifest.json`, 'ManifestFile')] },
  )
  expect(job.ExitMessage).toBe('sub,sub/two.txt')
})

const input = (S3Uri: string, S3DataType: 'S3Prefix' | 'ManifestFile' = 'S3Prefix') => ({
  InputName: 'x',
  S3Input: { S3Uri, S3DataType, LocalPath: '/opt/ml/processing/x' },
})
