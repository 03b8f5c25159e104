import type { CreateLabelingJobRequest } from '@aws-sdk/client-sagemaker'
import { ProblemsError } from '../../core/errors.ts'
import { joinS3 } from '../../core/s3-uri.ts'
import type { TaskKind } from '../tasks/task-source.ts'
import { builtInFunctions } from './built-in-functions.ts'
import { taskPrice } from './task-price.ts'
import { uiTemplate } from './ui-template.ts'

/** Who labels: a team of one's own, a vendor's, or anybody on Mechanical Turk for a price. */
export type Workforce =
  | { readonly type: 'private' | 'vendor'; readonly teamArn: string }
  | { readonly type: 'public'; readonly taskPriceUsd: number; readonly isFreeOfPersonalData: boolean }

export interface LabelingJobPlan {
  /** 1 to 63 letters, digits and hyphens. */
  readonly name: string
  readonly kind: TaskKind
  /** Classes in order; in a verification, the judgements. */
  readonly labels: readonly string[]
  readonly region: string
  readonly roleArn: string
  /** `s3://…/x.manifest` */
  readonly manifestUri: string
  /** The job writes below `<outputUri>/<name>/`. */
  readonly outputUri: string
  /** Attribute of the label in the output. In a chain, that of the job before labels only what it left. */
  readonly attribute: string
  /** Attribute whose boxes are shown; required unless `kind` is annotation. */
  readonly priorAttribute?: string
  readonly workforce: Workforce
  readonly title: string
  readonly instructions: string
  /** 1 to 9 */
  readonly workersPerObject: number
  /** From claim to submission, seconds. */
  readonly taskTimeLimitS: number
  /** How long an object waits for workers, seconds. @default what the service says: 10 days for private teams */
  readonly availableS?: number
  readonly maxObjects?: number
  readonly maxPercentage?: number
  readonly tags?: Readonly<Record<string, string>>
}

/** A file that the job reads. */
export interface JobFile {
  readonly uri: string
  readonly contentType: string
  readonly text: string
}

export interface PlannedJob {
  readonly request: CreateLabelingJobRequest
  /** Label categories and UI template; to be stored before the job is created. */
  readonly files: readonly JobFile[]
}

/** Owner of the public workforce. @source developer guide, "sms-workforce-management-public" */
const PUBLIC_OWNER = '394669845002'

/** Where the files of a job lie. */
export function inputUriOf({ outputUri, name }: Pick<LabelingJobPlan, 'outputUri' | 'name'>): string {
  return joinS3(outputUri, name, 'input')
}

/**
 * Everything that CreateLabelingJob needs, on AWS and on the engine alike. Pure.
 *
 * @throws ProblemsError `label.plan` with all that is wrong; SkyloopError `label.region`, `label.price`
 */
export function planLabelingJob(plan: LabelingJobPlan): PlannedJob {
  const problems = problemsOf(plan)
  if (problems.length > 0) throw new ProblemsError('label.plan', 'this cannot become a labelling job', problems)
  const input = inputUriOf(plan)
  const categoriesUri = joinS3(input, 'label-categories.json')
  const templateUri = joinS3(input, 'template.html')
  const functions = builtInFunctions(plan.region, plan.kind)
  const { workforce } = plan
  const isPublic = workforce.type === 'public'
  const stopping = {
    ...(plan.maxObjects !== undefined && { MaxHumanLabeledObjectCount: plan.maxObjects }),
    ...(plan.maxPercentage !== undefined && { MaxPercentageOfInputDatasetLabeled: plan.maxPercentage }),
  }
  const request: CreateLabelingJobRequest = {
    LabelingJobName: plan.name,
    LabelAttributeName: plan.attribute,
    InputConfig: {
      DataSource: { S3DataSource: { ManifestS3Uri: plan.manifestUri } },
      ...(isPublic &&
        workforce.isFreeOfPersonalData && {
          DataAttributes: {
            ContentClassifiers: ['FreeOfPersonallyIdentifiableInformation', 'FreeOfAdultContent'],
          },
        }),
    },
    OutputConfig: { S3OutputPath: plan.outputUri },
    RoleArn: plan.roleArn,
    LabelCategoryConfigS3Uri: categoriesUri,
    ...(Object.keys(stopping).length > 0 && { StoppingConditions: stopping }),
    HumanTaskConfig: {
      WorkteamArn: isPublic
        ? `arn:aws:sagemaker:${plan.region}:${PUBLIC_OWNER}:workteam/public-crowd/default`
        : workforce.teamArn,
      UiConfig: { UiTemplateS3Uri: templateUri },
      PreHumanTaskLambdaArn: functions.before,
      AnnotationConsolidationConfig: { AnnotationConsolidationLambdaArn: functions.after },
      TaskTitle: plan.title,
      TaskDescription: firstLine(plan.instructions) || plan.title,
      TaskKeywords: ['images', 'bounding boxes'],
      NumberOfHumanWorkersPerDataObject: plan.workersPerObject,
      TaskTimeLimitInSeconds: plan.taskTimeLimitS,
      ...(plan.availableS !== undefined && { TaskAvailabilityLifetimeInSeconds: plan.availableS }),
      ...(isPublic && { PublicWorkforceTaskPrice: taskPrice(workforce.taskPriceUsd) }),
    },
    ...(plan.tags && { Tags: Object.entries(plan.tags).map(([Key, Value]) => ({ Key, Value })) }),
  }
  return { request, files: [categoriesFile(plan, categoriesUri), templateFile(plan, templateUri)] }
}

function problemsOf(plan: LabelingJobPlan): string[] {
  const problems: string[] = []
  if (!/^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/.test(plan.name)) {
    problems.push(`the name is "${plan.name}", but must be 1 to 63 letters, digits and hyphens between them`)
  }
  if (plan.labels.length === 0) problems.push('there are no labels')
  const twice = plan.labels.find((label, index) => plan.labels.indexOf(label) !== index)
  if (twice !== undefined) problems.push(`the label "${twice}" is there twice`)
  if (!/^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,126}$/.test(plan.attribute) || /-(metadata|ref)$/.test(plan.attribute)) {
    problems.push(
      `the label attribute is "${plan.attribute}", but must be letters, digits and hyphens, and not end with -metadata or -ref`,
    )
  }
  if (plan.kind === 'annotation' && plan.priorAttribute !== undefined) {
    problems.push('only adjustment and verification jobs show the boxes of an earlier attribute')
  }
  if (plan.kind !== 'annotation' && plan.priorAttribute === undefined) {
    problems.push(`an ${plan.kind} job needs the attribute whose boxes it shows`)
  }
  if (plan.priorAttribute === plan.attribute) {
    problems.push(`the boxes shown and the label have the same attribute "${plan.attribute}": nothing would be asked`)
  }
  if (plan.title.length > 128) problems.push(`the title has ${plan.title.length} characters, more than 128`)
  return problems
}

function categoriesFile({ labels, priorAttribute }: LabelingJobPlan, uri: string): JobFile {
  const value = {
    'document-version': '2018-11-28',
    labels: labels.map((label) => ({ label })),
    ...(priorAttribute !== undefined && { auditLabelAttributeName: priorAttribute }),
  }
  return { uri, contentType: 'application/json', text: `${JSON.stringify(value, undefined, 1)}\n` }
}

function templateFile(plan: LabelingJobPlan, uri: string): JobFile {
  const { title, priorAttribute } = plan
  const instructions = plan.instructions || title
  const text = uiTemplate(plan.kind, { title, instructions, ...(priorAttribute !== undefined && { priorAttribute }) })
  return { uri, contentType: 'text/html', text }
}

const DESCRIPTION_LIMIT = 255

function firstLine(text: string): string {
  const [line = ''] = text.trim().split('\n')
  return line.length <= DESCRIPTION_LIMIT ? line : `${line.slice(0, DESCRIPTION_LIMIT - 1)}…`
}
