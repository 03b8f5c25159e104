import type { DeleteRuleCommandInput, DeleteRuleCommandOutput } from '@aws-sdk/client-eventbridge'
import { operation } from '../../../wire/operation.ts'
import { validationError } from '../errors.ts'
import { checkBus, ruleArn, rules } from '../rule-store.ts'

/**
 * DeleteRule: removes a rule that has no targets left; a rule that does not exist is no error.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DeleteRule.html
 * @throws ValidationException while the rule has targets
 */
export const deleteRule = operation<DeleteRuleCommandInput, DeleteRuleCommandOutput>({
  permissions: (input, { engine }) => [{ action: 'events:DeleteRule', resource: ruleArn(engine, input.Name!) }],
  handle: (input, { engine }) => {
    checkBus(engine, input.EventBusName)
    const rule = rules(engine).get(input.Name!)
    if (rule && rule.targets.length > 0) throw validationError("Rule can't be deleted since it has targets.")
    rules(engine).delete(input.Name!)
    return {}
  },
})
