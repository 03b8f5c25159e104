import { formatArn } from '../../../core/arn.ts'
import type { Engine } from '../../engine.ts'

export type ResourceKind =
  | 'processing-job'
  | 'training-job'
  | 'hyper-parameter-tuning-job'
  | 'model'
  | 'endpoint-config'
  | 'endpoint'
  | 'model-package-group'
  | 'model-package'
  | 'pipeline'
  | 'labeling-job'
  | 'workteam'
  | 'workforce'

/** `arn:aws:sagemaker:<region>:<account>:<kind>/<name>` */
export function sagemakerArn(engine: Engine, kind: ResourceKind, name: string): string {
  return formatArn({
    service: 'sagemaker',
    region: engine.region,
    account: engine.accountId,
    resource: `${kind}/${name}`,
  })
}

/** The name behind an ARN of one kind; anything that is no ARN is taken as the name itself, as SageMaker does. */
export function nameFromArn(kind: ResourceKind, nameOrArn: string): string {
  const marker = `:${kind}/`
  return nameOrArn.startsWith('arn:') && nameOrArn.includes(marker)
    ? nameOrArn.slice(nameOrArn.indexOf(marker) + marker.length)
    : nameOrArn
}
