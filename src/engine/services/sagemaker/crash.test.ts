import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateHyperParameterTuningJobCommand,
  CreateModelCommand,
  CreatePipelineCommand,
  DescribeEndpointCommand,
  DescribeHyperParameterTuningJobCommand,
  DescribePipelineExecutionCommand,
  DescribeTrainingJobCommand,
  ListPipelineExecutionStepsCommand,
  ListTrainingJobsForHyperParameterTuningJobCommand,
  StartPipelineExecutionCommand,
} from '@aws-sdk/client-sagemaker'
import { InvokeEndpointCommand, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime'
import { packTarGz } from '../../runner/archive.ts'
import { startTestEngine } from '../../testing.ts'
import { eventually, LAB, NODE_IMAGE, openLab } from './testing.ts'
import type { Lab } from './testing.ts'

/** Counts to 40 in checkpoints, from wherever the last one stands; leaves the starting points of all its attempts. */
const TRAIN = `
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
const base = process.env.SAGEMAKER_BASE_DIR
const file = base + '/checkpoints/state.json'
const state = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { epoch: 0, starts: [] }
state.starts.push(state.epoch)
while (state.epoch < 40) {
  await new Promise((resolve) => setTimeout(resolve, 50))
  state.epoch++
  writeFileSync(file + '.tmp', JSON.stringify(state))
  renameSync(file + '.tmp', file)
  console.log('epoch=' + state.epoch + ' pid=' + process.pid)
}
writeFileSync(base + '/model/state.json', JSON.stringify(state))
`
const PROCESS = `
import { writeFileSync } from 'node:fs'
writeFileSync(process.env.SAGEMAKER_BASE_DIR + '/processing/out/done.txt', 'done')
`
const SERVE = `
import { createServer } from 'node:http'
createServer((request, response) => response.end('pid ' + process.pid)).listen(process.env.SAGEMAKER_BIND_TO_PORT, '127.0.0.1')
`
const ENGINE = `
const { startEngine } = await import(process.argv[1])
const engine = await startEngine({ home: process.argv[2], port: 0 })
await engine.ready
console.log(JSON.stringify({ url: engine.url, credentials: engine.adminCredentials }))
`

let home: string
let child: ChildProcess | undefined
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'skyloop-crash-'))
})
afterEach(async () => {
  child?.kill('SIGKILL')
  await rm(home, { recursive: true, force: true })
})

/** An engine in a process of its own, which can be killed. */
async function startChild(): Promise<Lab & { readonly runtime: SageMakerRuntimeClient; kill(): Promise<void> }> {
  const start = new URL('../../start.ts', import.meta.url).href
  const process_ = spawn(process.execPath, ['--input-type=module', '-e', ENGINE, start, home], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  child = process_
  const [line] = (await once(createInterface({ input: process_.stdout }), 'line')) as [string]
  const { url, credentials } = JSON.parse(line) as {
    url: string
    credentials: { accessKeyId: string; secretAccessKey: string }
  }
  const clientConfiguration = {
    endpoint: url,
    region: 'us-east-1',
    credentials,
    maxAttempts: 1,
    forcePathStyle: true,
  }
  const lab = await openLab({ clientConfiguration })
  return {
    ...lab,
    runtime: new SageMakerRuntimeClient(clientConfiguration),
    kill: async () => {
      process_.kill('SIGKILL')
      await once(process_, 'exit')
    },
  }
}

const script = (uri: string) => ({ S3DataSource: { S3Uri: uri, S3DataType: 'S3Prefix' as const } })

const definition = (roleArn: string) => ({
  Version: '2020-12-01',
  Steps: [
    {
      Name: 'Train',
      Type: 'Training',
      Arguments: {
        RoleArn: roleArn,
        AlgorithmSpecification: { TrainingImage: NODE_IMAGE, TrainingInputMode: 'File' },
        HyperParameters: { sagemaker_program: 'train.mjs' },
        InputDataConfig: [{ ChannelName: 'code', DataSource: script(`${LAB}/code/`) }],
        OutputDataConfig: { S3OutputPath: `${LAB}/models` },
        CheckpointConfig: { S3Uri: `${LAB}/checkpoints` },
        ResourceConfig: { InstanceCount: 1, InstanceType: 'ml.m5.large', VolumeSizeInGB: 1 },
        StoppingCondition: { MaxRuntimeInSeconds: 600 },
      },
    },
    {
      Name: 'After',
      Type: 'Processing',
      DependsOn: ['Train'],
      Arguments: {
        RoleArn: roleArn,
        AppSpecification: {
          ImageUri: NODE_IMAGE,
          ContainerEntrypoint: ['node', '/opt/ml/processing/code/process.mjs'],
        },
        ProcessingResources: { ClusterConfig: { InstanceCount: 1, InstanceType: 'ml.m5.large', VolumeSizeInGB: 1 } },
        ProcessingInputs: [
          {
            InputName: 'code',
            S3Input: { S3Uri: `${LAB}/code/`, LocalPath: '/opt/ml/processing/code', S3DataType: 'S3Prefix' },
          },
        ],
        ProcessingOutputConfig: {
          Outputs: [
            {
              OutputName: 'out',
              S3Output: { S3Uri: `${LAB}/after`, LocalPath: '/opt/ml/processing/out', S3UploadMode: 'EndOfJob' },
            },
          ],
        },
      },
    },
  ],
})

async function serve(lab: Lab): Promise<void> {
  const folder = join(home, 'model')
  await mkdir(join(folder, 'code'), { recursive: true })
  await writeFile(join(folder, 'code', 'serve.mjs'), SERVE)
  await packTarGz(folder, join(home, 'model.tar.gz'))
  await lab.put('serve/model.tar.gz', await readFile(join(home, 'model.tar.gz')))
  await lab.sagemaker.send(
    new CreateModelCommand({
      ModelName: 'm',
      ExecutionRoleArn: lab.roleArn,
      PrimaryContainer: {
        Image: NODE_IMAGE,
        ModelDataUrl: `${LAB}/serve/model.tar.gz`,
        Environment: { SAGEMAKER_PROGRAM: 'serve.mjs' },
      },
    }),
  )
  await lab.sagemaker.send(
    new CreateEndpointConfigCommand({
      EndpointConfigName: 'c',
      ProductionVariants: [
        { VariantName: 'all', ModelName: 'm', InstanceType: 'ml.m5.large', InitialInstanceCount: 1 },
      ],
    }),
  )
  await lab.sagemaker.send(new CreateEndpointCommand({ EndpointName: 'e', EndpointConfigName: 'c' }))
  await inService(lab)
}

const inService = (lab: Lab) =>
  eventually(
    () => lab.sagemaker.send(new DescribeEndpointCommand({ EndpointName: 'e' })),
    ({ EndpointStatus }) => EndpointStatus === 'InService',
  )

const servingPid = async (runtime: SageMakerRuntimeClient) => {
  const { Body } = await runtime.send(new InvokeEndpointCommand({ EndpointName: 'e', Body: 'x' }))
  return Number(Buffer.from(Body).toString().replace('pid ', ''))
}

/** A zombie, which nobody has reaped, is dead. */
const isAlive = (pid: number): boolean => {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' })
  return stdout.trim() !== '' && !stdout.trim().startsWith('Z')
}

test('after kill -9 the engine goes on: training from its checkpoint, the execution to its end, the endpoint in service', async () => {
  const first = await startTestEngine({ home })
  await openLab(first)
  await first.stop()
  const before = await startChild()
  await before.put('code/train.mjs', TRAIN)
  await before.put('code/process.mjs', PROCESS)
  const bytes = crypto.getRandomValues(new Uint8Array(50_000))
  await before.put('kept.bin', bytes)
  await serve(before)
  const oldServingPid = await servingPid(before.runtime)
  await before.sagemaker.send(
    new CreatePipelineCommand({
      PipelineName: 'p',
      RoleArn: before.roleArn,
      ClientRequestToken: 'token-token-token-token-token-token',
      PipelineDefinition: JSON.stringify(definition(before.roleArn)),
    }),
  )
  const { PipelineExecutionArn } = await before.sagemaker.send(
    new StartPipelineExecutionCommand({ PipelineName: 'p', ClientRequestToken: crypto.randomUUID() }),
  )
  const trainingJob = async (lab: Lab) => {
    const { PipelineExecutionSteps: steps } = await lab.sagemaker.send(
      new ListPipelineExecutionStepsCommand({ PipelineExecutionArn }),
    )
    return steps
      ?.find(({ StepName }) => StepName === 'Train')
      ?.Metadata?.TrainingJob?.Arn?.split('/')
      .at(-1)
  }
  const name = await eventually(
    () => trainingJob(before),
    (found) => found !== undefined,
  )
  const checkpoint = join(home, 'jobs', `training-${name}`, 'opt-ml', 'checkpoints', 'state.json')
  await eventually(
    async () => readFile(checkpoint, 'utf8').catch(() => '{"epoch":0}'),
    (text) => (JSON.parse(text) as { epoch: number }).epoch >= 5,
  )
  await before.kill()

  const after = await startChild()
  expect(isAlive(oldServingPid)).toBe(false)
  const execution = await eventually(
    () => after.sagemaker.send(new DescribePipelineExecutionCommand({ PipelineExecutionArn })),
    ({ PipelineExecutionStatus }) => PipelineExecutionStatus !== 'Executing',
  )
  expect(execution.PipelineExecutionStatus).toBe('Succeeded')
  // The same job, not a second one, interrupted once and begun again from its checkpoint.
  expect(await trainingJob(after)).toBe(name)
  const job = await after.sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: name }))
  expect(job.SecondaryStatusTransitions?.map(({ Status }) => Status)).toEqual([
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
  const state = JSON.parse(await after.text('checkpoints/state.json')) as { epoch: number; starts: number[] }
  expect(state.epoch).toBe(40)
  expect(state.starts).toHaveLength(2)
  expect(state.starts[0]).toBe(0)
  expect(state.starts[1]).toBeGreaterThanOrEqual(5)
  expect(await after.text('after/done.txt')).toBe('done')
  expect(Buffer.from(await after.bytes('kept.bin')).equals(bytes)).toBe(true)
  await inService(after)
  expect(await servingPid(after.runtime)).not.toBe(oldServingPid)

  // A clean end leaves no process behind.
  const newServingPid = await servingPid(after.runtime)
  await after.kill()
  const last = await startTestEngine({ home })
  await last.stop()
  expect(isAlive(newServingPid)).toBe(false)
})

test('after kill -9 a tuning job goes on, and runs no training job twice', async () => {
  const first = await startTestEngine({ home })
  await openLab(first)
  await first.stop()
  const before = await startChild()
  await before.put('code/train.mjs', TRAIN.replace('< 40', '< 15'))
  const HyperParameterTuningJobName = 'hunt'
  await before.sagemaker.send(
    new CreateHyperParameterTuningJobCommand({
      HyperParameterTuningJobName,
      HyperParameterTuningJobConfig: {
        Strategy: 'Grid',
        HyperParameterTuningJobObjective: { Type: 'Maximize', MetricName: 'epoch' },
        ResourceLimits: { MaxParallelTrainingJobs: 1 },
        ParameterRanges: { CategoricalParameterRanges: [{ Name: 'kind', Values: ['a', 'b'] }] },
      },
      TrainingJobDefinition: {
        RoleArn: before.roleArn,
        AlgorithmSpecification: {
          TrainingImage: NODE_IMAGE,
          TrainingInputMode: 'File',
          MetricDefinitions: [{ Name: 'epoch', Regex: 'epoch=([0-9]+)' }],
        },
        StaticHyperParameters: { sagemaker_program: 'train.mjs' },
        InputDataConfig: [{ ChannelName: 'code', DataSource: script(`${LAB}/code/`) }],
        OutputDataConfig: { S3OutputPath: `${LAB}/models` },
        CheckpointConfig: { S3Uri: `${LAB}/tuning` },
        ResourceConfig: { InstanceCount: 1, InstanceType: 'ml.m5.large', VolumeSizeInGB: 1 },
        StoppingCondition: { MaxRuntimeInSeconds: 600 },
      },
    }),
  )
  const trials = async (lab: Lab) => {
    const command = new ListTrainingJobsForHyperParameterTuningJobCommand({ HyperParameterTuningJobName })
    return (await lab.sagemaker.send(command)).TrainingJobSummaries ?? []
  }
  const [one, two] = await eventually(
    () => trials(before),
    (found) => found.length === 2,
  )
  const checkpoint = join(home, 'jobs', `training-${two?.TrainingJobName}`, 'opt-ml', 'checkpoints', 'state.json')
  await eventually(
    async () => readFile(checkpoint, 'utf8').catch(() => '{"epoch":0}'),
    (text) => (JSON.parse(text) as { epoch: number }).epoch >= 5,
  )
  await before.kill()

  const after = await startChild()
  const tuning = await eventually(
    () => after.sagemaker.send(new DescribeHyperParameterTuningJobCommand({ HyperParameterTuningJobName })),
    ({ HyperParameterTuningJobStatus }) => HyperParameterTuningJobStatus !== 'InProgress',
  )
  expect(tuning.HyperParameterTuningJobStatus).toBe('Completed')
  expect((await trials(after)).map(({ TrainingJobName }) => TrainingJobName)).toEqual([
    one?.TrainingJobName,
    two?.TrainingJobName,
  ])
  const startsOf = async (name = '') =>
    (JSON.parse(await after.text(`tuning/${name}/state.json`)) as { starts: number[] }).starts
  expect(await startsOf(one?.TrainingJobName)).toEqual([0])
  expect(await startsOf(two?.TrainingJobName)).toHaveLength(2)
  expect(tuning.BestTrainingJob?.FinalHyperParameterTuningJobObjectiveMetric?.Value).toBe(15)
})
