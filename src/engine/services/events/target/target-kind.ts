import type { Target } from '@aws-sdk/client-eventbridge'
import { parseArn } from '../../../../core/arn.ts'
import { messageOf } from '../../../../core/errors.ts'
import type { Engine } from '../../../engine.ts'
import { inputProblems } from '../input-transform.ts'
import { compileJsonPath } from '../json-path.ts'

/** What an event can be sent to. */
export type TargetKind = 'sagemaker-pipeline' | 'sns-topic' | 'log-group'

/** @returns the kind, or a sentence naming what is refused and why */
export function targetKind(arn: string): TargetKind | { readonly refused: string } {
  let parsed
  try {
    parsed = parseArn(arn)
  } catch (error) {
    return { refused: messageOf(error) }
  }
  if (parsed.service === 'sagemaker' && parsed.resource.startsWith('pipeline/')) return 'sagemaker-pipeline'
  if (parsed.service === 'sns' && !parsed.resource.includes(':')) return 'sns-topic'
  if (parsed.service === 'logs' && parsed.resource.startsWith('log-group:')) return 'log-group'
  return {
    refused: `targets of service "${parsed.service}" are not implemented; a SageMaker pipeline, an SNS topic or a log group is`,
  }
}

/** Settings of a target that other kinds of receivers would need. Each is refused by name, never ignored. */
const OTHER_SETTINGS = [
  'KinesisParameters',
  'RunCommandParameters',
  'EcsParameters',
  'BatchParameters',
  'SqsParameters',
  'HttpParameters',
  'RedshiftDataParameters',
  'AppSyncParameters',
  'DeadLetterConfig',
] as const

/** What is wrong with a target; empty when nothing is. */
export function targetProblems(engine: Pick<Engine, 'accountId' | 'region'>, target: Target): string[] {
  const kind = targetKind(target.Arn ?? '')
  if (typeof kind === 'object') return [kind.refused]
  const problems = inputProblems(target)
  for (const setting of OTHER_SETTINGS) {
    if (target[setting] !== undefined) problems.push(`${setting} is not implemented`)
  }
  const arn = parseArn(target.Arn ?? '')
  if (arn.account !== engine.accountId || arn.region !== engine.region) {
    problems.push(`"${target.Arn}" is in another account or region`)
  }
  if (kind === 'sagemaker-pipeline' && target.RoleArn === undefined) {
    problems.push('RoleArn is required for a SageMaker pipeline')
  }
  if (kind !== 'sagemaker-pipeline' && target.SageMakerPipelineParameters !== undefined) {
    problems.push('SageMakerPipelineParameters fits SageMaker pipelines only')
  }
  for (const parameter of target.SageMakerPipelineParameters?.PipelineParameterList ?? []) {
    if (parameter.Value?.startsWith('$') && !compileJsonPath(parameter.Value)) {
      problems.push(`value of pipeline parameter "${parameter.Name}" is not a JSONPath: "${parameter.Value}"`)
    }
  }
  return problems
}
