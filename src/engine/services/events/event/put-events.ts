import type { PutEventsCommandInput, PutEventsCommandOutput, PutEventsRequestEntry } from '@aws-sdk/client-eventbridge'
import { isObject } from '../../../../core/json.ts'
import { operation } from '../../../wire/operation.ts'
import { eventBusOf } from '../event-bus.ts'
import { validationError } from '../errors.ts'
import { busArn, checkBus } from '../rule-store.ts'

const MAX_ENTRIES = 10
const MAX_BYTES = 262_144

/**
 * PutEvents: publishes up to ten events. Each entry is judged by itself and answered in its place.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
 * Differs: `TraceHeader` is accepted and has no effect; `EndpointId` (global endpoints) is refused.
 */
export const putEvents = operation<PutEventsCommandInput, PutEventsCommandOutput>({
  permissions: (input, { engine }) => [
    ...new Map(
      input.Entries!.map((entry) => [
        `${entry.Source}\n${entry.DetailType}`,
        {
          action: 'events:PutEvents',
          resource: busArn(engine),
          context: {
            ...(entry.Source === undefined ? {} : { 'events:source': entry.Source }),
            ...(entry.DetailType === undefined ? {} : { 'events:detail-type': entry.DetailType }),
          },
        },
      ]),
    ).values(),
  ],
  handle: (input, { engine }) => {
    if (input.EndpointId !== undefined)
      throw validationError('Parameter EndpointId is not valid: global endpoints are not implemented.')
    const entries = input.Entries!
    if (entries.length < 1 || entries.length > MAX_ENTRIES) {
      throw validationError(
        `1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length between 1 and ${MAX_ENTRIES}`,
      )
    }
    const bytes = entries.reduce((sum, entry) => sum + entryBytes(entry), 0)
    if (bytes > MAX_BYTES)
      throw validationError(`Total size of the entries in the request is over the limit of ${MAX_BYTES} bytes.`)
    const answers = engine.store.transaction(() =>
      entries.map((entry) => {
        checkBus(engine, entry.EventBusName)
        const detail = readDetail(entry)
        if ('ErrorCode' in detail) return detail
        const event = {
          source: entry.Source!,
          detailType: entry.DetailType!,
          resources: entry.Resources ?? [],
          detail: detail.value,
        }
        return { EventId: eventBusOf(engine).publishEvent(event, entry.Time?.getTime()) }
      }),
    )
    return { FailedEntryCount: answers.filter((answer) => 'ErrorCode' in answer).length, Entries: answers }
  },
})

function readDetail(
  entry: PutEventsRequestEntry,
): { readonly value: Record<string, unknown> } | { readonly ErrorCode: string; readonly ErrorMessage: string } {
  for (const name of ['Source', 'DetailType', 'Detail'] as const) {
    if (!entry[name]) {
      return {
        ErrorCode: 'InvalidArgument',
        ErrorMessage: `Parameter ${name} is not valid. Reason: ${name} is a required argument.`,
      }
    }
  }
  if (entry.Source!.startsWith('aws.')) {
    return { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: 'Not authorized for the source.' }
  }
  try {
    const value: unknown = JSON.parse(entry.Detail!)
    if (isObject(value)) return { value }
  } catch {
    // Answered below, like any other detail that is not an object.
  }
  return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' }
}

/** @source docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html */
function entryBytes(entry: PutEventsRequestEntry): number {
  const texts = [entry.Source, entry.DetailType, entry.Detail, ...(entry.Resources ?? [])]
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text ?? ''), entry.Time === undefined ? 0 : 14)
}
