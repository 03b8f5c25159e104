/**
 * The pipeline definition, version 2020-12-01, as this engine understands it after parsing. Names of members are those
 * of the JSON.
 *
 * @source the published definition schema and what the SageMaker Python SDK emits (they differ; both are read)
 */
export interface PipelineDefinition {
  readonly Version: '2020-12-01'
  readonly Parameters: readonly ParameterDefinition[]
  readonly Steps: readonly Step[]
}

export type ParameterType = 'String' | 'Integer' | 'Float' | 'Boolean'
export type ParameterValue = string | number | boolean

export interface ParameterDefinition {
  readonly Name: string
  readonly Type: ParameterType
  readonly DefaultValue?: ParameterValue
  readonly EnumValues?: readonly ParameterValue[]
}

/** A JSON value in which objects like `{"Get": "..."}` stand for values known at run time. */
export type Expression =
  | null
  | string
  | number
  | boolean
  | readonly Expression[]
  | { readonly [name: string]: Expression }

/** Step types that this engine executes. */
export type StepType =
  | 'Processing'
  | 'Training'
  | 'Tuning'
  | 'Model'
  | 'RegisterModel'
  | 'Condition'
  | 'Fail'
  | 'EndpointConfig'
  | 'Endpoint'

export interface Step {
  readonly Name: string
  readonly Type: StepType
  readonly DisplayName?: string
  readonly Description?: string
  readonly DependsOn: readonly string[]
  /** Of a condition step: nothing. */
  readonly Arguments: { readonly [name: string]: Expression }
  readonly CacheConfig?: { readonly Enabled: boolean; readonly ExpireAfter?: string }
  readonly RetryPolicies: readonly RetryPolicy[]
  readonly PropertyFiles: readonly PropertyFile[]
  /** Of a condition step only. */
  readonly Branches?: {
    readonly conditions: readonly Condition[]
    readonly if: readonly Step[]
    readonly else: readonly Step[]
  }
}

export interface PropertyFile {
  readonly PropertyFileName: string
  readonly OutputName: string
  readonly FilePath: string
}

export interface RetryPolicy {
  readonly ExceptionType: readonly string[]
  /** @default 1 */
  readonly IntervalSeconds: number
  /** @default 2 */
  readonly BackoffRate: number
  readonly MaxAttempts?: number
  readonly ExpireAfterMin?: number
}

export type Comparison =
  | 'Equals'
  | 'NotEquals'
  | 'GreaterThan'
  | 'GreaterThanOrEqualTo'
  | 'LessThan'
  | 'LessThanOrEqualTo'

export type Condition =
  | { readonly Type: Comparison; readonly LeftValue: Expression; readonly RightValue: Expression }
  | { readonly Type: 'In' | 'NotIn'; readonly QueryValue: Expression; readonly Values: readonly Expression[] }
  | { readonly Type: 'Not'; readonly Condition: Condition }
  | { readonly Type: 'Or' | 'And'; readonly Conditions: readonly Condition[] }

/** Exception types of retry policies. */
export const RETRYABLE = [
  'Step.SERVICE_FAULT',
  'Step.THROTTLING',
  'SageMaker.JOB_INTERNAL_ERROR',
  'SageMaker.CAPACITY_ERROR',
  'SageMaker.RESOURCE_LIMIT',
] as const
