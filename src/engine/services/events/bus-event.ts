/**
 * An event as targets receive it.
 *
 * @source docs.aws.amazon.com/eventbridge/latest/userguide/aws-events.html
 */
export interface BusEvent {
  readonly version: '0'
  readonly id: string
  readonly 'detail-type': string
  readonly source: string
  readonly account: string
  /** ISO 8601 in whole seconds, `2026-01-02T03:04:05Z` */
  readonly time: string
  readonly region: string
  readonly resources: readonly string[]
  readonly detail: Readonly<Record<string, unknown>>
}

/** EventBridge's time: UTC without fractions of a second. */
export function eventTime(date: Date): string {
  return date.toISOString().replace(/\.\d{3}Z$/, 'Z')
}
