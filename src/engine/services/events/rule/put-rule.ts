import type { PutRuleCommandInput, PutRuleCommandOutput } from '@aws-sdk/client-eventbridge'
import { operation } from '../../../wire/operation.ts'
import { AwsError } from '../../../wire/aws-error.ts'
import { passRole } from '../pass-role.ts'
import { eventBusOf } from '../event-bus.ts'
import { validationError } from '../errors.ts'
import { compileEventPattern } from '../pattern.ts'
import { checkBus, ruleArn, rules, type RuleRow } from '../rule-store.ts'
import { parseSchedule } from '../schedule.ts'

const MAX_RULES = 300

/**
 * PutRule: creates a rule, or changes one and keeps its targets. Tags count at creation only.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html
 * Differs: only the bus `default` exists; `ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS` is refused.
 * @throws InvalidEventPatternException, ValidationException, LimitExceededException
 */
export const putRule = operation<PutRuleCommandInput, PutRuleCommandOutput>({
  permissions: (input, { engine }) => [
    { action: 'events:PutRule', resource: ruleArn(engine, input.Name!) },
    ...passRole(input.RoleArn),
  ],
  handle: (input, { engine, principal }) => {
    checkBus(engine, input.EventBusName)
    const name = input.Name!
    if (!/^[.\-_A-Za-z0-9]{1,64}$/.test(name)) {
      throw validationError(`Parameter Name is not valid: "${name}" must be 1 to 64 of letters, digits, ".", "-", "_".`)
    }
    if (!input.EventPattern && !input.ScheduleExpression) {
      throw validationError('Parameter(s) EventPattern or ScheduleExpression must be specified.')
    }
    if (input.State !== undefined && input.State !== 'ENABLED' && input.State !== 'DISABLED') {
      throw validationError(
        `Parameter State is not valid: "${input.State}" is not implemented; ENABLED and DISABLED are.`,
      )
    }
    if (input.EventPattern) compileEventPattern(input.EventPattern)
    const schedule = input.ScheduleExpression ? parseSchedule(input.ScheduleExpression) : undefined
    const table = rules(engine)
    const known = table.get(name)
    if (!known && table.list().length >= MAX_RULES) {
      throw new AwsError(
        'LimitExceededException',
        400,
        `The requested resource exceeds the maximum number allowed: ${MAX_RULES} rules.`,
      )
    }
    const sameSchedule = known !== undefined && known.scheduleExpression === input.ScheduleExpression
    const row: RuleRow = {
      name,
      description: input.Description,
      eventPattern: input.EventPattern || undefined,
      scheduleExpression: input.ScheduleExpression || undefined,
      state: input.State ?? 'ENABLED',
      roleArn: input.RoleArn,
      createdBy: known?.createdBy ?? principal.accountId,
      targets: known?.targets ?? [],
      tags: known?.tags ?? Object.fromEntries((input.Tags ?? []).map((tag) => [tag.Key!, tag.Value!])),
      nextFireMs: sameSchedule ? known.nextFireMs : schedule?.(engine.clock.now())?.getTime(),
    }
    table.put(name, row)
    eventBusOf(engine).reschedule()
    return { RuleArn: ruleArn(engine, name) }
  },
})
