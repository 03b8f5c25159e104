import { messageOf } from '../../core/errors.ts'
import { AwsError } from '../wire/aws-error.ts'

/** Longest `FailureReason` and `ExitMessage` that SageMaker keeps, in characters. */
export const REASON_LENGTH = 1024

/**
 * Why a job cannot go on, in SageMaker's wording: `ClientError` (the request or the role is at fault),
 * `AlgorithmError` (the job's own program), `InternalServerError` (this engine or its machine).
 */
export class JobFailure extends Error {
  readonly reason: string

  constructor(fault: 'ClientError' | 'AlgorithmError' | 'InternalServerError', message: string) {
    const reason = `${fault}: ${message}`.slice(0, REASON_LENGTH)
    super(reason)
    this.name = 'JobFailure'
    this.reason = reason
  }
}

/** The `FailureReason` for whatever ended a job early. A refused or invalid request is the client's fault. */
export function failureReasonOf(error: unknown): string {
  if (error instanceof JobFailure) return error.reason
  if (error instanceof AwsError && error.status < 500) return new JobFailure('ClientError', error.message).reason
  return new JobFailure('InternalServerError', messageOf(error)).reason
}
