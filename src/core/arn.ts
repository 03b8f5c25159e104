import { SkyloopError } from './errors.ts'

/** The parts of an Amazon Resource Name, `arn:partition:service:region:account:resource`. */
export interface Arn {
  readonly partition: string
  readonly service: string
  readonly region: string
  readonly account: string
  /** Everything after the fifth colon, colons included. */
  readonly resource: string
}

export function formatArn(parts: Omit<Arn, 'partition'> & { readonly partition?: string }): string {
  return `arn:${parts.partition ?? 'aws'}:${parts.service}:${parts.region}:${parts.account}:${parts.resource}`
}

/** @throws SkyloopError `core.arn` when the text is not an ARN */
export function parseArn(text: string): Arn {
  const [prefix, partition, service, region, account, ...resource] = text.split(':')
  if (prefix !== 'arn' || !partition || !service || region === undefined || account === undefined || !resource.length) {
    throw new SkyloopError({ code: 'core.arn', message: `not an ARN: "${text}"` })
  }
  return { partition, service, region, account, resource: resource.join(':') }
}
