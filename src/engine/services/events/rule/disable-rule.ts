import type { DisableRuleCommandInput, DisableRuleCommandOutput } from '@aws-sdk/client-eventbridge'
import { operation } from '../../../wire/operation.ts'
import { noSuchRule } from '../errors.ts'
import { eventBusOf } from '../event-bus.ts'
import { checkBus, ruleArn, rules } from '../rule-store.ts'

/**
 * DisableRule: events reach the rule's targets no longer; deliveries already queued still happen.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DisableRule.html
 * @throws ResourceNotFoundException
 */
export const disableRule = operation<DisableRuleCommandInput, DisableRuleCommandOutput>({
  permissions: (input, { engine }) => [{ action: 'events:DisableRule', resource: ruleArn(engine, input.Name!) }],
  handle: (input, { engine }) => {
    checkBus(engine, input.EventBusName)
    const changed = rules(engine).update(input.Name!, (rule) => ({ ...rule, state: 'DISABLED', nextFireMs: undefined }))
    if (!changed) throw noSuchRule(input.Name!)
    eventBusOf(engine).reschedule()
    return {}
  },
})
