import { formatArn } from '../core/arn.ts'

/** The account and names that policies are written for. */
export interface AccountScope {
  /** Twelve digits. */
  readonly accountId: string
  readonly region: string
  /** @default `skyloop-<account>-<region>` */
  readonly bucket?: string
  /** @default 'aws' */
  readonly partition?: string
}

export const ROLE_NAMES = {
  dataScientist: 'SkyloopDataScientist',
  mlEngineer: 'SkyloopMLEngineer',
  execution: 'SkyloopExecution',
  experiment: 'SkyloopExperiment',
  events: 'SkyloopEvents',
} as const

export type RoleKey = keyof typeof ROLE_NAMES

/** ARNs of an account, as policies need them. */
export interface ScopedArns {
  readonly accountId: string
  readonly bucket: string
  readonly root: string
  role(key: RoleKey): string
  /** `sagemaker('pipeline/*')` */
  sagemaker(resource: string): string
  events(resource: string): string
  sns(topic: string): string
  logGroup(group: string): string
  s3Bucket: string
  s3Objects(prefix?: string): string
}

export function scopedArns(scope: AccountScope): ScopedArns {
  const { accountId, region, partition = 'aws' } = scope
  const bucket = scope.bucket ?? `skyloop-${accountId}-${region}`
  const arn = (service: string, resource: string, place = region, account = accountId) =>
    formatArn({ partition, service, region: place, account, resource })
  return {
    accountId,
    bucket,
    root: arn('iam', 'root', ''),
    role: (key) => arn('iam', `role/${ROLE_NAMES[key]}`, ''),
    sagemaker: (resource) => arn('sagemaker', resource),
    events: (resource) => arn('events', resource),
    sns: (topic) => arn('sns', topic),
    logGroup: (group) => arn('logs', `log-group:${group}`),
    s3Bucket: arn('s3', bucket, '', ''),
    s3Objects: (prefix = '*') => arn('s3', `${bucket}/${prefix}`, '', ''),
  }
}

/** Endpoints whose names say production; people deploy them, jobs and scientists do not. */
export const PRODUCTION_RESOURCES = ['endpoint/*production*', 'endpoint-config/*production*'] as const
