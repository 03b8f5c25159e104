import { validationError } from '../../../wire/aws-error.ts'
import type { Engine } from '../../../engine.ts'
import { endpointConfigs } from '../endpoint-config/record.ts'
import { endpoints } from '../endpoint/record.ts'
import { tuningJobs } from '../hyper-parameter-tuning-job/record.ts'
import { labelingJobs } from '../labeling-job/record.ts'
import { models } from '../model/record.ts'
import { modelPackageGroups } from '../model-package-group/record.ts'
import { findModelPackage } from '../model-package/record.ts'
import { executionKey, executions } from '../pipeline-execution/record.ts'
import { pipelines } from '../pipeline/record.ts'
import { processingJobs } from '../processing-job/record.ts'
import { trainingJobs } from '../training-job/record.ts'
import type { ResourceKind } from '../arns.ts'
import { workforces } from '../workforce/record.ts'
import { TEAM_KIND, workteams } from '../workteam/record.ts'

type Exists = (engine: Engine, name: string) => boolean

const EXISTS: Readonly<Record<ResourceKind, Exists>> = {
  'processing-job': (engine, name) => processingJobs(engine).get(name) !== undefined,
  'training-job': (engine, name) => trainingJobs(engine).get(name) !== undefined,
  'hyper-parameter-tuning-job': (engine, name) => tuningJobs(engine).get(name) !== undefined,
  model: (engine, name) => models(engine).get(name) !== undefined,
  'endpoint-config': (engine, name) => endpointConfigs(engine).get(name) !== undefined,
  endpoint: (engine, name) => endpoints(engine).get(name) !== undefined,
  'model-package-group': (engine, name) => modelPackageGroups(engine).get(name) !== undefined,
  'model-package': (engine, name) => findModelPackage(engine, name) !== undefined,
  pipeline: (engine, name) =>
    name.includes('/execution/')
      ? executions(engine).get(executionKey(`arn:aws:sagemaker:::pipeline/${name}`)) !== undefined
      : pipelines(engine).get(name) !== undefined,
  'labeling-job': (engine, name) => labelingJobs(engine).get(name.toLowerCase()) !== undefined,
  workteam: (engine, name) =>
    name.startsWith(TEAM_KIND) && workteams(engine).get(name.slice(TEAM_KIND.length)) !== undefined,
  workforce: (engine, name) => workforces(engine).get(name) !== undefined,
}

/** @throws ValidationException unless the ARN is that of a resource of this engine that carries tags */
export function checkTaggable(engine: Engine, arn: string): void {
  const match = /^arn:aws:sagemaker:([^:]*):([^:]*):([a-z-]+)\/(.+)$/.exec(arn)
  const [, region, account, kind, name] = match ?? []
  if (region !== engine.region || account !== engine.accountId || kind === undefined || !Object.hasOwn(EXISTS, kind)) {
    throw validationError(`Invalid ResourceArn: ${arn}`)
  }
  if (!EXISTS[kind as ResourceKind](engine, name ?? '')) throw validationError(`The resource ${arn} does not exist`)
}
