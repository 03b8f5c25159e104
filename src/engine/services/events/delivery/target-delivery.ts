import type { Target } from '@aws-sdk/client-eventbridge'
import type { BusEvent } from '../bus-event.ts'

/** One event for one target of one rule. The target is the one at the time of the event. */
export interface TargetDelivery {
  readonly rule: string
  readonly target: Target
  readonly event: BusEvent
}
