import { AwsError } from './aws-error.ts'
import { encodeJsonError, parseBody } from './aws-json.ts'
import type { WireRequest } from './http-request.ts'
import { blobText, decodeJson, encodeJson } from './json-codec.ts'
import { Problems } from './problems.ts'
import type { Protocol } from './protocol.ts'
import { operationNames, operationShape, type Member, type OperationShape, type Shape } from './shape.ts'
import { formatTimestamp, parseTimestamp } from './timestamp.ts'

const CONTENT_TYPE = 'application/json'

/** AWS REST JSON: members bound to path, query, headers or body. @source smithy.io/2.0/aws/protocols/aws-restjson1-protocol */
export const restJson: Protocol = {
  dialect: 'json',
  operationName: (request, _body, sdk) =>
    operationNames(sdk).find((name) => {
      const http = operationShape(sdk, name)?.http
      return http !== undefined && http[0] === request.method && labelsOf(http[1], request.path) !== undefined
    }),
  decode(shape, request, body) {
    const problems = new Problems()
    const input = decodeBindings(shape, request, body, problems)
    const error = problems.toError()
    if (error !== undefined) throw error
    return input
  },
  encode(shape, output, requestId) {
    const values = (output ?? {}) as Record<string, unknown>
    const members = membersOf(shape.output)
    const headers: Record<string, string> = { 'content-type': CONTENT_TYPE, 'x-amzn-requestid': requestId }
    for (const member of members) {
      const value = values[member.name]
      const name = member.traits.httpHeader
      if (name !== undefined && value !== undefined && value !== null)
        headers[name.toLowerCase()] = headerText(member, value)
    }
    const payload = members.find((member) => member.traits.httpPayload)
    const rest = members.filter((member) => member.traits.httpHeader === undefined)
    return {
      status: shape.http?.[2] ?? 200,
      headers,
      body: payload === undefined ? JSON.stringify(bodyOf(rest, values)) : payloadOf(payload, values[payload.name]),
    }
  },
  encodeError: (error, requestId, sdk) => encodeJsonError(error, requestId, sdk, CONTENT_TYPE),
  unknownOperation: (_name, service) =>
    new AwsError('UnknownOperationException', 404, `The service ${service} has no operation at this method and path`),
}

function decodeBindings(shape: OperationShape, request: WireRequest, body: Buffer, problems: Problems): unknown {
  const labels = labelsOf(shape.http?.[1] ?? '/', request.path) ?? {}
  const members = membersOf(shape.input)
  const hasPayload = members.some((member) => member.traits.httpPayload)
  const json = hasPayload || body.length === 0 ? {} : (parseBody(body) as Record<string, unknown>)
  const out: Record<string, unknown> = {}
  for (const member of members) {
    const { httpLabel, httpHeader, httpQuery, httpPayload, jsonName } = member.traits
    const inner = member.shape()
    const text = httpLabel
      ? labels[member.name]
      : httpHeader !== undefined
        ? request.header(httpHeader.toLowerCase())
        : httpQuery !== undefined
          ? request.parameter(httpQuery)
          : undefined
    if (text !== undefined) out[member.name] = decodeText(inner, text, member.name, problems)
    else if (httpPayload && body.length > 0) {
      out[member.name] =
        inner.kind === 'blob' ? new Uint8Array(body) : decodeJson(inner, parseBody(body), member.name, problems)
    } else if (!httpPayload && httpHeader === undefined && httpQuery === undefined && !httpLabel) {
      const value = json[jsonName ?? member.name]
      if (value !== undefined && value !== null) out[member.name] = decodeJson(inner, value, member.name, problems)
    }
    // An empty body is a value of its own for a blob.
    if (httpPayload && body.length === 0 && inner.kind === 'blob') out[member.name] = new Uint8Array()
    if (member.isRequired && out[member.name] === undefined) problems.missing(member.name)
  }
  return out
}

function decodeText(shape: Shape, text: string, path: string, problems: Problems): unknown {
  switch (shape.kind) {
    case 'number':
      return decodeJson(shape, text === '' ? text : Number(text), path, problems)
    case 'boolean':
      return decodeJson(shape, text === 'true' ? true : text === 'false' ? false : text, path, problems)
    case 'timestamp':
      return parseTimestamp(text)
    case 'list':
      return text.split(',').map((item) => decodeText(shape.member.shape(), item.trim(), path, problems))
    case 'string':
    case 'bigint':
    case 'blob':
    case 'document':
    case 'map':
    case 'structure':
    case 'unit':
      return text
  }
}

function bodyOf(members: readonly Member[], values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    members.map((member) => [member.traits.jsonName ?? member.name, encodeJson(member.shape(), values[member.name])]),
  )
}

function payloadOf(member: Member, value: unknown): string | Uint8Array {
  const shape = member.shape()
  if (value === undefined || value === null) return ''
  if (shape.kind === 'blob' || shape.kind === 'string') return value as string | Uint8Array
  return JSON.stringify(encodeJson(shape, value))
}

function headerText(member: Member, value: unknown): string {
  const shape = member.shape()
  if (shape.kind === 'timestamp') return String(formatTimestamp(value as Date, shape.format ?? 'http-date'))
  return shape.kind === 'blob' ? blobText(value) : String(value)
}

function membersOf(shape: Shape): readonly Member[] {
  return shape.kind === 'structure' ? shape.members() : []
}

/** Values of `{Labels}` when the path fits the template, which may end in a `{Greedy+}` label. */
function labelsOf(template: string, path: string): Record<string, string> | undefined {
  const wanted = (template.split('?')[0] as string).split('/')
  const given = path.split('/')
  const labels: Record<string, string> = {}
  for (const [i, part] of wanted.entries()) {
    const label = /^\{([^}+]+)(\+?)\}$/.exec(part)
    const segment = label?.[2] === '+' ? given.slice(i).join('/') : given[i]
    if (segment === undefined || (label === null ? segment !== part : segment === '')) return undefined
    if (label !== null) labels[label[1] as string] = safeDecode(segment)
    if (label?.[2] === '+') return labels
  }
  return wanted.length === given.length ? labels : undefined
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
