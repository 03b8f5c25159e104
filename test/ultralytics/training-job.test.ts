import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateTrainingJobCommand, DescribeTrainingJobCommand, StopTrainingJobCommand } from '@aws-sdk/client-sagemaker'
import type { DescribeTrainingJobCommandOutput } from '@aws-sdk/client-sagemaker'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { unpackTarGz } from '../../src/engine/runner/archive.ts'
import { eventually, LAB, type Lab, openLab } from '../../src/engine/services/sagemaker/testing.ts'
import { startTestEngine, type TestEngine } from '../../src/engine/testing.ts'
import { TRAINING_METRICS } from '../../src/pipeline/factory/create-training-step.ts'
import { openDetector } from '../../src/yolo/runtime/detector-session.ts'
import { writeRectangles } from '../generated-dataset.ts'

const IMAGE = '000000000000.dkr.ecr.us-east-1.amazonaws.com/skyloop-ultralytics:latest'
const PYTHON = process.env['SKYLOOP_PYTHON']

let engine: TestEngine
let lab: Lab
let folder: string
beforeAll(async () => {
  engine = await startTestEngine()
  lab = await openLab(engine)
  folder = await mkdtemp(join(tmpdir(), 'skyloop-ultralytics-'))
})
afterAll(async () => {
  await engine.stop()
  await rm(folder, { recursive: true })
})

interface TrainingJob {
  readonly hyperparameters: Record<string, string>
  /** Folder of checkpoints, which a later job may go on from. @default the job's own */
  readonly checkpoints?: string
  /** Channels besides the data set. */
  readonly channels?: readonly string[]
}

async function start(name: string, { hyperparameters, checkpoints = name, channels = [] }: TrainingJob): Promise<void> {
  await lab.sagemaker.send(
    new CreateTrainingJobCommand({
      TrainingJobName: name,
      RoleArn: lab.roleArn,
      AlgorithmSpecification: { TrainingImage: IMAGE, TrainingInputMode: 'File', MetricDefinitions: TRAINING_METRICS },
      HyperParameters: hyperparameters,
      InputDataConfig: ['dataset', ...channels].map((channel) => ({
        ChannelName: channel,
        DataSource: { S3DataSource: { S3Uri: `${LAB}/${channel}/`, S3DataType: 'S3Prefix' } },
      })),
      CheckpointConfig: { S3Uri: `${LAB}/checkpoints/${checkpoints}` },
      OutputDataConfig: { S3OutputPath: `${LAB}/models` },
      ResourceConfig: { InstanceCount: 1, InstanceType: 'ml.m5.xlarge', VolumeSizeInGB: 1 },
      StoppingCondition: { MaxRuntimeInSeconds: 600 },
    }),
  )
}

const ended = (name: string): Promise<DescribeTrainingJobCommandOutput> =>
  eventually(
    () => lab.sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: name })),
    ({ TrainingJobStatus }) => TrainingJobStatus !== 'InProgress' && TrainingJobStatus !== 'Stopping',
  )

async function train(
  name: string,
  hyperparameters: Record<string, string>,
  more: Omit<TrainingJob, 'hyperparameters'> = {},
) {
  await start(name, { hyperparameters, ...more })
  return ended(name)
}

interface Metrics extends Record<string, unknown> {
  readonly epochs: number
  readonly start: { readonly map50: number } | null
  readonly startedFrom: unknown
}

/** Unpacks what a job has left, and reads its metrics. */
async function modelOf(job: DescribeTrainingJobCommandOutput): Promise<{ folder: string; metrics: Metrics }> {
  const archive = job.ModelArtifacts!.S3ModelArtifacts!.slice(`${LAB}/`.length)
  const model = join(folder, job.TrainingJobName!)
  await writeFile(`${model}.tar.gz`, await lab.bytes(archive))
  await unpackTarGz(`${model}.tar.gz`, model)
  return { folder: model, metrics: JSON.parse(await readFile(join(model, 'metrics.json'), 'utf8')) as Metrics }
}

async function putDataset(): Promise<void> {
  await writeRectangles(join(folder, 'data', 'train'), 8, 64, 1)
  await writeRectangles(join(folder, 'data', 'val'), 4, 64, 2)
  for (const split of ['train', 'val']) {
    for (const kind of ['images', 'labels']) {
      for (const name of await readdir(join(folder, 'data', split, kind))) {
        await lab.put(`dataset/${split}/${kind}/${name}`, await readFile(join(folder, 'data', split, kind, name)))
      }
    }
  }
  await lab.put('dataset/classes.txt', 'bright\ndark\n')
  await lab.put('dataset/dataset.json', '{"tile":{"size":128,"overlap":0.2,"scale":0.5},"contentHash":"abc"}')
}

test.skipIf(PYTHON !== undefined)('without a Python the job fails and names what is missing', async () => {
  await putDataset()
  const { TrainingJobStatus, FailureReason } = await train('no-python', { epochs: '1' })
  expect(TrainingJobStatus).toBe('Failed')
  expect(FailureReason).toMatch(/^ClientError: .*skyloop-ultralytics:latest needs a Python.*SKYLOOP_PYTHON/)
})

// Needs the library, which is not part of the project: SKYLOOP_PYTHON=/path/to/python npx vitest run test/ultralytics
describe.skipIf(PYTHON === undefined)('a training job with the library', { timeout: 400_000 }, () => {
  beforeAll(putDataset)

  test('leaves a model that opens here, metrics of the same names, and checkpoints', async () => {
    const job = await train('learns', { epochs: '1', batch: '4', imgsz: '64', seed: '3' })
    expect([job.TrainingJobStatus, job.FailureReason]).toEqual(['Completed', undefined])
    const names = job.FinalMetricDataList?.map(({ MetricName }) => MetricName)
    expect(names).toEqual(expect.arrayContaining(['train_loss', 'val_map50', 'images_per_second']))
    const { folder: model, metrics } = await modelOf(job)
    expect((await readdir(model)).sort()).toEqual(['metrics.json', 'model.onnx', 'model.pt'])
    expect(metrics).toMatchObject({
      status: 'completed',
      epochs: 1,
      bestEpoch: 1,
      steps: 2,
      classes: ['bright', 'dark'],
      datasetHash: 'abc',
      start: null,
      startedFrom: null,
      validation: { perClass: { bright: {}, dark: {} } },
    })
    await using session = await openDetector(join(model, 'model.onnx'))
    expect([session.classNames, session.classCount]).toEqual([['bright', 'dark'], 2])
    expect(JSON.parse(session.metadata['tile']!)).toEqual({ size: 128, overlap: 0.2, scale: 0.5 })
    expect(await lab.bytes('checkpoints/learns/run/weights/last.pt')).not.toHaveLength(0)
  })

  test('goes on where it was stopped, and measures the weights that another one starts from', async () => {
    // So many that the first checkpoint is seen long before the last.
    const hyperparameters = { epochs: '60', batch: '4', imgsz: '64', seed: '3' }
    await start('halts', { hyperparameters })
    const state = 'checkpoints/halts/state.json'
    await eventually(
      () => lab.bytes(state).catch(() => undefined),
      (bytes) => bytes !== undefined,
    )
    await lab.sagemaker.send(new StopTrainingJobCommand({ TrainingJobName: 'halts' }))
    const halted = await ended('halts')
    expect([halted.TrainingJobStatus, halted.FailureReason]).toEqual(['Stopped', undefined])
    const first = await modelOf(halted)
    expect(first.metrics).toMatchObject({ status: 'interrupted' })
    expect(first.metrics.epochs).toBeGreaterThan(0)
    expect(first.metrics.epochs).toBeLessThan(60)

    const other = await train('goes-on', hyperparameters, { checkpoints: 'halts' })
    expect([other.TrainingJobStatus, other.FailureReason]).toEqual(['Completed', undefined])
    const second = await modelOf(other)
    expect(second.metrics).toMatchObject({ status: 'completed', epochs: 60, steps: 120 })
    const rows = (await lab.text(state)).match(/"epoch": \d+/g)
    expect(rows).toEqual(Array.from({ length: 60 }, (_, i) => `"epoch": ${i + 1}`))

    await lab.put('weights/model.pt', await readFile(join(second.folder, 'model.pt')))
    const tuned = await train('tunes', { ...hyperparameters, epochs: '1' }, { channels: ['weights'] })
    expect([tuned.TrainingJobStatus, tuned.FailureReason]).toEqual(['Completed', undefined])
    const { start: before, startedFrom } = (await modelOf(tuned)).metrics
    expect(startedFrom).toEqual({ file: 'model.pt' })
    // The same weights on the same images as at the end of the training before.
    expect(before).toEqual({
      map50: expect.closeTo((second.metrics['validation'] as { map50: number }).map50, 6) as number,
      map50_95: expect.closeTo((second.metrics['validation'] as { map50_95: number }).map50_95, 6) as number,
    })
  })

  test('refuses what the library cannot do, all at once', async () => {
    const job = await train('refused', { rotate90: '0.5', clip_norm: '1', epoch: '3' })
    expect(job.TrainingJobStatus).toBe('Failed')
    for (const part of [
      'rotate90="0.5" cannot be had',
      'clip_norm="1" cannot be had',
      'unknown hyperparameter "epoch"',
    ]) {
      expect(job.FailureReason).toContain(part)
    }
  })
})
