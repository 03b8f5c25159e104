import type { Json } from '../../core/json.ts'
import type { ParameterType } from '../dsl/parameter.ts'
import type { StepType } from '../steps/step.ts'

/** Pipeline definition JSON. @source SageMaker pipeline definition schema, version 2020-12-01 */
export interface PipelineDefinition {
  readonly Version: '2020-12-01'
  readonly Metadata: Readonly<Record<string, string>>
  readonly Parameters: readonly ParameterDefinition[]
  readonly Steps: readonly StepDefinition[]
}

export interface ParameterDefinition {
  readonly Name: string
  readonly Type: ParameterType
  readonly DefaultValue?: string | number | boolean
  readonly EnumValues?: readonly (string | number | boolean)[]
}

export interface StepDefinition {
  readonly Name: string
  readonly Type: StepType
  readonly Arguments: Readonly<Record<string, Json>>
  readonly DependsOn?: readonly string[]
  readonly DisplayName?: string
  readonly Description?: string
  readonly CacheConfig?: { readonly Enabled: boolean; readonly ExpireAfter: string }
  readonly RetryPolicies?: readonly {
    readonly ExceptionType: readonly string[]
    readonly IntervalSeconds?: number
    readonly BackoffRate?: number
    readonly MaxAttempts?: number
    readonly ExpireAfterMin?: number
  }[]
  readonly PropertyFiles?: readonly {
    readonly PropertyFileName: string
    readonly OutputName: string
    readonly FilePath: string
  }[]
}

/** The service takes no larger definition. */
export const MAX_DEFINITION_BYTES = 1_048_576
