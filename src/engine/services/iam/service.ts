import * as sdk from '@aws-sdk/client-iam'
import type { SchemaService } from '../../wire/operation.ts'

/** IAM on the wire. */
export function createIamService(): { readonly service: SchemaService } {
  return { service: { signingName: 'iam', protocol: 'awsQuery', sdk, operations: {} } }
}
