import { messageOf } from '../../../../core/errors.ts'
import { parseS3Uri } from '../../../../core/s3-uri.ts'
import { validationError } from '../../../wire/aws-error.ts'
import type { Engine } from '../../../engine.ts'
import { checkName, notImplementedHere } from '../errors.ts'
import { workteamArn, workteams } from '../workteam/record.ts'
import type { LabelingRequest } from './record.ts'
import { taskKindOf, TASK_TYPES } from './task-type.ts'

/** Smallest and largest value of each number in a request. @source API reference of CreateLabelingJob, HumanTaskConfig */
const RANGES = {
  NumberOfHumanWorkersPerDataObject: [1, 9],
  TaskTimeLimitInSeconds: [30, 604_800],
  TaskAvailabilityLifetimeInSeconds: [60, 2_592_000],
  MaxConcurrentTaskCount: [1, 5000],
} as const

/** @throws ValidationException with everything that is wrong; what is not here is refused by name */
export function checkLabelingRequest(engine: Engine, input: LabelingRequest): void {
  checkName('labelingJobName', input.LabelingJobName)
  refuseWhatIsNotHere(input)
  const { HumanTaskConfig: task, StoppingConditions: stop = {} } = input
  const problems = [...attributeProblems(input.LabelAttributeName), ...locationProblems(input)]
  for (const [member, [least, most]] of Object.entries(RANGES)) {
    const value = task[member as keyof typeof RANGES]
    if (value !== undefined && !(value >= least && value <= most)) {
      problems.push(`${member} is ${value}, but must be from ${least} to ${most}`)
    }
  }
  if (task.TaskTitle.length > 128) problems.push('TaskTitle has more than 128 characters')
  if (task.TaskDescription.length > 255) problems.push('TaskDescription has more than 255 characters')
  const { MaxHumanLabeledObjectCount: count, MaxPercentageOfInputDatasetLabeled: percentage } = stop
  if (count !== undefined && count < 1) problems.push(`MaxHumanLabeledObjectCount is ${count}, but must be at least 1`)
  if (percentage !== undefined && !(percentage >= 1 && percentage <= 100)) {
    problems.push(`MaxPercentageOfInputDatasetLabeled is ${percentage}, but must be from 1 to 100`)
  }
  problems.push(...teamProblems(engine, task.WorkteamArn))
  if (problems.length > 0) throw validationError(problems.join('; '))
}

function attributeProblems(name: string): string[] {
  const problems: string[] = []
  if (!/^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,126}$/.test(name)) {
    problems.push(
      `LabelAttributeName is "${name}", but must be 1 to 127 letters, digits and single hyphens between them`,
    )
  }
  if (name.endsWith('-metadata')) problems.push('LabelAttributeName must not end with -metadata')
  if (name.endsWith('-ref'))
    problems.push('LabelAttributeName must not end with -ref: a label of boxes is no reference')
  if (name === 'source') problems.push('LabelAttributeName must not be source, which names the data object')
  return problems
}

function locationProblems(input: LabelingRequest): string[] {
  const { InputConfig, OutputConfig, LabelCategoryConfigS3Uri, HumanTaskConfig } = input
  const locations = {
    'InputConfig.DataSource.S3DataSource.ManifestS3Uri': InputConfig.DataSource.S3DataSource?.ManifestS3Uri,
    'OutputConfig.S3OutputPath': OutputConfig.S3OutputPath,
    LabelCategoryConfigS3Uri,
    'HumanTaskConfig.UiConfig.UiTemplateS3Uri': HumanTaskConfig.UiConfig.UiTemplateS3Uri,
  }
  return Object.entries(locations).flatMap(([member, uri]) => {
    if (uri === undefined) return [`${member} is required`]
    try {
      parseS3Uri(uri)
      return []
    } catch (error) {
      return [`${member}: ${messageOf(error)}`]
    }
  })
}

function teamProblems(engine: Engine, arn: string): string[] {
  if (
    workteams(engine)
      .list()
      .some(({ value }) => value.arn === arn)
  )
    return []
  const own = workteamArn(engine, '')
  return arn.startsWith(own)
    ? [`the work team ${arn} does not exist`]
    : [`WorkteamArn is ${arn}, but must be a work team of this engine: ${own}<name>`]
}

function refuseWhatIsNotHere(input: LabelingRequest): void {
  const { HumanTaskConfig: task } = input
  if (/:workteam\/(public|vendor)-crowd\//.test(task.WorkteamArn)) {
    const kind = task.WorkteamArn.includes(':workteam/public-crowd/') ? 'public' : 'vendor'
    throw validationError(
      `The ${kind} workforce is not implemented by this engine: nobody there can see its tasks. Give a private work ` +
        'team, whose workers answer at the worker portal of this engine',
    )
  }
  if (input.LabelingJobAlgorithmsConfig)
    throw notImplementedHere('LabelingJobAlgorithmsConfig (automated data labeling)')
  if (input.InputConfig.DataSource.SnsDataSource) throw notImplementedHere('SnsDataSource (streaming labeling jobs)')
  if (input.OutputConfig.SnsTopicArn) throw notImplementedHere('OutputConfig.SnsTopicArn (streaming labeling jobs)')
  if (task.UiConfig.HumanTaskUiArn) throw notImplementedHere('UiConfig.HumanTaskUiArn')
  const before = task.PreHumanTaskLambdaArn
  const after = task.AnnotationConsolidationConfig?.AnnotationConsolidationLambdaArn
  const types = TASK_TYPES.join(', ')
  if (before === undefined || taskKindOf(before, 'PRE') === undefined) {
    throw notImplementedHere(`PreHumanTaskLambdaArn ${before ?? '(none)'}: a function other than PRE-{${types}}`)
  }
  if (after === undefined || taskKindOf(after, 'ACS') === undefined) {
    throw notImplementedHere(
      `AnnotationConsolidationLambdaArn ${after ?? '(none)'}: a function other than ACS-{${types}}`,
    )
  }
  if (taskKindOf(before, 'PRE') !== taskKindOf(after, 'ACS')) {
    throw validationError(
      `PreHumanTaskLambdaArn ${before} and AnnotationConsolidationLambdaArn ${after} are of different task types`,
    )
  }
}
