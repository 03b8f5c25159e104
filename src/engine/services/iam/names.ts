import type { Engine } from '../../engine.ts'
import { invalid } from './iam-errors.ts'

/** @throws AwsError `ValidationError` unless the name has the characters and length that IAM allows */
export function checkName(member: string, name: string, maxLength: number): void {
  if (name.length > 0 && name.length <= maxLength && /^[\w+=,.@-]+$/.test(name)) return
  throw invalid(
    `1 validation error detected: Value '${name}' at '${member}' failed to satisfy constraint: Member must be 1 to ${maxLength} characters of A-Z, a-z, 0-9 and _+=,.@-`,
  )
}

/** The path of an identity, `/` unless given. */
export function checkPath(path: string | undefined): string {
  if (path === undefined) return '/'
  if (path.length <= 512 && /^\/(?:[!-~]*\/)?$/.test(path)) return path
  throw invalid(
    'The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters.',
  )
}

export function iamArn(
  engine: Pick<Engine, 'accountId'>,
  kind: 'user' | 'role' | 'policy',
  path: string,
  name: string,
): string {
  return `arn:aws:iam::${engine.accountId}:${kind}${path}${name}`
}

/** An id that is never used again, e.g. `AROA…`. @source docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html */
export function uniqueId(engine: Pick<Engine, 'ids'>, prefix: 'AIDA' | 'AROA' | 'ANPA'): string {
  return prefix + engine.ids.short(17).toUpperCase()
}
