import type { DeleteWorkteamRequest, DeleteWorkteamResponse } from '@aws-sdk/client-sagemaker'
import { operation } from '../../../wire/operation.ts'
import type { Checked } from '../checked.ts'
import { resourceInUse } from '../errors.ts'
import { labelingMachine } from '../labeling-job/machine.ts'
import { dropWorkerTokens } from '../labeling-job/portal/worker-tokens.ts'
import { labelingJobs } from '../labeling-job/record.ts'
import { onResource } from '../permissions.ts'
import { dropTags } from '../tags/tag-store.ts'
import { TEAM_KIND, getWorkteam, workteams } from './record.ts'

/**
 * DeleteWorkteam: its workers are signed out.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DeleteWorkteam.html
 * @throws ResourceInUse while a labeling job waits for the team
 */
export const deleteWorkteam = operation<Checked<DeleteWorkteamRequest>, DeleteWorkteamResponse>({
  permissions: (input, call) => [onResource(call, 'DeleteWorkteam', 'workteam', TEAM_KIND + input.WorkteamName)],
  handle: (input, { engine }) => {
    const { name, arn } = getWorkteam(engine, input.WorkteamName)
    const busy = labelingJobs(engine)
      .list()
      .filter(
        ({ value }) => value.request.HumanTaskConfig.WorkteamArn === arn && !labelingMachine.isFinal(value.status),
      )
      .map(({ value }) => value.name)
    if (busy.length > 0)
      throw resourceInUse(`Labeling jobs wait for the work team ${arn}: ${busy.join(', ')}. Stop them first`)
    engine.store.transaction(() => {
      workteams(engine).delete(name)
      dropWorkerTokens(engine, name)
      dropTags(engine, arn)
    })
    return { Success: true }
  },
})
