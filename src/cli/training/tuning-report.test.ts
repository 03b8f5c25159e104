import type { HyperParameterTrainingJobSummary } from '@aws-sdk/client-sagemaker'
import { expect, test } from 'vitest'
import { tuningText } from './tuning-report.ts'

const trial = (number: number, value: number | undefined, status: 'Completed' | 'Failed') =>
  ({
    TrainingJobName: `experiment-hunt-00${number}-ab`,
    TrainingJobArn: 'arn',
    CreationTime: new Date(0),
    TrainingStartTime: new Date(1000),
    TrainingEndTime: new Date(13_000),
    TrainingJobStatus: status,
    TunedHyperParameters: { mosaic: '0.5', lr0: `0.00${number}` },
    FinalHyperParameterTuningJobObjectiveMetric:
      value === undefined ? undefined : { MetricName: 'val_map50', Value: value },
  }) satisfies HyperParameterTrainingJobSummary

test('a tuning job ends in a table of its trials and the line that trains with the best', () => {
  const trials = [trial(2, 0.61234, 'Completed'), trial(1, undefined, 'Failed')]
  const text = tuningText(
    {
      job: {
        $metadata: {},
        HyperParameterTuningJobName: 'experiment-hunt',
        HyperParameterTuningJobArn: 'arn',
        HyperParameterTuningJobConfig: {
          Strategy: 'Bayesian',
          HyperParameterTuningJobObjective: { Type: 'Maximize', MetricName: 'val_map50' },
          ResourceLimits: { MaxParallelTrainingJobs: 1 },
        },
        HyperParameterTuningJobStatus: 'Completed',
        CreationTime: new Date(0),
        TrainingJobStatusCounters: {},
        ObjectiveStatusCounters: {},
        BestTrainingJob: trials[0],
      },
      trials,
    },
    'skyloop train run ./flights --set lr0=0.002',
  )
  expect(text).toBe(
    [
      'tuning  hunt',
      'status  Completed',
      'best    val_map50 0.61234 with lr0=0.002 mosaic=0.5',
      '',
      'TRIAL        VAL_MAP50  STATUS     TIME   HYPERPARAMETERS',
      'hunt-002-ab  0.6123     Completed  12.0s  lr0=0.002 mosaic=0.5',
      'hunt-001-ab             Failed     12.0s  lr0=0.001 mosaic=0.5',
      '',
      'train with the best:',
      'skyloop train run ./flights --set lr0=0.002',
    ].join('\n'),
  )
})
