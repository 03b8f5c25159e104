import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  CreateHyperParameterTuningJobCommand,
  DeleteHyperParameterTuningJobCommand,
  DescribeHyperParameterTuningJobCommand,
  DescribeTrainingJobCommand,
  ListHyperParameterTuningJobsCommand,
  ListTagsCommand,
  ListTrainingJobsForHyperParameterTuningJobCommand,
  SageMakerClient,
  StopHyperParameterTuningJobCommand,
} from '@aws-sdk/client-sagemaker'
import type {
  CreateHyperParameterTuningJobRequest,
  HyperParameterTrainingJobDefinition,
  HyperParameterTuningJobConfig,
} from '@aws-sdk/client-sagemaker'
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam'
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts'
import { startTestEngine } from '../../../testing.ts'
import type { TestEngine } from '../../../testing.ts'
import { eventually, LAB, NODE_IMAGE, openLab } from '../testing.ts'
import type { Lab } from '../testing.ts'

/** Scores 10 - (x - 3)²; on `goal=hang` scores badly and then hangs, on `goal=fail` fails. */
const SCRIPT = `
const args = Object.fromEntries(process.argv.slice(2).reduce((all, word, i, words) =>
  word.startsWith('--') ? [...all, [word.slice(2), words[i + 1]]] : all, []))
const x = Number(args.x ?? process.argv[process.argv.indexOf('-x') + 1])
if (args.goal === 'fail') process.exit(1)
for (let epoch = 1; epoch <= 2; epoch++) console.log('score=' + (args.goal === 'hang' ? -99 : 10 - (x - 3) ** 2) + ';')
if (args.goal === 'hang') setInterval(() => {}, 1000)
`

let engine: TestEngine
let lab: Lab
beforeAll(async () => {
  engine = await startTestEngine()
  lab = await openLab(engine)
  await lab.put('code/train.mjs', SCRIPT)
})
afterAll(async () => engine.stop())

const definition = (more: Partial<HyperParameterTrainingJobDefinition> = {}): HyperParameterTrainingJobDefinition => ({
  RoleArn: lab.roleArn,
  AlgorithmSpecification: {
    TrainingImage: NODE_IMAGE,
    TrainingInputMode: 'File',
    MetricDefinitions: [{ Name: 'score', Regex: 'score=([-0-9.e]+);' }],
  },
  StaticHyperParameters: { sagemaker_program: 'train.mjs' },
  InputDataConfig: [
    {
      ChannelName: 'code',
      DataSource: { S3DataSource: { S3Uri: `${LAB}/code/`, S3DataType: 'S3Prefix' } },
    },
  ],
  OutputDataConfig: { S3OutputPath: `${LAB}/tuned` },
  ResourceConfig: { InstanceCount: 1, InstanceType: 'ml.m5.xlarge', VolumeSizeInGB: 1 },
  StoppingCondition: { MaxRuntimeInSeconds: 60 },
  ...more,
})

const request = (
  name: string,
  config: Partial<HyperParameterTuningJobConfig> = {},
  more: Partial<CreateHyperParameterTuningJobRequest> = {},
): CreateHyperParameterTuningJobRequest => ({
  HyperParameterTuningJobName: name,
  HyperParameterTuningJobConfig: {
    Strategy: 'Random',
    HyperParameterTuningJobObjective: { Type: 'Maximize', MetricName: 'score' },
    ResourceLimits: { MaxNumberOfTrainingJobs: 3, MaxParallelTrainingJobs: 2 },
    ParameterRanges: { ContinuousParameterRanges: [{ Name: 'x', MinValue: '0', MaxValue: '10' }] },
    RandomSeed: 7,
    ...config,
  },
  TrainingJobDefinition: definition(),
  ...more,
})

const begin = (...given: Parameters<typeof request>) =>
  lab.sagemaker.send(new CreateHyperParameterTuningJobCommand(request(...given)))
const look = (HyperParameterTuningJobName: string) =>
  lab.sagemaker.send(new DescribeHyperParameterTuningJobCommand({ HyperParameterTuningJobName }))
const ended = (name: string) =>
  eventually(
    () => look(name),
    ({ HyperParameterTuningJobStatus: status }) => !['InProgress', 'Stopping'].includes(status ?? ''),
  )
const trialsOf = async (HyperParameterTuningJobName: string, more = {}) => {
  const command = new ListTrainingJobsForHyperParameterTuningJobCommand({ HyperParameterTuningJobName, ...more })
  return (await lab.sagemaker.send(command)).TrainingJobSummaries ?? []
}
const grid = (name: string, values: string[]) => ({
  Strategy: 'Grid' as const,
  ParameterRanges: { CategoricalParameterRanges: [{ Name: name, Values: values }] },
  ResourceLimits: { MaxParallelTrainingJobs: 1 },
})

describe('a tuning job', () => {
  test('runs training jobs over its ranges and knows the best', async () => {
    await begin('hunt', {}, { Tags: [{ Key: 'team', Value: 'vision' }] })
    const job = await ended('hunt')
    expect(job.FailureReason).toBeUndefined()
    expect(job.HyperParameterTuningJobStatus).toBe('Completed')
    expect(job.TrainingJobStatusCounters).toMatchObject({ Completed: 3, InProgress: 0, Stopped: 0 })
    expect(job.ObjectiveStatusCounters).toEqual({ Succeeded: 3, Pending: 0, Failed: 0 })

    const trials = await trialsOf('hunt', { SortBy: 'FinalObjectiveMetricValue', SortOrder: 'Descending' })
    const scores = trials.map((trial) => trial.FinalHyperParameterTuningJobObjectiveMetric?.Value ?? Number.NaN)
    const expected = trials.map(({ TunedHyperParameters }) => 10 - (Number(TunedHyperParameters?.['x']) - 3) ** 2)
    for (const [i, score] of scores.entries()) expect(score).toBeCloseTo(expected[i] ?? 0, 4)
    expect(scores).toEqual(scores.toSorted((a, b) => b - a))
    expect(job.BestTrainingJob).toEqual(trials[0])
    expect(
      (await trialsOf('hunt')).map(({ TrainingJobName = '' }) => TrainingJobName.replace(/[0-9a-f]{8}$/, '#')),
    ).toEqual(['hunt-001-#', 'hunt-002-#', 'hunt-003-#'])

    const { TrainingJobName = '', TrainingJobArn = '', TunedHyperParameters } = trials[0] ?? {}
    const described = await lab.sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName }))
    expect(described.TuningJobArn).toBe(job.HyperParameterTuningJobArn)
    expect(described.HyperParameters).toEqual({
      sagemaker_program: 'train.mjs',
      _tuning_objective_metric: 'score',
      ...TunedHyperParameters,
    })
    const { Tags } = await lab.sagemaker.send(new ListTagsCommand({ ResourceArn: TrainingJobArn }))
    expect(Tags).toEqual([{ Key: 'team', Value: 'vision' }])
  })

  test('by the same seed tries the same combinations', async () => {
    await begin('again')
    await ended('again')
    const tuned = async (name: string) => (await trialsOf(name)).map(({ TunedHyperParameters }) => TunedHyperParameters)
    expect(await tuned('again')).toEqual(await tuned('hunt'))
  })

  test('by grid runs every combination, and minimises when asked to', async () => {
    await begin('grid', {
      ...grid('x', ['3', '5', '4']),
      HyperParameterTuningJobObjective: { Type: 'Minimize', MetricName: 'score' },
    })
    const job = await ended('grid')
    expect(job.TrainingJobStatusCounters?.Completed).toBe(3)
    expect(job.BestTrainingJob?.TunedHyperParameters).toEqual({ x: '5' })
    expect(job.BestTrainingJob?.FinalHyperParameterTuningJobObjectiveMetric?.Value).toBe(6)
  })

  test('stops early the job that does worse than the median of those before', async () => {
    await begin(
      'early',
      { ...grid('goal', ['a', 'b', 'c', 'hang']), TrainingJobEarlyStoppingType: 'Auto' },
      { TrainingJobDefinition: definition({ StaticHyperParameters: { sagemaker_program: 'train.mjs', x: '2' } }) },
    )
    const job = await ended('early')
    expect(job.HyperParameterTuningJobStatus).toBe('Completed')
    expect(job.TrainingJobStatusCounters).toMatchObject({ Completed: 3, Stopped: 1 })
    expect(job.ObjectiveStatusCounters).toMatchObject({ Succeeded: 4 })
    expect((await trialsOf('early', { StatusEquals: 'Stopped' })).map((each) => each.TunedHyperParameters)).toEqual([
      { goal: 'hang' },
    ])
  })

  test('launches no more jobs once the wanted value is reached', async () => {
    await begin('target', {
      ...grid('x', ['0', '3', '5', '6']),
      TuningJobCompletionCriteria: { TargetObjectiveMetricValue: 9.5 },
    })
    const job = await ended('target')
    expect(job.HyperParameterTuningJobStatus).toBe('Completed')
    expect((await trialsOf('target')).map((trial) => trial.TunedHyperParameters?.['x'])).toEqual(['0', '3'])
  })

  test('launches no more jobs when several in a row were no better', async () => {
    await begin('patience', {
      ...grid('x', ['3', '4', '5', '2']),
      TuningJobCompletionCriteria: { BestObjectiveNotImproving: { MaxNumberOfTrainingJobsNotImproving: 2 } },
    })
    const job = await ended('patience')
    expect(job.TuningJobCompletionDetails?.NumberOfTrainingJobsObjectiveNotImproving).toBe(2)
    expect(await trialsOf('patience')).toHaveLength(3)
  })

  test('that runs out of time stops what runs', async () => {
    await begin('late', {
      ...grid('goal', ['hang', 'a']),
      ResourceLimits: { MaxParallelTrainingJobs: 1, MaxRuntimeInSeconds: 1 },
    })
    const job = await ended('late')
    expect(job.TrainingJobStatusCounters).toMatchObject({ Completed: 0, Stopped: 1 })
    expect(await trialsOf('late')).toHaveLength(1)
  })

  test('fails when no training job succeeds', async () => {
    await begin(
      'hopeless',
      {
        ResourceLimits: { MaxNumberOfTrainingJobs: 9, MaxParallelTrainingJobs: 1 },
      },
      {
        TrainingJobDefinition: definition({ StaticHyperParameters: { sagemaker_program: 'train.mjs', goal: 'fail' } }),
      },
    )
    const job = await ended('hopeless')
    expect(job.HyperParameterTuningJobStatus).toBe('Failed')
    expect(job.FailureReason).toContain('No training job succeeded after 5 attempts.')
    expect(job.TrainingJobStatusCounters).toMatchObject({ NonRetryableError: 5 })
    expect(job.BestTrainingJob).toBeUndefined()
  })

  test('that is stopped stops its training jobs, and then may be deleted', async () => {
    await begin('stopped', grid('goal', ['hang', 'a']))
    const [trial] = await eventually(
      () => trialsOf('stopped'),
      ([first]) => first?.TrainingStartTime !== undefined,
    )
    const target = { HyperParameterTuningJobName: 'stopped' }
    await expect(lab.sagemaker.send(new DeleteHyperParameterTuningJobCommand(target))).rejects.toMatchObject({
      name: 'ResourceInUse',
    })
    await lab.sagemaker.send(new StopHyperParameterTuningJobCommand(target))
    const job = await ended('stopped')
    expect(job.HyperParameterTuningJobStatus).toBe('Stopped')
    expect(job.TrainingJobStatusCounters).toMatchObject({ Stopped: 1, Completed: 0 })
    await expect(lab.sagemaker.send(new StopHyperParameterTuningJobCommand(target))).rejects.toThrow('status Stopped')
    await lab.sagemaker.send(new DeleteHyperParameterTuningJobCommand(target))
    await expect(look('stopped')).rejects.toMatchObject({ name: 'ResourceNotFound' })
    const { TrainingJobName } = trial ?? {}
    const left = await lab.sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName }))
    expect([left.TrainingJobStatus, left.TuningJobArn]).toEqual(['Stopped', undefined])
  })

  test('is listed by name', async () => {
    const { HyperParameterTuningJobSummaries: found } = await lab.sagemaker.send(
      new ListHyperParameterTuningJobsCommand({ StatusEquals: 'Completed', MaxResults: 3 }),
    )
    expect(found?.map((each) => [each.HyperParameterTuningJobName, each.Strategy])).toEqual([
      ['again', 'Random'],
      ['early', 'Grid'],
      ['grid', 'Grid'],
    ])
  })
})

test('who may create tuning jobs and pass the role needs no right to create training jobs', async () => {
  const iam = new IAMClient(engine.clientConfiguration)
  const may = async (RoleName: string, actions: Record<string, string>): Promise<SageMakerClient> => {
    const document = (statements: object[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements })
    const account = { Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::000000000000:root' }, Action: 'sts:AssumeRole' }
    await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: document([account]) }))
    const statements = Object.entries(actions).map(([Action, Resource]) => ({ Effect: 'Allow', Action, Resource }))
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'own', PolicyDocument: document(statements) }))
    const RoleArn = `arn:aws:iam::000000000000:role/${RoleName}`
    const sts = new STSClient(engine.clientConfiguration)
    const { Credentials: keys } = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'test' }))
    const credentials = {
      accessKeyId: keys?.AccessKeyId ?? '',
      secretAccessKey: keys?.SecretAccessKey ?? '',
      sessionToken: keys?.SessionToken ?? '',
    }
    return new SageMakerClient({ ...engine.clientConfiguration, credentials })
  }
  const create = { 'sagemaker:CreateHyperParameterTuningJob': '*' }
  const command = new CreateHyperParameterTuningJobCommand(request('by-role', grid('x', ['1'])))
  await expect((await may('Lonely', create)).send(command)).rejects.toThrow('iam:PassRole')
  await (await may('Tuner', { ...create, 'iam:PassRole': lab.roleArn })).send(command)
  expect((await ended('by-role')).TrainingJobStatusCounters?.Completed).toBe(1)
})

const limits = (more: object) => ({ ResourceLimits: { MaxParallelTrainingJobs: 1, ...more } })
test.each([
  ['a name that leaves no room', 'n'.repeat(33), {}, {}, 'hyperParameterTuningJobName'],
  ['a missing bound', 'bad', limits({}), {}, 'needs MaxNumberOfTrainingJobs or MaxRuntimeInSeconds'],
  ['too many jobs', 'bad', limits({ MaxNumberOfTrainingJobs: 751 }), {}, 'must be from 1 to 750'],
  [
    'an unknown metric',
    'bad',
    { HyperParameterTuningJobObjective: { Type: 'Maximize', MetricName: 'map' } },
    {},
    'score',
  ],
  ['a bad range', 'bad', { ParameterRanges: {} }, {}, 'no range to search'],
  ['a grid of numbers', 'bad', { Strategy: 'Grid', ...limits({}) }, {}, 'Grid searches categorical parameters only'],
  [
    'a grid cut short',
    'bad',
    { ...grid('x', ['1', '2']), ...limits({ MaxNumberOfTrainingJobs: 1 }) },
    {},
    '2 combinations',
  ],
  ['Hyperband', 'bad', { Strategy: 'Hyperband' }, {}, 'Strategy Hyperband is not implemented by this engine'],
  [
    'a warm start',
    'bad',
    {},
    { WarmStartConfig: { ParentHyperParameterTuningJobs: [], WarmStartType: 'TransferLearning' } },
    'WarmStartConfig is not',
  ],
] as const)('refuses %s', async (_, name, config, more, words) => {
  await expect(
    begin(
      name,
      config as Partial<HyperParameterTuningJobConfig>,
      more as Partial<CreateHyperParameterTuningJobRequest>,
    ),
  ).rejects.toMatchObject({ name: 'ValidationException', message: expect.stringContaining(words) as string })
})

test('refuses a definition that CreateTrainingJob would refuse, and a hyperparameter both static and tuned', async () => {
  const wide = { InstanceCount: 2, InstanceType: 'ml.m5.xlarge', VolumeSizeInGB: 1 } as const
  await expect(begin('bad', {}, { TrainingJobDefinition: definition({ ResourceConfig: wide }) })).rejects.toMatchObject(
    { name: 'ResourceLimitExceeded' },
  )
  await expect(
    begin('bad', {}, { TrainingJobDefinition: definition({ StaticHyperParameters: { x: '1' } }) }),
  ).rejects.toThrow('both static and tuned: x')
})
