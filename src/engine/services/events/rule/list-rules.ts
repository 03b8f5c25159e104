import type { ListRulesCommandInput, ListRulesCommandOutput } from '@aws-sdk/client-eventbridge'
import { operation } from '../../../wire/operation.ts'
import { pageOf } from '../page.ts'
import { checkBus, ruleArn, rules } from '../rule-store.ts'

/**
 * ListRules: rules in order of name.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListRules.html
 */
export const listRules = operation<ListRulesCommandInput, ListRulesCommandOutput>({
  permissions: (_input, { engine }) => [{ action: 'events:ListRules', resource: ruleArn(engine, '*') }],
  handle: (input, { engine }) => {
    checkBus(engine, input.EventBusName)
    const page = pageOf(rules(engine).list(input.NamePrefix ?? ''), input.NextToken, input.Limit ?? 100)
    return {
      Rules: page.items.map(({ value: rule }) => ({
        Name: rule.name,
        Arn: ruleArn(engine, rule.name),
        Description: rule.description,
        EventPattern: rule.eventPattern,
        ScheduleExpression: rule.scheduleExpression,
        State: rule.state,
        RoleArn: rule.roleArn,
        EventBusName: 'default',
      })),
      NextToken: page.nextToken,
    }
  },
})
