import type { EnableRuleCommandInput, EnableRuleCommandOutput } from '@aws-sdk/client-eventbridge'
import { operation } from '../../../wire/operation.ts'
import { noSuchRule } from '../errors.ts'
import { eventBusOf } from '../event-bus.ts'
import { checkBus, ruleArn, rules } from '../rule-store.ts'

/**
 * EnableRule: events reach the rule's targets from now on; a schedule starts anew.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_EnableRule.html
 * @throws ResourceNotFoundException
 */
export const enableRule = operation<EnableRuleCommandInput, EnableRuleCommandOutput>({
  permissions: (input, { engine }) => [{ action: 'events:EnableRule', resource: ruleArn(engine, input.Name!) }],
  handle: (input, { engine }) => {
    checkBus(engine, input.EventBusName)
    const changed = rules(engine).update(input.Name!, (rule) => ({ ...rule, state: 'ENABLED', nextFireMs: undefined }))
    if (!changed) throw noSuchRule(input.Name!)
    eventBusOf(engine).reschedule()
    return {}
  },
})
