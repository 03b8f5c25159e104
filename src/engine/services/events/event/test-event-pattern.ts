import type { TestEventPatternCommandInput, TestEventPatternCommandOutput } from '@aws-sdk/client-eventbridge'
import { isObject } from '../../../../core/json.ts'
import { operation } from '../../../wire/operation.ts'
import { validationError } from '../errors.ts'
import { compileEventPattern } from '../pattern.ts'

const REQUIRED = ['id', 'account', 'source', 'time', 'region', 'resources', 'detail-type']

/**
 * TestEventPattern: says whether an event would match a pattern.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_TestEventPattern.html
 * @throws InvalidEventPatternException; ValidationException when the event lacks a field of every event
 */
export const testEventPattern = operation<TestEventPatternCommandInput, TestEventPatternCommandOutput>({
  permissions: () => [{ action: 'events:TestEventPattern', resource: '*' }],
  handle: (input) => {
    const matches = compileEventPattern(input.EventPattern!)
    let event: unknown
    try {
      event = JSON.parse(input.Event!)
    } catch {
      throw validationError('Parameter Event is not valid. Reason: the event is not JSON.')
    }
    const missing = REQUIRED.filter((name) => !isObject(event) || event[name] === undefined)
    if (missing.length > 0) {
      throw validationError(`Parameter Event is not valid. Reason: the event lacks ${missing.join(', ')}.`)
    }
    return { Result: matches(event) }
  },
})
