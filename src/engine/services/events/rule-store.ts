import type { Target } from '@aws-sdk/client-eventbridge'
import { formatArn } from '../../../core/arn.ts'
import type { Engine } from '../../engine.ts'
import { noSuchBus, noSuchRule } from './errors.ts'

/** A rule with its targets, as it is stored under its name. */
export interface RuleRow {
  readonly name: string
  readonly description: string | undefined
  readonly eventPattern: string | undefined
  readonly scheduleExpression: string | undefined
  readonly state: 'ENABLED' | 'DISABLED'
  readonly roleArn: string | undefined
  readonly createdBy: string
  readonly targets: readonly Target[]
  readonly tags: Readonly<Record<string, string>>
  /** When a schedule fires next, in epoch milliseconds. */
  readonly nextFireMs: number | undefined
}

export const rules = (engine: Pick<Engine, 'store'>) => engine.store.collection<RuleRow>('events.rule')

/** @throws ResourceNotFoundException */
export function ruleNamed(engine: Pick<Engine, 'store'>, name: string): RuleRow {
  const rule = rules(engine).get(name)
  if (!rule) throw noSuchRule(name)
  return rule
}

type Place = Pick<Engine, 'accountId' | 'region'>

export function ruleArn(engine: Place, name: string): string {
  return formatArn({ service: 'events', region: engine.region, account: engine.accountId, resource: `rule/${name}` })
}

export function busArn(engine: Place): string {
  return formatArn({
    service: 'events',
    region: engine.region,
    account: engine.accountId,
    resource: 'event-bus/default',
  })
}

/**
 * Checks that a request means the one bus there is.
 *
 * @param bus name or ARN; undefined is `default`
 * @throws ResourceNotFoundException for any other bus
 */
export function checkBus(engine: Place, bus: string | undefined): void {
  if (bus !== undefined && bus !== 'default' && bus !== busArn(engine)) throw noSuchBus(bus)
}
