import type { CreateWorkteamResponse } from '@aws-sdk/client-sagemaker'
import { validationError } from '../../../wire/aws-error.ts'
import { operation } from '../../../wire/operation.ts'
import { checkName, resourceInUse } from '../errors.ts'
import { onResource } from '../permissions.ts'
import { setTags } from '../tags/tag-store.ts'
import { getWorkforce } from '../workforce/record.ts'
import { checkMembers } from './check-members.ts'
import { TEAM_KIND, workteamArn, workteams } from './record.ts'
import type { WorkteamRecord, WorkteamRequest } from './record.ts'

/**
 * CreateWorkteam: a private team; its workers come in by the worker portal (`labeling-job/portal`).
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateWorkteam.html
 * Differs: groups of members are stored and never asked for; a team needs no workforce unless `WorkforceName` names one.
 * @throws ResourceInUse when the name is taken
 */
export const createWorkteam = operation<WorkteamRequest, CreateWorkteamResponse>({
  permissions: (input, call) => [onResource(call, 'CreateWorkteam', 'workteam', TEAM_KIND + input.WorkteamName)],
  handle: (input, { engine }) => {
    const { Tags, ...request } = input
    const name = input.WorkteamName
    checkName('workteamName', name)
    if (request.Description.length > 200) throw validationError('Description has more than 200 characters')
    checkMembers(request.MemberDefinitions)
    if (request.WorkforceName !== undefined) getWorkforce(engine, request.WorkforceName)
    const now = engine.clock.now()
    const arn = workteamArn(engine, name)
    const record: WorkteamRecord = { name, arn, request, createdAt: now, modifiedAt: now }
    engine.store.transaction(() => {
      if (!workteams(engine).insert(name, record)) throw resourceInUse(`The work team ${arn} exists already`)
      setTags(engine, arn, Tags)
    })
    return { WorkteamArn: arn }
  },
})
