import { formatArn } from '../../../core/arn.ts'
import type { Engine } from '../../engine.ts'
import { invalidParameter } from './errors.ts'

type Place = Pick<Engine, 'accountId' | 'region'>

/** `arn:aws:logs:<region>:<account>:log-group:<name>` */
export function groupArn(engine: Place, group: string): string {
  return formatArn({
    service: 'logs',
    region: engine.region,
    account: engine.accountId,
    resource: `log-group:${group}`,
  })
}

export function streamArn(engine: Place, group: string, stream: string): string {
  return `${groupArn(engine, group)}:log-stream:${stream}`
}

/** The group that a request names by `logGroupName` or by `logGroupIdentifier` (a name or an ARN). */
export function groupNameOf(input: {
  readonly logGroupName?: string | undefined
  readonly logGroupIdentifier?: string | undefined
}): string {
  const name = input.logGroupName ?? input.logGroupIdentifier?.replace(/^arn:[^:]*:logs:[^:]*:[^:]*:log-group:/, '')
  if (!name) throw invalidParameter('One of logGroupName and logGroupIdentifier is required.')
  return name.replace(/:\*$/, '')
}

/** @throws InvalidParameterException with AWS's rule when a group or stream name has other characters */
export function checkName(kind: 'logGroupName' | 'logStreamName', name: string): void {
  const pattern = kind === 'logGroupName' ? /^[.\-_/#A-Za-z0-9]{1,512}$/ : /^[^:*]{1,512}$/
  if (!pattern.test(name)) {
    throw invalidParameter(
      `1 validation error detected: Value '${name}' at '${kind}' failed to satisfy constraint: Member must satisfy regular expression pattern: ${pattern.source}`,
    )
  }
}
