import { putRuleWithTargets } from '../deploy/retraining.ts'
import { retrainingRule } from '../pipeline/factory/retraining-rule.ts'
import { formatArn } from '../core/arn.ts'
import type { Account } from './account.ts'

export interface RetrainingChoice {
  readonly endpointName: string
  readonly pipeline: string
  readonly topicArn: string
  /** Values of the pipeline's parameters for a retraining. */
  readonly parameters: Readonly<Record<string, string>>
}

/**
 * Wires violations of one endpoint to an alert and a retraining.
 *
 * @returns the rule's ARN
 */
export async function enableRetraining(account: Account, choice: RetrainingChoice): Promise<string> {
  const { SetTopicAttributesCommand } = await import('@aws-sdk/client-sns')
  const { accountId, region, names } = account
  const wanted = retrainingRule({
    ruleName: names.retrainingRule,
    pipelineArn: formatArn({
      service: 'sagemaker',
      region,
      account: accountId,
      resource: `pipeline/${choice.pipeline}`,
    }),
    topicArn: choice.topicArn,
    eventsRoleArn: account.roleArn('events'),
    endpointName: choice.endpointName,
    pipelineParameters: choice.parameters,
  })
  // Before the rule: without the policy EventBridge may not publish to the topic.
  await (await account.clients.sns()).send(new SetTopicAttributesCommand(wanted.topicPolicy))
  return putRuleWithTargets(await account.clients.events(), wanted)
}
