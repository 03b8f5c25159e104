import { NormalizedSchema } from '@smithy/core/schema'

/** A type of the wire, read once from an SDK client's run-time schema. Structures resolve lazily, as types may be recursive. */
export type Shape =
  | { readonly kind: 'string' | 'number' | 'boolean' | 'blob' | 'document' | 'bigint' | 'unit' }
  | { readonly kind: 'timestamp'; readonly format: TimestampFormat | undefined }
  | { readonly kind: 'list'; readonly member: Member }
  | { readonly kind: 'map'; readonly key: Member; readonly value: Member }
  | { readonly kind: 'structure'; readonly name: string; readonly isUnion: boolean; members(): readonly Member[] }

export type TimestampFormat = 'date-time' | 'http-date' | 'epoch-seconds'

export interface Member {
  /** The SDK's name of it, e.g. `RoleArn`; `member` in lists. */
  readonly name: string
  readonly isRequired: boolean
  readonly traits: Traits
  shape(): Shape
}

/** The traits that a wire format turns on. @source smithy.io/2.0/spec */
export interface Traits {
  readonly xmlName?: string
  readonly xmlFlattened?: boolean
  readonly jsonName?: string
  readonly httpHeader?: string
  readonly httpQuery?: string
  readonly httpLabel?: boolean
  readonly httpPayload?: boolean
  readonly httpPrefixHeaders?: string
  readonly hostLabel?: boolean
}

/** Input and output of one operation, with its HTTP binding where the protocol has one. */
export interface OperationShape {
  readonly name: string
  readonly input: Shape
  readonly output: Shape
  /** Method, URI template, success status. */
  readonly http: readonly [string, string, number] | undefined
}

const shapes = new WeakMap<object, Shape>()
const operations = new WeakMap<object, OperationShape>()

/** The shape of `<Operation>$` in an SDK client module, or undefined when the module has no such operation. */
export function operationShape(sdk: Readonly<Record<string, unknown>>, name: string): OperationShape | undefined {
  const schema = Object.hasOwn(sdk, `${name}$`) ? sdk[`${name}$`] : undefined
  if (!Array.isArray(schema) || schema[0] !== OPERATION_SCHEMA) return undefined
  const known = operations.get(schema)
  if (known !== undefined) return known
  const traits = schema[3] as { http?: [string, string, number] } | number
  const made: OperationShape = {
    name,
    input: shapeOf(NormalizedSchema.of(schema[4] as never)),
    output: shapeOf(NormalizedSchema.of(schema[5] as never)),
    http: typeof traits === 'object' ? traits.http : undefined,
  }
  operations.set(schema, made)
  return made
}

/** The shape of a modelled error, and its code and status in the query protocol. */
export function errorShape(
  sdk: Readonly<Record<string, unknown>>,
  code: string,
): { readonly shape: Shape & { kind: 'structure' }; readonly queryCode: string | undefined } | undefined {
  for (const name of [`${code}$`, `${code}Exception$`]) {
    const schema = Object.hasOwn(sdk, name) ? sdk[name] : undefined
    if (!Array.isArray(schema) || schema[0] !== ERROR_SCHEMA) continue
    const shape = shapeOf(NormalizedSchema.of(schema as never))
    const traits = schema[3] as { awsQueryError?: [string, number] } | number
    if (shape.kind !== 'structure') continue
    return { shape, queryCode: typeof traits === 'object' ? traits.awsQueryError?.[0] : undefined }
  }
  return undefined
}

/** Names of all operations that the SDK client module knows. */
export function operationNames(sdk: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(sdk)
    .filter(([name, value]) => name.endsWith('$') && Array.isArray(value) && value[0] === OPERATION_SCHEMA)
    .map(([name]) => name.slice(0, -1))
    .toSorted()
}

/** First elements of static schemas. @source @smithy/types schema/static-schemas */
const OPERATION_SCHEMA = 9
const ERROR_SCHEMA = -3

function shapeOf(schema: NormalizedSchema): Shape {
  const inner: unknown = schema.getSchema()
  if (typeof inner !== 'object' || inner === null) return makeShape(schema)
  const known = shapes.get(inner)
  if (known !== undefined) return known
  const made = makeShape(schema)
  shapes.set(inner, made)
  return made
}

function makeShape(schema: NormalizedSchema): Shape {
  if (schema.isUnitSchema()) return { kind: 'unit' }
  if (schema.isStructSchema()) return makeStructure(schema)
  if (schema.isListSchema()) return { kind: 'list', member: memberOf('member', schema.getValueSchema(), false) }
  if (schema.isMapSchema()) {
    return {
      kind: 'map',
      key: memberOf('key', schema.getKeySchema(), true),
      value: memberOf('value', schema.getValueSchema(), false),
    }
  }
  if (schema.isTimestampSchema()) return { kind: 'timestamp', format: TIMESTAMP_FORMATS[schema.getSchema() as number] }
  if (schema.isBooleanSchema()) return { kind: 'boolean' }
  if (schema.isNumericSchema() || schema.isBigDecimalSchema()) return { kind: 'number' }
  if (schema.isBigIntegerSchema()) return { kind: 'bigint' }
  if (schema.isBlobSchema()) return { kind: 'blob' }
  if (schema.isDocumentSchema()) return { kind: 'document' }
  return { kind: 'string' }
}

const TIMESTAMP_FORMATS: Readonly<Record<number, TimestampFormat>> = {
  5: 'date-time',
  6: 'http-date',
  7: 'epoch-seconds',
}

function makeStructure(schema: NormalizedSchema): Shape {
  let members: readonly Member[] | undefined
  // The seventh element counts the required members, which come first.
  const requiredCount = Number((schema.getSchema() as unknown as readonly unknown[])[6] ?? 0)
  return {
    kind: 'structure',
    name: schema.getName() ?? '',
    isUnion: schema.isUnionSchema(),
    members: () =>
      (members ??= [...schema.structIterator()].map(([name, inner], i) => memberOf(name, inner, i < requiredCount))),
  }
}

function memberOf(name: string, schema: NormalizedSchema, isRequired: boolean): Member {
  let shape: Shape | undefined
  const raw = schema.getMergedTraits() as Record<string, unknown>
  const traits: Traits = {
    ...(typeof raw['xmlName'] === 'string' && { xmlName: raw['xmlName'] }),
    ...(raw['xmlFlattened'] !== undefined && { xmlFlattened: true }),
    ...(typeof raw['jsonName'] === 'string' && { jsonName: raw['jsonName'] }),
    ...(typeof raw['httpHeader'] === 'string' && { httpHeader: raw['httpHeader'] }),
    ...(typeof raw['httpQuery'] === 'string' && { httpQuery: raw['httpQuery'] }),
    ...(raw['httpLabel'] !== undefined && { httpLabel: true }),
    ...(raw['httpPayload'] !== undefined && { httpPayload: true }),
  }
  return { name, isRequired, traits, shape: () => (shape ??= shapeOf(schema)) }
}
