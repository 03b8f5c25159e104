import { codeOf, messageOf, SkyloopError } from '../core/errors.ts'
import { credentialAdvice } from './credential-advice.ts'

/** Exit codes of the command line. */
export const EXIT = { ok: 0, user: 1, usage: 2, machine: 3, interrupted: 130 } as const

/** A failure as a person, or a script reading `--json`, sees it. */
export interface Failure {
  readonly code: string
  readonly message: string
  /** The next step. */
  readonly hint?: string
  /** The policy statement that decided, when the call was denied. */
  readonly statement?: string
  readonly exitCode: number
}

/** The command line was understood but one of its values is not allowed; exit code 2. */
export class UsageError extends SkyloopError {}

/** Thrown where work stops because the person pressed Ctrl-C. */
export function interrupted(): SkyloopError {
  return new SkyloopError({ code: 'cli.interrupted', message: 'interrupted' })
}

/** Turns whatever was thrown into what is shown, and the exit code that says whose fault it is. */
export function explainFailure(error: unknown, aborted: boolean): Failure {
  if (aborted || codeOf(error) === 'cli.interrupted') {
    return { code: 'cli.interrupted', message: 'interrupted', exitCode: EXIT.interrupted }
  }
  if (error instanceof SkyloopError) {
    return {
      code: error.code,
      message: error.message,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      exitCode: error instanceof UsageError ? EXIT.usage : error.fault === 'user' ? EXIT.user : EXIT.machine,
    }
  }
  if (isUnreachable(error)) {
    return {
      code: 'cli.engine-unreachable',
      message: 'the local engine does not answer',
      hint: 'run `skyloop local start --detach`',
      exitCode: EXIT.machine,
    }
  }
  if (error instanceof Error && isAwsFault(error)) return explainAws(error)
  const system = codeOf(error)
  if (system !== undefined && WRONG_PATH.has(system)) {
    return { code: system, message: messageOf(error), hint: 'check the path', exitCode: EXIT.user }
  }
  return {
    code: system ?? 'internal',
    message: messageOf(error),
    ...(system === undefined ? { hint: 'this is a defect of skyloop: please report it with the command you ran' } : {}),
    exitCode: EXIT.machine,
  }
}

interface AwsFault extends Error {
  readonly $fault: 'client' | 'server'
}

function isAwsFault(error: Error): error is AwsFault {
  return '$fault' in error
}

/** Error names by which AWS's services say that IAM refused. */
const DENIED = new Set(['AccessDenied', 'AccessDeniedException', 'AuthorizationError', 'UnauthorizedOperation'])

export function isAccessDenied(error: unknown): error is Error {
  return error instanceof Error && DENIED.has(error.name)
}

/** The statement that the engine names at the end of a denial, `... [decided by <policy>#<sid>]`. */
export function decidingStatement(message: string): string | undefined {
  return /\[decided by ([^\]]+)\]/.exec(message)?.[1]
}

function explainAws(error: AwsFault): Failure {
  const advice = credentialAdvice(error)
  if (advice) return { code: error.name, ...advice, exitCode: EXIT.user }
  const statement = isAccessDenied(error) ? decidingStatement(error.message) : undefined
  return {
    code: error.name,
    message: error.message,
    ...(statement === undefined ? {} : { statement }),
    ...(isAccessDenied(error) ? { hint: 'use a role that may do this with --role, or ask for the permission' } : {}),
    exitCode: error.$fault === 'server' ? EXIT.machine : EXIT.user,
  }
}

/** System errors about a file that the person named. */
const WRONG_PATH = new Set(['ENOENT', 'EACCES', 'EISDIR', 'ENOTDIR'])

function isUnreachable(error: unknown): boolean {
  const codes = [error, error instanceof Error ? error.cause : undefined].map(codeOf)
  return codes.includes('ECONNREFUSED') || codes.includes('ECONNRESET')
}
