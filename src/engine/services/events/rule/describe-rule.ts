import type { DescribeRuleCommandInput, DescribeRuleCommandOutput } from '@aws-sdk/client-eventbridge'
import { operation } from '../../../wire/operation.ts'
import { checkBus, ruleArn, ruleNamed } from '../rule-store.ts'

/**
 * DescribeRule: one rule without its targets.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DescribeRule.html
 * @throws ResourceNotFoundException
 */
export const describeRule = operation<DescribeRuleCommandInput, DescribeRuleCommandOutput>({
  permissions: (input, { engine }) => [{ action: 'events:DescribeRule', resource: ruleArn(engine, input.Name!) }],
  handle: (input, { engine }) => {
    checkBus(engine, input.EventBusName)
    const rule = ruleNamed(engine, input.Name!)
    return {
      Name: rule.name,
      Arn: ruleArn(engine, rule.name),
      Description: rule.description,
      EventPattern: rule.eventPattern,
      ScheduleExpression: rule.scheduleExpression,
      State: rule.state,
      RoleArn: rule.roleArn,
      EventBusName: 'default',
      CreatedBy: rule.createdBy,
    }
  },
})
