import * as sdk from '@aws-sdk/client-sts'
import type { SchemaService } from '../../wire/operation.ts'
import { getCallerIdentity } from './get-caller-identity.ts'

/** STS on the wire. */
export function createStsService(): { readonly service: SchemaService } {
  return {
    service: {
      signingName: 'sts',
      protocol: 'awsQuery',
      sdk,
      operations: { GetCallerIdentity: getCallerIdentity },
    },
  }
}
