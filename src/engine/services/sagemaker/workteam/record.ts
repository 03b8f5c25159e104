import type { CreateWorkteamRequest, Workteam } from '@aws-sdk/client-sagemaker'
import type { Engine } from '../../../engine.ts'
import { validationError } from '../../../wire/aws-error.ts'
import { sagemakerArn } from '../arns.ts'
import type { Checked } from '../checked.ts'
import { workforces } from '../workforce/record.ts'

export type WorkteamRequest = Checked<CreateWorkteamRequest>

/** What stands before a private team's name in its ARN. */
export const TEAM_KIND = 'private-crowd/'

/** Where workers meet their tasks: `http://<engine>` and this, and a team's name. */
export const PORTAL_PATH = '/_skyloop/labeling/'

/** A private work team as it is stored, under its name. */
export interface WorkteamRecord {
  readonly name: string
  readonly arn: string
  /** As given, but for the tags. */
  readonly request: Omit<WorkteamRequest, 'Tags'>
  readonly createdAt: Date
  readonly modifiedAt: Date
}

export function workteams(engine: Engine) {
  return engine.store.collection<WorkteamRecord>('sagemaker.workteam')
}

export function workteamArn(engine: Engine, name: string): string {
  return sagemakerArn(engine, 'workteam', TEAM_KIND + name)
}

/** @throws ValidationException when there is none */
export function getWorkteam(engine: Engine, name: string): WorkteamRecord {
  const found = workteams(engine).get(name)
  if (!found) throw validationError(`The work team ${name} does not exist`)
  return found
}

/** As Describe and List give it. `SubDomain` is the address of the worker portal, without its scheme. */
export function workteamDescription(
  engine: Engine,
  { name, arn, request, createdAt, modifiedAt }: WorkteamRecord,
): Workteam {
  const [workforce] = workforces(engine).list()
  return {
    WorkteamName: name,
    WorkteamArn: arn,
    WorkforceArn: workforce?.value.arn,
    MemberDefinitions: request.MemberDefinitions,
    Description: request.Description,
    NotificationConfiguration: request.NotificationConfiguration,
    WorkerAccessConfiguration: request.WorkerAccessConfiguration,
    SubDomain: `${new URL(engine.endpointUrl).host}${PORTAL_PATH}${name}`,
    CreateDate: createdAt,
    LastUpdatedDate: modifiedAt,
  }
}
