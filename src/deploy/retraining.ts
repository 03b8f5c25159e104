import {
  PutRuleCommand,
  PutTargetsCommand,
  type EventBridgeClient,
  type PutRuleCommandInput,
  type PutTargetsCommandInput,
} from '@aws-sdk/client-eventbridge'
import { SkyloopError } from '../core/errors.ts'

/** A rule with its targets, as `retrainingRule` of `src/pipeline` describes it. */
export interface RuleWithTargets {
  readonly rule: PutRuleCommandInput
  readonly targets: PutTargetsCommandInput
}

/**
 * Puts an event rule with its targets, replacing one of the same name.
 *
 * @returns the rule's ARN
 * @throws SkyloopError `deploy.rule` naming each target that was refused
 */
export async function putRuleWithTargets(client: EventBridgeClient, wanted: RuleWithTargets): Promise<string> {
  const rule = await client.send(new PutRuleCommand(wanted.rule))
  const answer = await client.send(new PutTargetsCommand(wanted.targets))
  const refused = answer.FailedEntries ?? []
  if (refused.length > 0) {
    const reasons = refused.map((one) => `${one.TargetId}: ${one.ErrorCode} ${one.ErrorMessage}`)
    throw new SkyloopError({
      code: 'deploy.rule',
      fault: 'machine',
      message: `rule ${wanted.rule.Name}: targets refused: ${reasons.join('; ')}`,
    })
  }
  return rule.RuleArn as string
}
