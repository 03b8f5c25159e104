import type { DeleteWorkforceRequest } from '@aws-sdk/client-sagemaker'
import { AwsError } from '../../../wire/aws-error.ts'
import { operation } from '../../../wire/operation.ts'
import type { Checked } from '../checked.ts'
import { onResource } from '../permissions.ts'
import { dropTags } from '../tags/tag-store.ts'
import { workteams } from '../workteam/record.ts'
import { getWorkforce, workforces } from './record.ts'

/**
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DeleteWorkforce.html
 * @throws ResourceInUse while it has work teams
 */
export const deleteWorkforce = operation<Checked<DeleteWorkforceRequest>, object>({
  permissions: (input, call) => [onResource(call, 'DeleteWorkforce', 'workforce', input.WorkforceName)],
  handle: (input, { engine }) => {
    const { name, arn } = getWorkforce(engine, input.WorkforceName)
    const teams = workteams(engine)
      .list()
      .map(({ value }) => value.name)
    if (teams.length > 0) {
      throw new AwsError(
        'ResourceInUse',
        400,
        `The workforce ${arn} has work teams: ${teams.join(', ')}. Delete them first`,
      )
    }
    workforces(engine).delete(name)
    dropTags(engine, arn)
    return {}
  },
})
