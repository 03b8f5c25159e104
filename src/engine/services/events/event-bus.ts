import { messageOf } from '../../../core/errors.ts'
import type { Engine } from '../../engine.ts'
import { eventTime, type BusEvent } from './bus-event.ts'
import type { EventBus, PutEvent } from './bus.ts'
import { createDeliveryQueue, type DeliveryQueue } from './delivery/delivery-queue.ts'
import type { TargetDelivery } from './delivery/target-delivery.ts'
import { compileEventPattern, type Matcher } from './pattern.ts'
import { ruleArn, rules, type RuleRow } from './rule-store.ts'
import { parseSchedule } from './schedule.ts'
import { invokeTarget } from './target/invoke-target.ts'

/** The default event bus, with its schedules and its deliveries. */
export interface DefaultEventBus extends EventBus {
  /** Publishes and gives the event's id; `timeMs` defaults to now. */
  publishEvent(event: PutEvent, timeMs?: number): string
  /** Fires the schedules that are due and arms the timer; called when a schedule was added or changed. */
  reschedule(): void
  readonly deliveries: Pick<DeliveryQueue<TargetDelivery>, 'pending' | 'failures'>
  start(): void
  stop(): Promise<void>
}

const DEFAULT_RETRIES = 185
const DEFAULT_AGE_SECONDS = 86_400
const LONGEST_TIMER_MS = 3_600_000
/** Where a delivery that was given up can be read, through CloudWatch Logs. */
const FAILURE_LOG_GROUP = '/aws/events/failed-deliveries'

const buses = new WeakMap<Engine['store'], DefaultEventBus>()

/** The bus of an engine, for the operations of this service. */
export function eventBusOf(engine: Pick<Engine, 'store'>): DefaultEventBus {
  const bus = buses.get(engine.store)
  if (!bus) throw new Error('internal: the engine has no event bus')
  return bus
}

/**
 * The event bus of an engine. Publishing writes one row for each target of each matching rule, in the caller's
 * transaction, and nothing at all when no rule matches.
 */
export function createEventBus(engine: Engine): DefaultEventBus {
  const compiled = new Map<string, Matcher>()
  const matcher = (pattern: string): Matcher => {
    let known = compiled.get(pattern)
    if (!known) {
      if (compiled.size > 1000) compiled.clear()
      compiled.set(pattern, (known = compileEventPattern(pattern)))
    }
    return known
  }

  const queue = createDeliveryQueue<TargetDelivery>(engine, {
    name: 'events',
    deliver: (delivery) => invokeTarget(engine, delivery),
    retryPolicy: ({ target }) => ({
      maxAttempts: 1 + (target.RetryPolicy?.MaximumRetryAttempts ?? DEFAULT_RETRIES),
      maxAgeMs: 1000 * (target.RetryPolicy?.MaximumEventAgeInSeconds ?? DEFAULT_AGE_SECONDS),
    }),
    failed: ({ payload, attempts }, reason) =>
      engine.logs.append(FAILURE_LOG_GROUP, payload.rule, [
        {
          timeMs: engine.clock.now().getTime(),
          message: JSON.stringify({
            rule: payload.rule,
            targetId: payload.target.Id,
            targetArn: payload.target.Arn,
            eventId: payload.event.id,
            attempts,
            reason,
          }),
        },
      ]),
  })

  const busEvent = (event: PutEvent, timeMs: number): BusEvent => ({
    version: '0',
    id: engine.ids.uuid(),
    'detail-type': event.detailType,
    source: event.source,
    account: engine.accountId,
    time: eventTime(new Date(timeMs)),
    region: engine.region,
    resources: event.resources,
    // As it will be read back: dates and undefined members take their JSON form before patterns look at them.
    detail: JSON.parse(JSON.stringify(event.detail)) as Record<string, unknown>,
  })

  const send = (rule: RuleRow, event: BusEvent): void => {
    for (const target of rule.targets) queue.add({ rule: rule.name, target, event })
  }

  let timer: NodeJS.Timeout | undefined
  let running = false

  /** A schedule missed while the engine was down fires once, at the start; AWS has no such gap to fill. */
  const fireDue = (): void => {
    const now = engine.clock.now()
    let earliestMs: number | undefined
    for (const { id, value: rule } of rules(engine).list()) {
      if (rule.scheduleExpression === undefined || rule.state !== 'ENABLED') continue
      const schedule = parseSchedule(rule.scheduleExpression)
      let nextMs = rule.nextFireMs ?? schedule(now)?.getTime()
      if (nextMs !== undefined && nextMs <= now.getTime()) {
        const fire: PutEvent = {
          source: 'aws.events',
          detailType: 'Scheduled Event',
          resources: [ruleArn(engine, rule.name)],
          detail: {},
        }
        const event = busEvent(fire, nextMs)
        nextMs = schedule(now)?.getTime()
        engine.store.transaction(() => {
          send(rule, event)
          rules(engine).update(id, (row) => ({ ...row, nextFireMs: nextMs }))
        })
      } else if (nextMs !== rule.nextFireMs) {
        const first = nextMs
        rules(engine).update(id, (row) => ({ ...row, nextFireMs: first }))
      }
      if (nextMs !== undefined) earliestMs = Math.min(earliestMs ?? nextMs, nextMs)
    }
    clearTimeout(timer)
    if (!running || earliestMs === undefined) return
    timer = setTimeout(onTimer, Math.min(Math.max(earliestMs - now.getTime(), 1), LONGEST_TIMER_MS))
    timer.unref()
  }

  const onTimer = (): void => {
    try {
      fireDue()
    } catch (error) {
      engine.log.error('schedules could not be read; they are tried again', { cause: messageOf(error) })
      timer = setTimeout(onTimer, 5000)
      timer.unref()
    }
  }

  const bus: DefaultEventBus = {
    publish: (event) => void bus.publishEvent(event),
    publishEvent: (event, timeMs) => {
      const made = busEvent(event, timeMs ?? engine.clock.now().getTime())
      const matching = rules(engine)
        .list()
        .filter(({ value: { state, eventPattern, targets } }) => {
          return state === 'ENABLED' && targets.length > 0 && eventPattern !== undefined && matcher(eventPattern)(made)
        })
      if (matching.length > 0) {
        engine.store.transaction(() => {
          for (const { value: rule } of matching) send(rule, made)
        })
      }
      return made.id
    },
    reschedule: fireDue,
    deliveries: queue,
    start: () => {
      running = true
      queue.start()
      onTimer()
    },
    stop: async () => {
      running = false
      clearTimeout(timer)
      await queue.stop()
    },
  }
  buses.set(engine.store, bus)
  return bus
}
