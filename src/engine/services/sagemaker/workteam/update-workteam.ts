import type { UpdateWorkteamRequest, UpdateWorkteamResponse } from '@aws-sdk/client-sagemaker'
import { operation } from '../../../wire/operation.ts'
import type { Checked } from '../checked.ts'
import { onResource } from '../permissions.ts'
import { checkMembers } from './check-members.ts'
import { getWorkteam, TEAM_KIND, workteamDescription, workteams } from './record.ts'

/** @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateWorkteam.html */
export const updateWorkteam = operation<Checked<UpdateWorkteamRequest>, UpdateWorkteamResponse>({
  permissions: (input, call) => [onResource(call, 'UpdateWorkteam', 'workteam', TEAM_KIND + input.WorkteamName)],
  handle: (input, { engine }) => {
    const team = getWorkteam(engine, input.WorkteamName)
    if (input.MemberDefinitions) checkMembers(input.MemberDefinitions)
    const updated = { ...team, request: { ...team.request, ...input }, modifiedAt: engine.clock.now() }
    workteams(engine).put(team.name, updated)
    return { Workteam: workteamDescription(engine, updated) }
  },
})
