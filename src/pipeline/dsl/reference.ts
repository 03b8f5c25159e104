import { SkyloopError } from '../../core/errors.ts'
import type { Json } from '../../core/json.ts'

/** Where a reference keeps its expression. */
export const EXPRESSION: unique symbol = Symbol('skyloop.pipeline.expression')
declare const VALUE: unique symbol

/** What stands for a value in the definition, e.g. `{"Get":"Parameters.Epochs"}`. */
export type Expression = { readonly [key: string]: Json }

/** A value of type `T` that is known only when the pipeline runs. */
export interface Reference<T> {
  readonly [EXPRESSION]: Expression
  /** Never there at run time: it lets `Reference<string>` and `Reference<number>` differ. */
  readonly [VALUE]?: T
}

/** A value that is known now, or a reference to one that is not yet. */
export type Value<T> = T | Reference<T>

/** What a parameter or a property can be. */
export type Scalar = string | number | boolean

export function isReference(value: unknown): value is Reference<unknown> {
  return typeof value === 'object' && value !== null && EXPRESSION in value
}

/** A reference with a given expression. Turning it into text by accident throws, with the way out. */
export function reference<T>(expression: Expression): Reference<T> {
  const made = {
    [EXPRESSION]: expression,
    toJSON: () => expression,
    [Symbol.toPrimitive]: () => refuseAsText(expression),
  }
  return made
}

/** @throws SkyloopError `pipeline.reference-as-text`, always */
export function refuseAsText(expression: Expression): never {
  throw new SkyloopError({
    code: 'pipeline.reference-as-text',
    message: `${JSON.stringify(expression)} has no value before the pipeline runs, so it cannot be put into a text here`,
    hint: 'use join(separator, [part, reference, …]) or text(reference)',
  })
}

const lower = (value: Value<Scalar>): Json => (isReference(value) ? (value[EXPRESSION] as Json) : value)

/** Parts put together with a separator when the pipeline runs; numbers and booleans become text. */
export function join(separator: string, parts: readonly Value<Scalar>[]): Reference<string> {
  return reference({ 'Std:Join': { On: separator, Values: parts.map(lower) } })
}

/** A number, boolean or string as text, as container arguments and hyperparameters need it. */
export function text(value: Value<Scalar>): Value<string> {
  if (!isReference(value)) return String(value)
  const isText = 'Std:Join' in value[EXPRESSION] || ('type' in value && value.type === 'String')
  return isText ? (value as Reference<string>) : join('', [value])
}

/** Variables of the running execution. @source contracts of the pipeline definition, `Execution.*` */
export const EXECUTION_VARIABLES = [
  'StartDateTime',
  'CurrentDateTime',
  'PipelineName',
  'PipelineArn',
  'PipelineExecutionId',
  'PipelineExecutionArn',
  'TrainingJobName',
  'ProcessingJobName',
] as const

export type ExecutionVariable = (typeof EXECUTION_VARIABLES)[number]

/** A variable of the execution, e.g. `execution('PipelineExecutionId')`. */
export function execution(variable: ExecutionVariable): Reference<string> {
  return reference({ Get: `Execution.${variable}` })
}
