import type { RemoveTargetsCommandInput, RemoveTargetsCommandOutput } from '@aws-sdk/client-eventbridge'
import { operation } from '../../../wire/operation.ts'
import { checkBus, ruleArn, ruleNamed, rules } from '../rule-store.ts'

/**
 * RemoveTargets: takes targets off a rule; ids that it does not have are reported one by one.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_RemoveTargets.html
 * @throws ResourceNotFoundException
 */
export const removeTargets = operation<RemoveTargetsCommandInput, RemoveTargetsCommandOutput>({
  permissions: (input, { engine }) => [{ action: 'events:RemoveTargets', resource: ruleArn(engine, input.Rule!) }],
  handle: (input, { engine }) => {
    checkBus(engine, input.EventBusName)
    const rule = ruleNamed(engine, input.Rule!)
    const ids = new Set(input.Ids)
    const unknown = input.Ids!.filter((id) => !rule.targets.some((target) => target.Id === id))
    rules(engine).update(rule.name, (row) => ({
      ...row,
      targets: row.targets.filter((target) => !ids.has(target.Id!)),
    }))
    return {
      FailedEntryCount: unknown.length,
      FailedEntries: unknown.map((id) => ({
        TargetId: id,
        ErrorCode: 'ResourceNotFoundException',
        ErrorMessage: `Rule ${rule.name} does not have a target with the Id ${id}.`,
      })),
    }
  },
})
