import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CreateTrainingJobCommand, DescribeTrainingJobCommand, StopTrainingJobCommand } from '@aws-sdk/client-sagemaker'
import type { CreateTrainingJobRequest } from '@aws-sdk/client-sagemaker'
import { unpackTarGz } from '../../../runner/archive.ts'
import { listFiles } from '../../../runner/s3-output.ts'
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

async function begin(name: string, script: string, more: Partial<CreateTrainingJobRequest> = {}) {
  await lab.put(`code/${name}/train.mjs`, script)
  await lab.sagemaker.send(
    new CreateTrainingJobCommand({
      TrainingJobName: name,
      RoleArn: lab.roleArn,
      AlgorithmSpecification: {
        TrainingImage: NODE_IMAGE,
        TrainingInputMode: 'File',
        MetricDefinitions: [{ Name: 'val:map50', Regex: 'val_map50=([0-9.]+)' }],
      },
      HyperParameters: { sagemaker_program: 'train.mjs', epochs: '3' },
      InputDataConfig: [
        {
          ChannelName: 'code',
          DataSource: { S3DataSource: { S3Uri: `${LAB}/code/${name}/`, S3DataType: 'S3Prefix' } },
        },
      ],
      OutputDataConfig: { S3OutputPath: `${LAB}/models` },
      ResourceConfig: { InstanceCount: 1, InstanceType: 'ml.m5.xlarge', VolumeSizeInGB: 1 },
      StoppingCondition: { MaxRuntimeInSeconds: 60 },
      ...more,
    }),
  )
}

const look = (name: string) => lab.sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: name }))
const ended = (name: string) =>
  eventually(
    () => look(name),
    ({ TrainingJobStatus }) => !['InProgress', 'Stopping'].includes(TrainingJobStatus ?? ''),
  )

describe('a training job', () => {
  test('leaves a model, further data, metrics and checkpoints', async () => {
    await begin(
      'learns',
      `import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
       const base = process.env.SAGEMAKER_BASE_DIR
       const hp = JSON.parse(readFileSync(base + '/input/config/hyperparameters.json', 'utf8'))
       for (let epoch = 1; epoch <= Number(hp.epochs); epoch++) console.log('epoch=' + epoch + ' val_map50=0.' + epoch)
       mkdirSync(base + '/model/sub')
       writeFileSync(base + '/model/sub/model.onnx', 'weights')
       writeFileSync(base + '/model/empty.txt', '')
       writeFileSync(base + '/output/data/args.json', JSON.stringify(process.argv.slice(2)))
       writeFileSync(base + '/checkpoints/last.bin', 'state')`,
      { CheckpointConfig: { S3Uri: `${LAB}/checkpoints/learns` } },
    )
    const job = await ended('learns')
    expect(job.FailureReason).toBeUndefined()
    expect(job.TrainingJobStatus).toBe('Completed')
    expect(job.SecondaryStatusTransitions?.map(({ Status }) => Status)).toEqual([
      'Starting',
      'Downloading',
      'Training',
      'Uploading',
      'Completed',
    ])
    expect(job.FinalMetricDataList?.map(({ MetricName, Value }) => [MetricName, Value])).toEqual([['val:map50', 0.3]])
    expect(job.ModelArtifacts?.S3ModelArtifacts).toBe(`${LAB}/models/learns/output/model.tar.gz`)
    expect(await lab.text('checkpoints/learns/last.bin')).toBe('state')
    const folder = await mkdtemp(join(tmpdir(), 'skyloop-model-'))
    const { writeFile } = await import('node:fs/promises')
    await writeFile(join(folder, 'model.tar.gz'), await lab.bytes('models/learns/output/model.tar.gz'))
    await unpackTarGz(join(folder, 'model.tar.gz'), join(folder, 'model'))
    const files = await listFiles(join(folder, 'model'))
    expect(files.map(({ name, sizeBytes }) => [name, sizeBytes])).toEqual([
      ['empty.txt', 0],
      ['sub/model.onnx', 7],
    ])
    await rm(folder, { recursive: true })
  })

  test('that fails gives the words of its failure file', async () => {
    await begin(
      'diverges',
      `import { writeFileSync } from 'node:fs'
       writeFileSync(process.env.SAGEMAKER_BASE_DIR + '/output/failure', 'loss is NaN at step 12')
       process.exit(1)`,
    )
    const job = await ended('diverges')
    expect(job.TrainingJobStatus).toBe('Failed')
    expect(job.FailureReason).toBe('AlgorithmError: loss is NaN at step 12, exit code: 1')
  })

  test('that is stopped may save its model', async () => {
    await begin(
      'stopped',
      `import { writeFileSync } from 'node:fs'
       process.on('SIGTERM', () => {
         writeFileSync(process.env.SAGEMAKER_BASE_DIR + '/model/partial.bin', 'half')
         process.exit(0)
       })
       setInterval(() => {}, 1000)
       console.log('val_map50=0.5')`,
    )
    // The process is up once its first line has been read.
    await eventually(
      async () => engine.engine.store.collection<{ process?: unknown }>('sagemaker.training-job').get('stopped'),
      (job) => job?.process !== undefined,
    )
    await new Promise((resolve) => setTimeout(resolve, 300))
    await lab.sagemaker.send(new StopTrainingJobCommand({ TrainingJobName: 'stopped' }))
    const job = await ended('stopped')
    expect([job.TrainingJobStatus, job.SecondaryStatus]).toEqual(['Stopped', 'Stopped'])
    expect(job.ModelArtifacts?.S3ModelArtifacts).toBe(`${LAB}/models/stopped/output/model.tar.gz`)
    expect(job.FinalMetricDataList?.[0]?.Value).toBeCloseTo(0.5)
  })

  test('that outlives its time is stopped as such', async () => {
    await begin('slow', 'setInterval(() => {}, 1000)', { StoppingCondition: { MaxRuntimeInSeconds: 1 } })
    const job = await ended('slow')
    expect([job.TrainingJobStatus, job.SecondaryStatus]).toEqual(['Stopped', 'MaxRuntimeExceeded'])
  })

  test('on several instances is refused', async () => {
    await expect(
      begin('wide', '', { ResourceConfig: { InstanceCount: 2, InstanceType: 'ml.m5.xlarge', VolumeSizeInGB: 1 } }),
    ).rejects.toMatchObject({ name: 'ResourceLimitExceeded' })
  })

  test('with a regex that captures nothing is refused', async () => {
    await expect(
      begin('regex', '', {
        AlgorithmSpecification: {
          TrainingImage: NODE_IMAGE,
          TrainingInputMode: 'File',
          MetricDefinitions: [{ Name: 'x', Regex: 'no group' }],
        },
      }),
    ).rejects.toThrow('has no capture group')
  })
})
