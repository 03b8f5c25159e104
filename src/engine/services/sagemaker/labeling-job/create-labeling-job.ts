import { createHash } from 'node:crypto'
import type { CreateLabelingJobResponse } from '@aws-sdk/client-sagemaker'
import { operation } from '../../../wire/operation.ts'
import { resourceInUse } from '../errors.ts'
import { onResource, passRole } from '../permissions.ts'
import { setTags } from '../tags/tag-store.ts'
import type { Workers } from '../workers.ts'
import { checkLabelingRequest } from './check-request.ts'
import { publishLabelingState } from './machine.ts'
import { labelingJobArn, labelingJobId, labelingJobs } from './record.ts'
import type { LabelingJobRecord, LabelingRequest } from './record.ts'
import { startLabelingJob } from './run.ts'

/**
 * CreateLabelingJob: records the job; `run.ts` reads its files and waits for the answers that `portal/` takes in.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateLabelingJob.html
 * Differs: bounding boxes only (annotation, adjustment, verification), by the functions built in; private work teams
 * only; more than 10 labels are allowed; `PublicWorkforceTaskPrice`, KMS keys and `DataAttributes` are stored but not applied.
 * An object whose time is up is labelled from the answers it has, and fails without any.
 * @throws ResourceInUse when the name is taken; ValidationException for what is wrong or not here
 */
export const createLabelingJob = (workers: Workers) =>
  operation<LabelingRequest, CreateLabelingJobResponse>({
    permissions: (input, call) => [
      onResource(call, 'CreateLabelingJob', 'labeling-job', labelingJobId(input.LabelingJobName)),
      ...passRole(input.RoleArn),
    ],
    handle: (input, { engine }) => {
      checkLabelingRequest(engine, input)
      const { Tags, ...request } = input
      const name = input.LabelingJobName
      const arn = labelingJobArn(engine, name)
      const now = engine.clock.now()
      const job: LabelingJobRecord = {
        name,
        arn,
        request,
        referenceCode: createHash('md5').update(`${arn} ${engine.ids.uuid()}`).digest('hex'),
        status: 'Initializing',
        createdAt: now,
        modifiedAt: now,
      }
      engine.store.transaction(() => {
        if (!labelingJobs(engine).insert(labelingJobId(name), job)) {
          throw resourceInUse(`Labeling job names must be unique, and ${arn} exists already`)
        }
        setTags(engine, arn, Tags)
        publishLabelingState(workers, job)
      })
      startLabelingJob(workers, job)
      return { LabelingJobArn: arn }
    },
  })
