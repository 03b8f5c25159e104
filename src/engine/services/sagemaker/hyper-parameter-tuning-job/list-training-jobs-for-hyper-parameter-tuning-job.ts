import type {
  ListTrainingJobsForHyperParameterTuningJobRequest,
  ListTrainingJobsForHyperParameterTuningJobResponse,
} from '@aws-sdk/client-sagemaker'
import { operation } from '../../../wire/operation.ts'
import type { Checked } from '../checked.ts'
import { listPage } from '../listing.ts'
import { onResource } from '../permissions.ts'
import { getTuningJob } from './record.ts'
import { trialsOf, trialSummary } from './trials.ts'

/** @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListTrainingJobsForHyperParameterTuningJob.html */
export const listTrainingJobsForHyperParameterTuningJob = operation<
  Checked<ListTrainingJobsForHyperParameterTuningJobRequest>,
  ListTrainingJobsForHyperParameterTuningJobResponse
>({
  permissions: ({ HyperParameterTuningJobName: name }, call) => [
    onResource(call, 'ListTrainingJobsForHyperParameterTuningJob', 'hyper-parameter-tuning-job', name),
  ],
  handle: (input, { engine }) => {
    const tuning = getTuningJob(engine, input.HyperParameterTuningJobName)
    const { page, NextToken } = listPage(
      trialsOf(engine, tuning),
      ({ job, value, objectiveStatus }) => ({
        ...job,
        keys: {
          FinalObjectiveMetricValue:
            objectiveStatus === 'Succeeded' && value !== undefined ? sortableNumber(value) : undefined,
        },
      }),
      input,
      { sortBy: 'Name', sortOrder: 'Ascending' },
    )
    return { NextToken, TrainingJobSummaries: page.map((trial) => trialSummary(tuning, trial)) }
  },
})

/** Text whose order is that of the numbers: the bits of the double, sign turned so that negative comes first. */
function sortableNumber(value: number): string {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, value)
  const bits = view.getBigUint64(0)
  const ordered = bits >> 63n ? ~bits & 0xffffffffffffffffn : bits | (1n << 63n)
  return ordered.toString(16).padStart(16, '0')
}
