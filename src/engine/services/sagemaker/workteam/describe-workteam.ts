import type { DescribeWorkteamRequest, DescribeWorkteamResponse } from '@aws-sdk/client-sagemaker'
import { operation } from '../../../wire/operation.ts'
import type { Checked } from '../checked.ts'
import { onResource } from '../permissions.ts'
import { getWorkteam, TEAM_KIND, workteamDescription } from './record.ts'

/** @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeWorkteam.html */
export const describeWorkteam = operation<Checked<DescribeWorkteamRequest>, DescribeWorkteamResponse>({
  permissions: (input, call) => [onResource(call, 'DescribeWorkteam', 'workteam', TEAM_KIND + input.WorkteamName)],
  handle: (input, { engine }) => ({ Workteam: workteamDescription(engine, getWorkteam(engine, input.WorkteamName)) }),
})
