import { AwsError } from '../../../wire/aws-error.ts'
import type { RetryPolicy, RETRYABLE } from '../pipeline/definition.ts'

export type ExceptionType = (typeof RETRYABLE)[number]

/** The exception type of a failure in the words of retry policies; undefined: never retried. */
export function exceptionTypeOf(error: unknown): ExceptionType | undefined {
  if (error instanceof AwsError) {
    if (error.code.startsWith('ResourceLimitExceeded')) return 'SageMaker.RESOURCE_LIMIT'
    if (error.code.startsWith('Throttling')) return 'Step.THROTTLING'
    return error.status >= 500 ? 'Step.SERVICE_FAULT' : undefined
  }
  const reason = error instanceof Error ? error.message : ''
  if (reason.startsWith('InternalServerError')) return 'SageMaker.JOB_INTERNAL_ERROR'
  return reason.startsWith('CapacityError') ? 'SageMaker.CAPACITY_ERROR' : undefined
}

/**
 * How long to wait before the next attempt.
 *
 * @param attempts made so far, at least 1
 * @param sinceStartMs since the step's first attempt began
 * @returns undefined when no policy allows another attempt
 */
export function retryDelayMs(
  policies: readonly RetryPolicy[],
  error: unknown,
  attempts: number,
  sinceStartMs: number,
): number | undefined {
  const type = exceptionTypeOf(error)
  const policy = type && policies.find(({ ExceptionType }) => ExceptionType.includes(type))
  if (!policy) return undefined
  const delayMs = policy.IntervalSeconds * policy.BackoffRate ** (attempts - 1) * 1000
  if (policy.MaxAttempts !== undefined) return attempts <= policy.MaxAttempts ? delayMs : undefined
  return sinceStartMs + delayMs <= (policy.ExpireAfterMin ?? 0) * 60_000 ? delayMs : undefined
}
