import type { ModelApprovalStatus } from '@aws-sdk/client-sagemaker'
import { parseArn } from '../core/arn.ts'
import { SkyloopError } from '../core/errors.ts'

/** One version of a model in the registry. */
export interface PackageVersion {
  readonly arn: string
  readonly group: string
  readonly version: number
  readonly approval: ModelApprovalStatus
  readonly createdAt: Date
  readonly description: string | undefined
}

/**
 * Group and version of `arn:...:model-package/<group>/<version>`.
 *
 * @throws SkyloopError `registry.arn` for any other text
 */
export function parsePackageArn(arn: string): { readonly group: string; readonly version: number } {
  const match = /^model-package\/([^/]+)\/(\d+)$/.exec(parseArn(arn).resource)
  if (!match) throw new SkyloopError({ code: 'registry.arn', message: `not a versioned model package: "${arn}"` })
  return { group: match[1] as string, version: Number(match[2]) }
}
