/** Whose fault an error is; the CLI chooses its wording and exit code by it. */
export type Fault = 'user' | 'machine' | 'internal'

export interface ErrorDetails {
  /** Stable dotted code, e.g. `data.label.out-of-frame`; tests and scripts match on it. */
  readonly code: string
  /** What happened, with the value given and the values allowed. */
  readonly message: string
  /** @default 'user' */
  readonly fault?: Fault
  /** The next step for the person reading. */
  readonly hint?: string
  readonly cause?: unknown
}

/** An error that a person can act on: it says what happened, whose fault it is and what to do next. */
export class SkyloopError extends Error {
  readonly code: string
  readonly fault: Fault
  readonly hint: string | undefined

  constructor(details: ErrorDetails) {
    super(details.message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'SkyloopError'
    this.code = details.code
    this.fault = details.fault ?? 'user'
    this.hint = details.hint
  }
}

/** Several problems found in one validation, reported together. */
export class ProblemsError extends SkyloopError {
  readonly problems: readonly string[]

  constructor(code: string, what: string, problems: readonly string[], hint?: string) {
    super({ code, message: `${what}: ${problems.length} problem(s)\n  - ${problems.join('\n  - ')}`, hint })
    this.name = 'ProblemsError'
    this.problems = problems
  }
}

/** A broken invariant of our own. */
export function internalError(message: string): SkyloopError {
  return new SkyloopError({ code: 'internal', fault: 'internal', message: `internal: ${message}` })
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** The `code` of a Node system error or of a {@link SkyloopError}, else undefined. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}
