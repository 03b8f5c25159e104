import { IAMClient } from '@aws-sdk/client-iam'
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import {
  DescribePipelineExecutionCommand,
  ListPipelineExecutionStepsCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker'
import { expect, test, vi } from 'vitest'
import { withEngine } from '../../engine/testing.ts'
import { applyGovernance } from '../../governance/apply-governance.ts'
import { integerParameter } from '../dsl/parameter.ts'
import { join } from '../dsl/reference.ts'
import { failStep } from '../steps/control-steps.ts'
import { tuningStep } from '../steps/job-steps.ts'
import { PipelineFactory } from './pipeline-factory.ts'

const ACCOUNT = '000000000000'
const REGION = 'us-east-1'
const BUCKET = `skyloop-${ACCOUNT}-${REGION}`

/** Scores its `kind` by its length, plus its `bonus`. */
const SCRIPT = `
const args = process.argv.slice(2)
const value = (name) => args[args.indexOf('--' + name) + 1]
console.log('score=' + (value('kind').length + Number(value('bonus'))))
`

test('a tuning step runs as the execution role and tells later steps the best, and the best of the rest', async () => {
  await withEngine(async ({ clientConfiguration }) => {
    await applyGovernance(new IAMClient(clientConfiguration), { accountId: ACCOUNT, region: REGION })
    const s3 = new S3Client(clientConfiguration)
    await s3.send(new CreateBucketCommand({ Bucket: BUCKET }))
    await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'code/train.mjs', Body: SCRIPT }))
    const bonus = integerParameter('Bonus', { default: 10 })
    const tune = tuningStep({
      name: 'Find_the_best_kind',
      arguments: {
        HyperParameterTuningJobConfig: {
          Strategy: 'Grid',
          HyperParameterTuningJobObjective: { Type: 'Maximize', MetricName: 'score' },
          ResourceLimits: { MaxParallelTrainingJobs: 1 },
          ParameterRanges: { CategoricalParameterRanges: [{ Name: 'kind', Values: ['a', 'abc', 'ab'] }] },
        },
        TrainingJobDefinition: {
          RoleArn: `arn:aws:iam::${ACCOUNT}:role/SkyloopExecution`,
          AlgorithmSpecification: {
            TrainingImage: `${ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com/skyloop-node:latest`,
            TrainingInputMode: 'File',
            MetricDefinitions: [{ Name: 'score', Regex: 'score=([0-9]+)' }],
          },
          // A number in the execution, a text for the job.
          StaticHyperParameters: { sagemaker_program: 'train.mjs', bonus: join('', [bonus]) },
          InputDataConfig: [
            {
              ChannelName: 'code',
              DataSource: { S3DataSource: { S3Uri: `s3://${BUCKET}/code/`, S3DataType: 'S3Prefix' } },
            },
          ],
          OutputDataConfig: { S3OutputPath: `s3://${BUCKET}/tuned` },
          ResourceConfig: { InstanceCount: 1, InstanceType: 'ml.m5.large', VolumeSizeInGB: 1 },
          StoppingCondition: { MaxRuntimeInSeconds: 60 },
        },
      },
    })
    const { BestTrainingJob, TrainingJobSummaries } = tune.properties
    const say = failStep({
      name: 'Say',
      message: join(' ', [
        BestTrainingJob.TunedHyperParameters['kind'] as never,
        TrainingJobSummaries.at(1).TunedHyperParameters['kind'] as never,
        BestTrainingJob.FinalHyperParameterTuningJobObjectiveMetric.Value as never,
      ]),
    })
    const sagemaker = new SageMakerClient(clientConfiguration)
    const factory = new PipelineFactory({ accountId: ACCOUNT, region: REGION })
    await factory.upsertPipeline(sagemaker, { name: 'tunes', parameters: [bonus], steps: [tune, say] })
    const PipelineExecutionArn = await factory.executePipeline(sagemaker, 'tunes', { parameters: { Bonus: '7' } })
    await vi.waitFor(
      async () => {
        const { PipelineExecutionStatus } = await sagemaker.send(
          new DescribePipelineExecutionCommand({ PipelineExecutionArn }),
        )
        expect(PipelineExecutionStatus).toBe('Failed')
      },
      { timeout: 60_000, interval: 50 },
    )
    const { PipelineExecutionSteps: steps = [] } = await sagemaker.send(
      new ListPipelineExecutionStepsCommand({ PipelineExecutionArn, SortOrder: 'Ascending' }),
    )
    expect(steps.map(({ StepName, StepStatus, FailureReason }) => [StepName, StepStatus, FailureReason])).toEqual([
      ['Find_the_best_kind', 'Succeeded', undefined],
      ['Say', 'Failed', 'abc ab 10'],
    ])
    const name = steps[0]?.Metadata?.TuningJob?.Arn?.split('/').at(-1) ?? ''
    expect(name).toMatch(/^[a-z0-9]{12}-Findthebes-[a-z0-9]{8}$/)
  })
})
