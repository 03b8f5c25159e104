/** CloudWatch Logs for other services of the engine. Groups and streams are made when first written to. */
export interface LogSink {
  append(group: string, stream: string, lines: readonly { readonly timeMs: number; readonly message: string }[]): void
}
