import { afterAll, beforeAll, expect, test } from 'vitest'
import { CloudWatchLogsClient, CreateLogGroupCommand, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge'
import {
  CreateHyperParameterTuningJobCommand,
  CreateModelPackageCommand,
  CreateModelPackageGroupCommand,
  CreatePipelineCommand,
  StartPipelineExecutionCommand,
  UpdateModelPackageCommand,
} from '@aws-sdk/client-sagemaker'
import { startTestEngine } from '../../testing.ts'
import type { TestEngine } from '../../testing.ts'
import { eventually, NODE_IMAGE, openLab } from './testing.ts'
import type { Lab } from './testing.ts'

let engine: TestEngine
let lab: Lab
beforeAll(async () => {
  engine = await startTestEngine()
  lab = await openLab(engine)
  const events = new EventBridgeClient(engine.clientConfiguration)
  const logs = new CloudWatchLogsClient(engine.clientConfiguration)
  await logs.send(new CreateLogGroupCommand({ logGroupName: '/aws/events/all' }))
  await events.send(new PutRuleCommand({ Name: 'all', EventPattern: '{"source":["aws.sagemaker"]}' }))
  const Arn = 'arn:aws:logs:us-east-1:000000000000:log-group:/aws/events/all'
  await events.send(new PutTargetsCommand({ Rule: 'all', Targets: [{ Id: 'log', Arn }] }))
})
afterAll(async () => engine.stop())

interface BusEvent {
  readonly 'detail-type': string
  readonly resources: string[]
  readonly detail: Record<string, unknown>
}

/** Every event so far, once there are `count` of a type. */
async function events(type: string, count: number): Promise<BusEvent[]> {
  const logs = new CloudWatchLogsClient(engine.clientConfiguration)
  const all = await eventually(
    async () => {
      const { events: lines = [] } = await logs.send(new FilterLogEventsCommand({ logGroupName: '/aws/events/all' }))
      return lines
        .map(({ message }) => JSON.parse(message ?? '') as BusEvent)
        .filter((each) => each['detail-type'] === type)
    },
    (found) => found.length >= count,
  )
  return all
}

test('an execution, its step and its job tell of every change', async () => {
  const RoleArn = lab.roleArn
  await lab.sagemaker.send(
    new CreatePipelineCommand({
      PipelineName: 'p',
      RoleArn,
      ClientRequestToken: 'x'.repeat(36),
      PipelineDefinition: JSON.stringify({
        Version: '2020-12-01',
        Steps: [
          {
            Name: 'Only',
            Type: 'Processing',
            Arguments: {
              RoleArn,
              AppSpecification: { ImageUri: NODE_IMAGE, ContainerEntrypoint: ['node', '-e', '0'] },
              ProcessingResources: {
                ClusterConfig: { InstanceCount: 1, InstanceType: 'ml.t3.medium', VolumeSizeInGB: 1 },
              },
            },
          },
        ],
      }),
    }),
  )
  const { PipelineExecutionArn } = await lab.sagemaker.send(
    new StartPipelineExecutionCommand({ PipelineName: 'p', ClientRequestToken: crypto.randomUUID() }),
  )
  const runs = await events('SageMaker Model Building Pipeline Execution Status Change', 2)
  expect(
    runs.map(({ detail }) => [detail['previousPipelineExecutionStatus'], detail['currentPipelineExecutionStatus']]),
  ).toEqual([
    [undefined, 'Executing'],
    ['Executing', 'Succeeded'],
  ])
  expect(runs[1]?.detail['pipelineExecutionArn']).toBe(PipelineExecutionArn)
  const steps = await events('SageMaker Model Building Pipeline Execution Step Status Change', 3)
  expect(steps.map(({ detail }) => [detail['stepName'], detail['currentStepStatus']])).toEqual([
    ['Only', 'Starting'],
    ['Only', 'Executing'],
    ['Only', 'Succeeded'],
  ])
  expect(steps[2]?.detail['metadata']).toEqual({
    processingJob: { arn: expect.stringContaining(':processing-job/pipelines-') },
  })
  const jobs = await events('SageMaker Processing Job State Change', 2)
  expect(jobs.map(({ detail }) => detail['ProcessingJobStatus'])).toEqual(['InProgress', 'Completed'])
})

test('a model package tells of its registration and its approval', async () => {
  await lab.sagemaker.send(new CreateModelPackageGroupCommand({ ModelPackageGroupName: 'g' }))
  const { ModelPackageArn } = await lab.sagemaker.send(new CreateModelPackageCommand({ ModelPackageGroupName: 'g' }))
  await lab.sagemaker.send(new UpdateModelPackageCommand({ ModelPackageArn, ModelApprovalStatus: 'Approved' }))
  const told = await events('SageMaker Model Package State Change', 2)
  expect(
    told.map(({ resources, detail }) => [resources[0], detail['ModelPackageVersion'], detail['ModelApprovalStatus']]),
  ).toEqual([
    [ModelPackageArn, 1, 'PendingManualApproval'],
    [ModelPackageArn, 1, 'Approved'],
  ])
})

test('a tuning job tells of its beginning and its end, with what came of its training jobs', async () => {
  await lab.put('tuned/train.mjs', "console.log('score=1;')")
  const S3Uri = 's3://lab/tuned/'
  const { HyperParameterTuningJobArn } = await lab.sagemaker.send(
    new CreateHyperParameterTuningJobCommand({
      HyperParameterTuningJobName: 'told',
      Tags: [{ Key: 'team', Value: 'vision' }],
      HyperParameterTuningJobConfig: {
        Strategy: 'Grid',
        HyperParameterTuningJobObjective: { Type: 'Maximize', MetricName: 'score' },
        ResourceLimits: { MaxParallelTrainingJobs: 1 },
        ParameterRanges: { CategoricalParameterRanges: [{ Name: 'kind', Values: ['a', 'b'] }] },
      },
      TrainingJobDefinition: {
        RoleArn: lab.roleArn,
        AlgorithmSpecification: {
          TrainingImage: NODE_IMAGE,
          TrainingInputMode: 'File',
          MetricDefinitions: [{ Name: 'score', Regex: 'score=([0-9]+);' }],
        },
        StaticHyperParameters: { sagemaker_program: 'train.mjs' },
        InputDataConfig: [{ ChannelName: 'code', DataSource: { S3DataSource: { S3Uri, S3DataType: 'S3Prefix' } } }],
        OutputDataConfig: { S3OutputPath: 's3://lab/models' },
        ResourceConfig: { InstanceCount: 1, InstanceType: 'ml.m5.large', VolumeSizeInGB: 1 },
        StoppingCondition: { MaxRuntimeInSeconds: 60 },
      },
    }),
  )
  const told = await events('SageMaker HyperParameter Tuning Job State Change', 2)
  expect(told.map(({ detail }) => detail['HyperParameterTuningJobStatus'])).toEqual(['InProgress', 'Completed'])
  expect(told[1]?.resources).toEqual([HyperParameterTuningJobArn])
  expect(told[1]?.detail).toMatchObject({
    HyperParameterTuningJobName: 'told',
    TrainingJobStatusCounters: { Completed: 2, InProgress: 0 },
    ObjectiveStatusCounters: { Succeeded: 2 },
    Tags: { team: 'vision' },
  })
})
