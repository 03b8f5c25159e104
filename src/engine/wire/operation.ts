import type { Engine } from '../engine.ts'
import type { Principal } from '../auth/principal.ts'

/** One authenticated call on its way to a handler. */
export interface Call {
  readonly engine: Engine
  readonly principal: Principal
  readonly requestId: string
}

/** One IAM question: may the caller do `action` on `resource`? */
export interface Permission {
  /** e.g. `sagemaker:CreateTrainingJob` */
  readonly action: string
  /** ARN, or `*` for actions without a resource type. */
  readonly resource: string
  /** Condition keys of this request, e.g. `{ 'iam:PassedToService': 'sagemaker.amazonaws.com' }`. */
  readonly context?: Readonly<Record<string, string | readonly string[]>>
}

/**
 * One AWS operation: what a caller must be allowed to do, and the work itself.
 *
 * `Input` and `Output` are the SDK client's own types, e.g. `CreateTrainingJobCommandInput`; `$metadata` is added by
 * the client, never by a handler.
 */
export interface Operation<Input, Output> {
  /** Every permission needed, all of which must be allowed. Runs before `handle`, on decoded and shape-checked input. */
  permissions(input: Input, call: Call): readonly Permission[]
  /** @throws AwsError with the code that AWS documents for the operation */
  handle(input: Input, call: Call): Promise<Omit<Output, '$metadata'>> | Omit<Output, '$metadata'>
}

/** Keeps the types of an operation at its definition while tables hold them together. */
export function operation<Input, Output>(definition: Operation<Input, Output>): Operation<Input, Output> {
  return definition
}

/** An operation of any types, as tables hold it; the wire decodes its input from the SDK's schema before calling it. */
export type AnyOperation = Operation<never, unknown>

/** A service whose requests and responses are decoded from the SDK client's schemas. */
export interface SchemaService {
  /** Service name in the SigV4 credential scope, e.g. `sagemaker`, `monitoring`, `logs`, `events`, `sns`, `iam`, `sts`. */
  readonly signingName: string
  readonly protocol: 'awsJson1_1' | 'awsQuery' | 'restJson1'
  /** The SDK client module: `import * as sdk from '@aws-sdk/client-sagemaker'`. Schemas are its `Name$` exports. */
  readonly sdk: Readonly<Record<string, unknown>>
  /** Only what is implemented; every other operation of the SDK module is refused by name. */
  readonly operations: Readonly<Record<string, AnyOperation>>
}
