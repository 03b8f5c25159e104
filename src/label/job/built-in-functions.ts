import { SkyloopError } from '../../core/errors.ts'
import type { TaskKind } from '../tasks/task-source.ts'

/** Accounts of the built-in functions, by region. @source API reference of HumanTaskConfig, `PreHumanTaskLambdaArn` */
const ACCOUNTS: Readonly<Record<string, string>> = {
  'us-east-1': '432418664414',
  'us-east-2': '266458841044',
  'us-west-2': '081040173940',
  'ca-central-1': '918755190332',
  'eu-west-1': '568282634449',
  'eu-west-2': '487402164563',
  'eu-central-1': '203001061592',
  'ap-northeast-1': '477331159723',
  'ap-northeast-2': '845288260483',
  'ap-south-1': '565803892007',
  'ap-southeast-1': '377565633583',
  'ap-southeast-2': '454466003867',
}

/** What Ground Truth calls each kind of task. */
const TASK_TYPES: Readonly<Record<TaskKind, string>> = {
  annotation: 'BoundingBox',
  adjustment: 'AdjustmentBoundingBox',
  verification: 'VerificationBoundingBox',
}

/** ARNs of the functions that run before and after workers see an object. */
export interface BuiltInFunctions {
  readonly before: string
  readonly after: string
}

/** @throws SkyloopError `label.region` where Ground Truth is not offered */
export function builtInFunctions(region: string, kind: TaskKind): BuiltInFunctions {
  const account = Object.hasOwn(ACCOUNTS, region) ? ACCOUNTS[region] : undefined
  if (account === undefined) {
    throw new SkyloopError({
      code: 'label.region',
      message: `Ground Truth has no labelling jobs in ${region}; it has in ${Object.keys(ACCOUNTS).join(', ')}`,
      hint: 'without a job, label a manifest: skyloop label serve --manifest s3://…',
    })
  }
  const functions = `arn:aws:lambda:${region}:${account}:function`
  return { before: `${functions}:PRE-${TASK_TYPES[kind]}`, after: `${functions}:ACS-${TASK_TYPES[kind]}` }
}

/** @returns undefined for a function that is not built in */
export function kindOfFunction(arn: string | undefined): TaskKind | undefined {
  const type = arn?.split(':PRE-')[1]
  return (Object.keys(TASK_TYPES) as TaskKind[]).find((kind) => TASK_TYPES[kind] === type)
}
