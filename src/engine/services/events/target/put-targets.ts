import type { PutTargetsCommandInput, PutTargetsCommandOutput } from '@aws-sdk/client-eventbridge'
import { operation } from '../../../wire/operation.ts'
import { AwsError } from '../../../wire/aws-error.ts'
import { noSuchRule, validationError } from '../errors.ts'
import { passRole } from '../pass-role.ts'
import { checkBus, ruleArn, rules } from '../rule-store.ts'
import { targetProblems } from './target-kind.ts'

const MAX_TARGETS = 5

/**
 * PutTargets: adds targets to a rule, or replaces those with the same id. All or none.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutTargets.html
 * Differs: only SageMaker pipelines, SNS topics and log groups; every other target is refused here, by name.
 * @throws ValidationException with every problem of every target; LimitExceededException above five targets
 */
export const putTargets = operation<PutTargetsCommandInput, PutTargetsCommandOutput>({
  permissions: (input, { engine }) => [
    { action: 'events:PutTargets', resource: ruleArn(engine, input.Rule!) },
    ...input.Targets!.flatMap((target) => passRole(target.RoleArn)),
  ],
  handle: (input, { engine }) => {
    checkBus(engine, input.EventBusName)
    const targets = input.Targets!
    const problems = targets.flatMap((target) =>
      targetProblems(engine, target).map((problem) => `target ${target.Id}: ${problem}`),
    )
    const ids = targets.map((target) => target.Id!)
    for (const id of ids) {
      if (!/^[.\-_A-Za-z0-9]{1,64}$/.test(id)) problems.push(`target id "${id}" is not valid`)
    }
    if (new Set(ids).size < ids.length) problems.push('target ids must differ from each other')
    if (problems.length > 0) throw validationError(`Parameter Targets is not valid: ${problems.join('; ')}`)

    const changed = rules(engine).update(input.Rule!, (rule) => {
      const kept = rule.targets.filter((target) => !ids.includes(target.Id!))
      if (kept.length + targets.length > MAX_TARGETS) {
        throw new AwsError('LimitExceededException', 400, `A rule can have at most ${MAX_TARGETS} targets.`)
      }
      return { ...rule, targets: [...kept, ...targets] }
    })
    if (!changed) throw noSuchRule(input.Rule!)
    return { FailedEntryCount: 0, FailedEntries: [] }
  },
})
