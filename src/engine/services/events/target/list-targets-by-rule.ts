import type { ListTargetsByRuleCommandInput, ListTargetsByRuleCommandOutput } from '@aws-sdk/client-eventbridge'
import { operation } from '../../../wire/operation.ts'
import { pageOf } from '../page.ts'
import { checkBus, ruleArn, ruleNamed } from '../rule-store.ts'

/**
 * ListTargetsByRule: targets of one rule in order of their ids.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListTargetsByRule.html
 * @throws ResourceNotFoundException
 */
export const listTargetsByRule = operation<ListTargetsByRuleCommandInput, ListTargetsByRuleCommandOutput>({
  permissions: (input, { engine }) => [{ action: 'events:ListTargetsByRule', resource: ruleArn(engine, input.Rule!) }],
  handle: (input, { engine }) => {
    checkBus(engine, input.EventBusName)
    const targets = ruleNamed(engine, input.Rule!)
      .targets.map((target) => ({ id: target.Id!, target }))
      .sort((a, b) => (a.id < b.id ? -1 : 1))
    const page = pageOf(targets, input.NextToken, input.Limit ?? 100)
    return { Targets: page.items.map(({ target }) => target), NextToken: page.nextToken }
  },
})
