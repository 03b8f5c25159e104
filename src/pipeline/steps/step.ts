import type { Condition } from '../dsl/condition.ts'
import { propertiesOf, type Properties } from '../dsl/properties.ts'
import { reference, type Reference, type Scalar, type Value } from '../dsl/reference.ts'

/** Step types that this language writes. */
export const STEP_TYPES = [
  'Processing',
  'Training',
  'Tuning',
  'Model',
  'RegisterModel',
  'EndpointConfig',
  'Endpoint',
  'Condition',
  'Fail',
] as const

export type StepType = (typeof STEP_TYPES)[number]

/** Reuse of the newest successful run of a step whose inputs are equal. @source SageMaker guide, "pipelines-caching" */
export interface CachePolicy {
  /** ISO 8601 duration, e.g. `P30D`. */
  readonly expireAfter: string
}

/** @source SageMaker guide, "pipelines-retry-policy" */
export interface RetryPolicy {
  readonly exceptions: readonly RetryException[]
  /** @default 1, at most 43200 */
  readonly intervalSeconds?: number
  /** @default 2 */
  readonly backoffRate?: number
  /** 1 to 20; this or `expireAfterMinutes`, never both. */
  readonly maxAttempts?: number
  /** 1 to 14400 */
  readonly expireAfterMinutes?: number
}

export const RETRY_EXCEPTIONS = [
  'Step.SERVICE_FAULT',
  'Step.THROTTLING',
  'SageMaker.JOB_INTERNAL_ERROR',
  'SageMaker.CAPACITY_ERROR',
  'SageMaker.RESOURCE_LIMIT',
] as const

export type RetryException = (typeof RETRY_EXCEPTIONS)[number]

/** Tries again after faults that are nobody's fault: five times, doubling from one second. */
export const RETRY_SERVICE_FAULTS: readonly RetryPolicy[] = [
  { exceptions: ['Step.SERVICE_FAULT', 'Step.THROTTLING'], intervalSeconds: 1, backoffRate: 2, maxAttempts: 5 },
  {
    exceptions: ['SageMaker.JOB_INTERNAL_ERROR', 'SageMaker.CAPACITY_ERROR', 'SageMaker.RESOURCE_LIMIT'],
    intervalSeconds: 10,
    backoffRate: 2,
    maxAttempts: 5,
  },
]

/** A JSON file that a processing step leaves in one of its outputs, and that later steps read values from. */
export interface PropertyFile {
  readonly name: string
  /** `OutputName` of the processing output that holds it. */
  readonly outputName: string
  /** Path within that output. */
  readonly path: string
}

/** What every kind of step may say about itself. */
export interface StepOptions {
  /** 1 to 64 of letters, digits, hyphens and underscores; unique in the pipeline. */
  readonly name: string
  readonly displayName?: string
  readonly description?: string
  /** Steps that must succeed first although nothing of theirs is referenced. */
  readonly dependsOn?: readonly (Step | string)[]
}

/** What a step that runs a job or makes a resource may say further. */
export interface JobStepOptions extends StepOptions {
  readonly retry?: readonly RetryPolicy[]
}

/** One step, with the type of what can be referenced of it. */
export interface Step<Described = unknown> extends StepOptions {
  readonly type: StepType
  /** SDK input with references in it; for a condition its {@link ConditionArguments}. */
  readonly arguments: unknown
  readonly cache?: CachePolicy
  readonly retry?: readonly RetryPolicy[]
  readonly propertyFiles?: readonly PropertyFile[]
  /** What the step's Describe call answers, as references. */
  readonly properties: Properties<Described>
}

export interface ConditionArguments {
  readonly conditions: readonly Condition[]
  readonly ifSteps: readonly Step[]
  readonly elseSteps: readonly Step[]
}

/** A step that has properties of type `Described`. */
export function makeStep<Described>(step: Omit<Step<Described>, 'properties'>): Step<Described> {
  return { ...step, properties: propertiesOf<Described>(step.name) }
}

/**
 * A value in a step's property file.
 *
 * @param path dots and indices, e.g. `detection_metrics.map50.value`
 */
export function jsonGet<T extends Scalar>(step: Step, propertyFile: string, path: string): Reference<T> {
  return reference({
    'Std:JsonGet': { PropertyFile: { Get: `Steps.${step.name}.PropertyFiles.${propertyFile}` }, Path: path },
  })
}

/** A processing output's S3 URI. */
export function outputUri(step: Step, outputName: string): Value<string> {
  return reference({ Get: `Steps.${step.name}.ProcessingOutputConfig.Outputs['${outputName}'].S3Output.S3Uri` })
}
