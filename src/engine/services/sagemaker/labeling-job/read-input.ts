import { setImmediate } from 'node:timers/promises'
import { messageOf } from '../../../../core/errors.ts'
import { isObject } from '../../../../core/json.ts'
import { failureAttributes } from '../../../../core/labelling/label-attributes.ts'
import { parseS3Uri } from '../../../../core/s3-uri.ts'
import type { Principal } from '../../../auth/principal.ts'
import type { Engine } from '../../../engine.ts'
import { failureReasonOf, JobFailure } from '../../../runner/job-failure.ts'
import type { ObjectRow } from './labeling-tables.ts'
import { priorBoxes } from './prior-boxes.ts'
import { readTemplate } from './read-template.ts'
import type { LabelingInput, LabelingJobRecord } from './record.ts'
import { readRoleText, roleObject } from './role-objects.ts'
import { taskKindOf } from './task-type.ts'
import type { TaskKind } from './task-type.ts'

/** Longest line of a manifest, in characters. @source developer guide, "Input manifest" */
const LINE_LIMIT = 100_000
/** Longest value of one attribute on a line, in characters. */
const ATTRIBUTE_LIMIT = 20_000
const MANIFEST_LIMIT_BYTES = 1024 ** 3
const CATEGORIES_LIMIT_BYTES = 1024 ** 2
const TEMPLATE_LIMIT_BYTES = 1024 ** 2
const MANY_PROBLEMS = 10

type NewObject = Pick<ObjectRow, 'position' | 'line' | 'sourceRef' | 'state' | 'label'>

export interface ReadInput {
  readonly input: LabelingInput
  readonly objects: readonly NewObject[]
}

/**
 * Reads everything that a job is made of, as its role.
 *
 * A file that makes no sense fails the job with all that is wrong; an object that cannot be labelled fails alone.
 *
 * @throws JobFailure; AwsError when the role may not read
 */
export async function readLabelingInput(engine: Engine, role: Principal, job: LabelingJobRecord): Promise<ReadInput> {
  const { request } = job
  const { UiConfig, PreHumanTaskLambdaArn = '' } = request.HumanTaskConfig
  const kind = taskKindOf(PreHumanTaskLambdaArn, 'PRE') as TaskKind
  const categoriesUri = request.LabelCategoryConfigS3Uri ?? ''
  const categories = readCategories(
    await readRoleText(engine, role, categoriesUri, CATEGORIES_LIMIT_BYTES),
    categoriesUri,
  )
  const templateUri = UiConfig.UiTemplateS3Uri ?? ''
  const template = readTemplate(await readRoleText(engine, role, templateUri, TEMPLATE_LIMIT_BYTES), templateUri, kind)
  const priorAttribute = kind === 'annotation' ? undefined : (template.priorAttribute ?? categories.priorAttribute)
  if (kind !== 'annotation' && priorAttribute === undefined) {
    throw new JobFailure(
      'ClientError',
      `an ${kind} job needs the label attribute whose boxes it shows: name it in ${templateUri} as ` +
        'task.input.manifestLine.<attribute>.annotations, or in the label category file as auditLabelAttributeName',
    )
  }
  const input: LabelingInput = {
    labels: categories.labels,
    instructions: template.instructions,
    ...(priorAttribute !== undefined && { priorAttribute }),
  }
  const manifestUri = request.InputConfig.DataSource.S3DataSource?.ManifestS3Uri ?? ''
  const text = await readRoleText(engine, role, manifestUri, MANIFEST_LIMIT_BYTES)
  const objects: NewObject[] = []
  for (const [position, { line, value, sourceRef }] of readManifest(text, manifestUri).entries()) {
    // Thousands of lines must not keep the engine from answering.
    if (position % 500 === 499) await setImmediate()
    const row = { position, line, sourceRef, label: undefined }
    if (hasLabel(value, request.LabelAttributeName)) {
      objects.push({ ...row, state: 'kept' })
      continue
    }
    try {
      roleObject(engine, role, sourceRef)
      if (priorAttribute !== undefined) {
        priorBoxes(value, priorAttribute, kind === 'adjustment' ? input.labels : undefined)
      }
      objects.push({ ...row, state: 'queued' })
    } catch (error) {
      const origin = { attribute: request.LabelAttributeName, jobName: job.name, createdAt: engine.clock.now() }
      const label = JSON.stringify(failureAttributes(origin, failureReasonOf(error)))
      objects.push({ ...row, state: 'failed', label })
    }
  }
  return { input, objects }
}

/** An object with this very attribute was labelled by an earlier job of the chain; one that failed there was not. */
function hasLabel(line: Readonly<Record<string, unknown>>, attribute: string): boolean {
  return Object.hasOwn(line, attribute) && line[attribute] !== null
}

interface Categories {
  readonly labels: readonly string[]
  readonly priorAttribute?: string
}

/** `{"document-version":"2018-11-28","labels":[{"label":"car"}]}` */
function readCategories(text: string, uri: string): Categories {
  const wrong = (what: string): never => {
    throw new JobFailure('ClientError', `the label category file ${uri} ${what}`)
  }
  let value: unknown
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (error) {
    return wrong(`is not JSON: ${messageOf(error)}`)
  }
  if (!isObject(value) || !Array.isArray(value['labels'])) return wrong('has no list of labels')
  const labels = value['labels'].map((entry: unknown, index) => {
    const label = isObject(entry) ? entry['label'] : undefined
    if (typeof label !== 'string' || label.trim() === '') return wrong(`has no text in labels[${index}].label`)
    return label
  })
  if (labels.length === 0) return wrong('names no label')
  const twice = labels.find((label, index) => labels.indexOf(label) !== index)
  if (twice !== undefined) return wrong(`names the label "${twice}" twice`)
  const audited = value['auditLabelAttributeName']
  return { labels, ...(typeof audited === 'string' && { priorAttribute: audited }) }
}

interface ManifestLine {
  readonly line: string
  readonly value: Readonly<Record<string, unknown>>
  readonly sourceRef: string
}

function readManifest(text: string, uri: string): ManifestLine[] {
  const problems: string[] = []
  const lines: ManifestLine[] = []
  for (const [index, raw] of text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .entries()) {
    const line = raw.trim()
    if (line === '') continue
    const read = readLine(line)
    if (typeof read !== 'string') lines.push(read)
    else if (problems.push(`line ${index + 1} ${read}`) === MANY_PROBLEMS) break
  }
  if (problems.length > 0) throw new JobFailure('ClientError', `the manifest ${uri}: ${problems.join('; ')}`)
  if (lines.length === 0) throw new JobFailure('ClientError', `the manifest ${uri} has no objects`)
  return lines
}

/** @returns what is wrong with the line, as text */
function readLine(line: string): ManifestLine | string {
  if (line.length > LINE_LIMIT) return `has ${line.length} characters, more than ${LINE_LIMIT}`
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch (error) {
    return `is not JSON: ${messageOf(error)}`
  }
  if (!isObject(value)) return 'is no JSON object'
  if (Object.hasOwn(value, 'source')) return 'has a "source": text cannot be given boxes; use "source-ref"'
  const sourceRef = Object.hasOwn(value, 'source-ref') ? value['source-ref'] : undefined
  if (typeof sourceRef !== 'string') return 'has no "source-ref"'
  try {
    if (parseS3Uri(sourceRef).key === '') return `names no object: ${sourceRef}`
  } catch (error) {
    return `is ${messageOf(error)}`
  }
  for (const [name, member] of Object.entries(value)) {
    if (name.startsWith('$')) return `has an attribute that begins with $: ${name}`
    // Shorter than its limit is the whole line, mostly.
    if (line.length <= ATTRIBUTE_LIMIT || name === 'source-ref') continue
    const length = JSON.stringify(member).length
    if (length > ATTRIBUTE_LIMIT)
      return `has ${length} characters in the attribute ${name}, more than ${ATTRIBUTE_LIMIT}`
  }
  return { line, value, sourceRef }
}
