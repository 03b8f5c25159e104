import type { CreateWorkforceRequest, Workforce } from '@aws-sdk/client-sagemaker'
import type { Engine } from '../../../engine.ts'
import { validationError } from '../../../wire/aws-error.ts'
import { sagemakerArn } from '../arns.ts'
import type { Checked } from '../checked.ts'

export type WorkforceRequest = Checked<CreateWorkforceRequest>

/** A private workforce as it is stored, under its name. One engine has at most one, as an account has in a region. */
export interface WorkforceRecord {
  readonly name: string
  readonly arn: string
  /** As given, but for the tags and the secret of an identity provider. */
  readonly request: Omit<WorkforceRequest, 'Tags'>
  readonly createdAt: Date
  readonly modifiedAt: Date
}

export function workforces(engine: Engine) {
  return engine.store.collection<WorkforceRecord>('sagemaker.workforce')
}

export function workforceArn(engine: Engine, name: string): string {
  return sagemakerArn(engine, 'workforce', name)
}

/** @throws ValidationException when there is none */
export function getWorkforce(engine: Engine, name: string): WorkforceRecord {
  const found = workforces(engine).get(name)
  if (!found) throw validationError(`No Workforce found for account ${engine.accountId} with name ${name}`)
  return found
}

/** As Describe and List give it. */
export function workforceDescription({ name, arn, request, createdAt, modifiedAt }: WorkforceRecord): Workforce {
  const { CognitoConfig, OidcConfig, SourceIpConfig, IpAddressType } = request
  return {
    WorkforceName: name,
    WorkforceArn: arn,
    CognitoConfig,
    OidcConfig,
    SourceIpConfig: SourceIpConfig ?? { Cidrs: [] },
    IpAddressType,
    CreateDate: createdAt,
    LastUpdatedDate: modifiedAt,
    Status: 'Active',
  }
}
