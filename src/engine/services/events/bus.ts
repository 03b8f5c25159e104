/** An event as EventBridge delivers it, before the bus adds version, id, account and region. */
export interface PutEvent {
  /** e.g. `aws.sagemaker` */
  readonly source: string
  /** e.g. `SageMaker Training Job State Change` */
  readonly detailType: string
  readonly resources: readonly string[]
  readonly detail: Readonly<Record<string, unknown>>
}

export interface EventBus {
  /** Records the event and matches it against the rules; targets are invoked afterwards, at least once each, also after a crash. */
  publish(event: PutEvent): void
}
