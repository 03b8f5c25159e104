import type { Problems } from './problems.ts'
import type { Member, Shape, TimestampFormat } from './shape.ts'
import { formatTimestamp, parseTimestamp } from './timestamp.ts'

/**
 * Turns parsed JSON into the SDK's input type: dates become `Date`, blobs `Uint8Array`, unknown members are dropped.
 *
 * @param path where `json` stands in the input, for messages; empty at the top
 * @param problems receives every missing member and every value of a wrong type
 */
export function decodeJson(shape: Shape, json: unknown, path: string, problems: Problems): unknown {
  switch (shape.kind) {
    case 'unit':
      return {}
    case 'structure':
      return decodeStructure(shape, json, path, problems)
    case 'list':
      if (!Array.isArray(json)) return wrong(json, path, 'List', problems)
      return json.map((item, i) => decodeItem(shape.member, item, `${path}.${i + 1}.member`, problems))
    case 'map':
      return decodeMap(shape.value, json, path, problems)
    case 'string':
      return typeof json === 'string' ? json : wrong(json, path, 'String', problems)
    case 'boolean':
      return typeof json === 'boolean' ? json : wrong(json, path, 'Boolean', problems)
    case 'number':
      return decodeNumber(json, path, problems)
    case 'bigint':
      return typeof json === 'number' && Number.isInteger(json) ? BigInt(json) : wrong(json, path, 'Integer', problems)
    case 'blob':
      if (typeof json !== 'string' || !BASE64.test(json)) return wrong(json, path, 'Blob (base64)', problems)
      return new Uint8Array(Buffer.from(json, 'base64'))
    case 'timestamp':
      return parseTimestamp(json) ?? wrong(json, path, 'Timestamp', problems)
    case 'document':
      return json
  }
}

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/

function decodeStructure(
  shape: Shape & { kind: 'structure' },
  json: unknown,
  path: string,
  problems: Problems,
): unknown {
  if (!isRecord(json)) return wrong(json, path === '' ? '(body)' : path, 'Structure', problems)
  const out: Record<string, unknown> = {}
  let count = 0
  for (const member of shape.members()) {
    const value = json[member.traits.jsonName ?? member.name]
    const at = path === '' ? member.name : `${path}.${member.name}`
    if (value === undefined || value === null) {
      if (member.isRequired) problems.missing(at)
      continue
    }
    count++
    out[member.name] = decodeJson(member.shape(), value, at, problems)
  }
  if (shape.isUnion && count !== 1) problems.add(`with ${count} members`, path, 'Exactly one member must be set')
  return out
}

function decodeItem(member: Member, json: unknown, path: string, problems: Problems): unknown {
  if (json === null || json === undefined) {
    problems.missing(path)
    return undefined
  }
  return decodeJson(member.shape(), json, path, problems)
}

function decodeMap(value: Member, json: unknown, path: string, problems: Problems): unknown {
  if (!isRecord(json)) return wrong(json, path, 'Map', problems)
  const entries = Object.entries(json).filter(([, inner]) => inner !== null && inner !== undefined)
  // fromEntries defines own properties, so that a key named __proto__ stays a key.
  return Object.fromEntries(
    entries.map(([key, inner]) => [key, decodeJson(value.shape(), inner, `${path}.${key}.member`, problems)]),
  )
}

function decodeNumber(json: unknown, path: string, problems: Problems): unknown {
  if (typeof json === 'number') return json
  if (json === 'NaN' || json === 'Infinity' || json === '-Infinity') return Number(json)
  return wrong(json, path, 'Number', problems)
}

function wrong(value: unknown, path: string, expected: string, problems: Problems): undefined {
  problems.wrongType(value, path, expected)
  return undefined
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The JSON value of an SDK output: only members that the shape has, dates as `timestampFormat` unless the shape says. */
export function encodeJson(shape: Shape, value: unknown, timestampFormat: TimestampFormat = 'epoch-seconds'): unknown {
  if (value === undefined || value === null) return undefined
  switch (shape.kind) {
    case 'unit':
      return {}
    case 'structure': {
      const out: Record<string, unknown> = {}
      for (const member of shape.members()) {
        const inner = (value as Record<string, unknown>)[member.name]
        if (inner === undefined || inner === null) continue
        out[member.traits.jsonName ?? member.name] = encodeJson(member.shape(), inner, timestampFormat)
      }
      return out
    }
    case 'list':
      return [...(value as Iterable<unknown>)].map((item) => encodeJson(shape.member.shape(), item, timestampFormat))
    case 'map':
      return Object.fromEntries(
        Object.entries(value)
          .filter(([, inner]) => inner !== undefined)
          .map(([key, inner]) => [key, encodeJson(shape.value.shape(), inner, timestampFormat)]),
      )
    case 'number':
      return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value
    case 'bigint':
      return Number(value)
    case 'blob':
      return blobText(value)
    case 'timestamp':
      return formatTimestamp(value as Date, shape.format ?? timestampFormat)
    case 'string':
    case 'boolean':
    case 'document':
      return value
  }
}

export function blobText(value: unknown): string {
  return (typeof value === 'string' ? Buffer.from(value) : Buffer.from(value as Uint8Array)).toString('base64')
}
