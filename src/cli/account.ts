import type { Connection } from '../config/connection.ts'
import { resourceNames, type ResourceNames } from '../config/names.ts'
import { formatArn } from '../core/arn.ts'
import { SkyloopError } from '../core/errors.ts'
import { ROLE_NAMES, type RoleKey } from '../governance/account-scope.ts'
import { createClients, type Clients } from './clients.ts'

/** The roles that a person may take with `--role`; `admin` is whoever the credentials are. */
export const ROLES = { 'data-scientist': ROLE_NAMES.dataScientist, 'ml-engineer': ROLE_NAMES.mlEngineer } as const

export type RoleOption = keyof typeof ROLES | 'admin'
export const ROLE_OPTIONS: readonly RoleOption[] = ['data-scientist', 'ml-engineer', 'admin']

/** One AWS account (or the engine) as the caller: clients, and the names that things have there. */
export interface Account {
  readonly connection: Connection
  readonly clients: Clients
  readonly accountId: string
  readonly region: string
  /** ARN of the caller. */
  readonly callerArn: string
  readonly names: ResourceNames
  roleArn(role: RoleKey): string
}

/**
 * Opens the account behind a connection: who am I, and, with a role, assume it first.
 *
 * @throws the SDK's own error when the credentials are not accepted or the role may not be assumed
 */
export async function openAccount(connection: Connection, role: RoleOption = 'admin'): Promise<Account> {
  const { GetCallerIdentityCommand, AssumeRoleCommand } = await import('@aws-sdk/client-sts')
  const own = createClients(connection.settings)
  const sts = await own.sts()
  const identity = await sts.send(new GetCallerIdentityCommand({}))
  const accountId = identity.Account as string
  const region = connection.settings.region ?? (await sts.config.region())
  const arnOf = (name: string): string =>
    formatArn({ service: 'iam', region: '', account: accountId, resource: `role/${name}` })
  const roleArn = (key: RoleKey): string => arnOf(ROLE_NAMES[key])
  const names = resourceNames(accountId, region)
  const base = { connection, accountId, region, names, roleArn }
  if (role === 'admin') return { ...base, clients: own, callerArn: identity.Arn as string }

  const assumed = await sts.send(
    new AssumeRoleCommand({ RoleArn: arnOf(ROLES[role]), RoleSessionName: 'skyloop-cli', DurationSeconds: 3600 }),
  )
  own.destroy()
  const keys = assumed.Credentials
  if (!keys?.AccessKeyId || !keys.SecretAccessKey || !keys.SessionToken) {
    throw new SkyloopError({ code: 'cli.assume-role', fault: 'machine', message: 'AssumeRole gave no credentials' })
  }
  const { endpoint } = connection.settings
  const credentials = {
    accessKeyId: keys.AccessKeyId,
    secretAccessKey: keys.SecretAccessKey,
    sessionToken: keys.SessionToken,
  }
  const clients = createClients({ region, credentials, ...(endpoint === undefined ? {} : { endpoint }) })
  return { ...base, clients, callerArn: assumed.AssumedRoleUser?.Arn ?? arnOf(ROLES[role]) }
}
