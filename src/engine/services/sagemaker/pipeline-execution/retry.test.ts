import { expect, test } from 'vitest'
import { AwsError } from '../../../wire/aws-error.ts'
import { exceptionTypeOf, retryDelayMs } from './retry.ts'
import { resourceName } from './run-step.ts'

test.each<[Error, string | undefined]>([
  [new AwsError('ThrottlingException', 400, ''), 'Step.THROTTLING'],
  [new AwsError('InternalFailure', 500, ''), 'Step.SERVICE_FAULT'],
  [new AwsError('ResourceLimitExceeded', 400, ''), 'SageMaker.RESOURCE_LIMIT'],
  [new AwsError('ValidationException', 400, ''), undefined],
  [new Error('InternalServerError: disk'), 'SageMaker.JOB_INTERNAL_ERROR'],
  [new Error('CapacityError: none'), 'SageMaker.CAPACITY_ERROR'],
  [new Error('AlgorithmError: bad labels'), undefined],
])('%s is %s to a retry policy', (error, type) => {
  expect(exceptionTypeOf(error)).toBe(type)
})

test('waits grow by the back-off rate until the policy is used up', () => {
  const error = new AwsError('ThrottlingException', 400, '')
  const counted = [{ ExceptionType: ['Step.THROTTLING'], IntervalSeconds: 2, BackoffRate: 3, MaxAttempts: 2 }]
  expect([1, 2, 3].map((attempts) => retryDelayMs(counted, error, attempts, 0))).toEqual([2000, 6000, undefined])
  const timed = [{ ExceptionType: ['Step.THROTTLING'], IntervalSeconds: 30, BackoffRate: 1, ExpireAfterMin: 1 }]
  expect([0, 30_000, 31_000].map((since) => retryDelayMs(timed, error, 9, since))).toEqual([30_000, 30_000, undefined])
  expect(retryDelayMs(counted, new Error('AlgorithmError: x'), 1, 0)).toBeUndefined()
})

test('names of resources fit, whatever the step is called', () => {
  expect(resourceName('abcdefghijkl', 'Train', '0123456789')).toBe('pipelines-abcdefghijkl-Train-0123456789')
  const long = resourceName('abcdefghijkl', '_A__very-long_name_of_a_step_that_goes_on_and_on_and_on', '0123456789')
  expect(long.length).toBeLessThanOrEqual(63)
  expect(long).toMatch(/^[a-zA-Z0-9](-*[a-zA-Z0-9])*$/)
  expect(resourceName('abcdefghijkl', '__', '0123456789')).toBe('pipelines-abcdefghijkl-step-0123456789')
})
