import * as sdk from '@aws-sdk/client-sts'
import type { SchemaService } from '../../wire/operation.ts'
import { assumeRole } from './assume-role.ts'
import { getAccessKeyInfo } from './get-access-key-info.ts'
import { getCallerIdentity } from './get-caller-identity.ts'
import { getSessionToken } from './get-session-token.ts'

/** STS on the wire. */
export function createStsService(): { readonly service: SchemaService } {
  return {
    service: {
      signingName: 'sts',
      protocol: 'awsQuery',
      sdk,
      operations: {
        AssumeRole: assumeRole,
        GetAccessKeyInfo: getAccessKeyInfo,
        GetCallerIdentity: getCallerIdentity,
        GetSessionToken: getSessionToken,
      },
    },
  }
}
