import type { DescribeWorkforceRequest, DescribeWorkforceResponse } from '@aws-sdk/client-sagemaker'
import { operation } from '../../../wire/operation.ts'
import type { Checked } from '../checked.ts'
import { onResource } from '../permissions.ts'
import { getWorkforce, workforceDescription } from './record.ts'

/** @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeWorkforce.html */
export const describeWorkforce = operation<Checked<DescribeWorkforceRequest>, DescribeWorkforceResponse>({
  permissions: (input, call) => [onResource(call, 'DescribeWorkforce', 'workforce', input.WorkforceName)],
  handle: (input, { engine }) => ({ Workforce: workforceDescription(getWorkforce(engine, input.WorkforceName)) }),
})
