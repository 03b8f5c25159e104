import type { DescribeTrainingJobCommandOutput } from '@aws-sdk/client-sagemaker'
import { expect, test } from 'vitest'
import { resumedJob } from './resumed-job.ts'

const job = (more: Partial<DescribeTrainingJobCommandOutput> = {}): DescribeTrainingJobCommandOutput => ({
  $metadata: {},
  TrainingJobName: 'experiment-harbour',
  TrainingJobArn: 'arn:aws:sagemaker:us-east-1:000000000000:training-job/experiment-harbour',
  ModelArtifacts: undefined,
  TrainingJobStatus: 'Stopped',
  SecondaryStatus: 'Stopped',
  AlgorithmSpecification: { TrainingInputMode: 'File', TrainingImage: 'skyloop' },
  ResourceConfig: { VolumeSizeInGB: 50 },
  StoppingCondition: { MaxRuntimeInSeconds: 60 },
  CreationTime: new Date(0),
  HyperParameters: { epochs: '9', weights: 'base', patience: '3' },
  CheckpointConfig: { S3Uri: 's3://b/checkpoints/experiment-harbour' },
  OutputDataConfig: { S3OutputPath: 's3://b/training' },
  ...more,
})

test('a training goes on under a new name with the checkpoints and hyperparameters of the old one', () => {
  const next = resumedJob(job(), { patience: '5' })
  expect(next.TrainingJobName).toBe('experiment-harbour-r2')
  expect(next.CheckpointConfig).toEqual({ S3Uri: 's3://b/checkpoints/experiment-harbour' })
  expect(next.HyperParameters).toEqual({ epochs: '9', weights: 'base', patience: '5' })
  expect(resumedJob(job({ TrainingJobName: 'a-r9' }), {}).TrainingJobName).toBe('a-r10')
})

test.each([
  [{ TrainingJobStatus: 'Completed' }, {}, 'is Completed, so there is nothing to go on with'],
  [{ TrainingJobStatus: 'InProgress' }, {}, 'is InProgress'],
  [{ CheckpointConfig: undefined }, {}, 'kept no checkpoints'],
  [{}, { epochs: 'many' }, 'epochs="many"'],
] as const)('%j is refused', (more, set, words) => {
  expect(() => resumedJob(job(more), set)).toThrow(words)
})
