import { messageOf } from '../../../../core/errors.ts'
import { parseJson } from '../../../../core/json.ts'
import { joinS3, parseS3Uri } from '../../../../core/s3-uri.ts'
import type { Principal } from '../../../auth/principal.ts'
import { JobFailure } from '../../../runner/job-failure.ts'
import type { Engine } from '../../../engine.ts'
import type { Expression, ParameterValue } from '../pipeline/definition.ts'
import { followPath, parsePath, parseReference } from '../pipeline/reference.ts'
import type { ExecutionVariable } from '../pipeline/reference.ts'

/** Where the values behind references come from. */
export interface Surroundings {
  readonly engine: Engine
  /** Reads property files. */
  readonly principal: Principal
  readonly parameters: Readonly<Record<string, ParameterValue>>
  variable(name: ExecutionVariable): string | undefined
  /** The Describe answer of what a finished step has made. */
  described(step: string): unknown
  /** Where a finished step has put a property file. @returns S3 URI */
  propertyFile(step: string, name: string): string
}

/**
 * Replaces references and functions in an expression by their values.
 *
 * @throws JobFailure `ClientError` naming the reference or file that gives no value
 */
export async function evaluate(expression: Expression, around: Surroundings): Promise<unknown> {
  if (typeof expression !== 'object' || expression === null) return expression
  if (Array.isArray(expression)) return Promise.all(expression.map((item: Expression) => evaluate(item, around)))
  const object = expression as { readonly [name: string]: Expression }
  const [name, ...others] = Object.keys(object)
  if (name !== undefined && others.length === 0) {
    const value = object[name] as Expression
    if (name === 'Get' && typeof value === 'string') return lookUp(value, around)
    if (name === 'Std:Join') return join(value, around)
    if (name === 'Std:JsonGet') return jsonGet(value, around)
  }
  const entries = await Promise.all(
    Object.entries(object).map(async ([member, inner]) => [member, await evaluate(inner, around)]),
  )
  return Object.fromEntries(entries) as Record<string, unknown>
}

function lookUp(text: string, around: Surroundings): unknown {
  const reference = parseReference(text)
  switch (reference?.kind) {
    case 'parameter':
      return found(around.parameters[reference.name], text)
    case 'execution':
      return found(around.variable(reference.name), text)
    case 'step': {
      const value = followPath(around.described(reference.step), reference.path)
      return found(value instanceof Date ? value.toISOString() : value, text)
    }
    case 'property-file':
      return around.propertyFile(reference.step, reference.name)
    case undefined:
      throw new JobFailure('ClientError', `{"Get": "${text}"} is not a reference`)
  }
}

async function join(value: Expression, around: Surroundings): Promise<string> {
  const { On, Values } = value as { readonly On?: string; readonly Values?: readonly Expression[] }
  const parts = await Promise.all((Values ?? []).map((part) => evaluate(part, around)))
  return parts.map((part) => (typeof part === 'string' ? part : JSON.stringify(part))).join(On ?? '')
}

async function jsonGet(value: Expression, around: Surroundings): Promise<unknown> {
  const { PropertyFile, S3Uri, Path } = value as {
    readonly PropertyFile?: Expression
    readonly S3Uri?: Expression
    readonly Path?: Expression
  }
  const uri = await evaluate(PropertyFile ?? S3Uri ?? null, around)
  const path = await evaluate(Path ?? null, around)
  const steps = typeof path === 'string' ? parsePath(path) : undefined
  if (typeof uri !== 'string' || !steps) {
    throw new JobFailure('ClientError', 'Std:JsonGet needs a PropertyFile or S3Uri, and a Path')
  }
  const content = await readJsonObject(uri, around)
  const result = followPath(content, steps)
  if (result === undefined) throw new JobFailure('ClientError', `${uri} has nothing at "${String(path)}"`)
  return result
}

async function readJsonObject(uri: string, { engine, principal }: Surroundings): Promise<unknown> {
  const { bucket, key } = parseS3Uri(uri)
  engine.authorize(principal, [{ action: 's3:GetObject', resource: `arn:aws:s3:::${bucket}/${key}` }])
  const bytes = await engine.objects.read(bucket, key)
  if (!bytes) throw new JobFailure('ClientError', `the property file ${uri} does not exist`)
  try {
    return parseJson(Buffer.from(bytes).toString('utf8'), uri)
  } catch (error) {
    throw new JobFailure('ClientError', messageOf(error))
  }
}

/** @throws JobFailure when the processing job has no such output */
export function propertyFileUri(description: unknown, outputName: string, filePath: string): string {
  const uri = followPath(description, ['ProcessingOutputConfig', 'Outputs', outputName, 'S3Output', 'S3Uri'])
  if (typeof uri !== 'string') throw new JobFailure('ClientError', `the step has no output "${outputName}"`)
  return joinS3(uri, filePath)
}

function found(value: unknown, text: string): unknown {
  if (value === undefined) throw new JobFailure('ClientError', `{"Get": "${text}"} has no value`)
  return value
}
