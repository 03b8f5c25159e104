import type { Problems } from './problems.ts'
import type { Member, Shape } from './shape.ts'
import { formatTimestamp, parseTimestamp } from './timestamp.ts'
import { blobText } from './json-codec.ts'
import { escapeXml } from './xml.ts'

/** Form parameters as a tree: `Tags.member.1.Key=a` is `Tags → member → 1 → Key → "a"`. */
interface ParameterNode {
  text?: string
  children: Map<string, ParameterNode>
}

/**
 * Turns form parameters of the AWS query protocol into the SDK's input type.
 *
 * @source smithy.io/2.0/aws/protocols/aws-query-protocol
 */
export function decodeQuery(shape: Shape, parameters: Iterable<[string, string]>, problems: Problems): unknown {
  const root: ParameterNode = { children: new Map() }
  for (const [name, text] of parameters) {
    let node = root
    for (const part of name.split('.')) {
      const next = node.children.get(part) ?? { children: new Map() }
      node.children.set(part, next)
      node = next
    }
    node.text = text
  }
  return decodeNode(shape, root, '', problems)
}

function decodeNode(shape: Shape, node: ParameterNode, path: string, problems: Problems, isFlat = false): unknown {
  const { text } = node
  switch (shape.kind) {
    case 'unit':
      return {}
    case 'structure': {
      const out: Record<string, unknown> = {}
      for (const member of shape.members()) {
        const at = path === '' ? member.name : `${path}.${member.name}`
        const inner = node.children.get(member.traits.xmlName ?? member.name)
        if (inner !== undefined) {
          out[member.name] = decodeNode(member.shape(), inner, at, problems, member.traits.xmlFlattened)
        } else if (member.isRequired) problems.missing(at)
      }
      return out
    }
    case 'list': {
      const items = isFlat ? node : node.children.get(shape.member.traits.xmlName ?? 'member')
      return numbered(items).map((item, i) =>
        decodeNode(shape.member.shape(), item, `${path}.${i + 1}.member`, problems),
      )
    }
    case 'map': {
      const entries = isFlat ? node : node.children.get('entry')
      return Object.fromEntries(
        numbered(entries).map((entry) => {
          const key = entry.children.get(shape.key.traits.xmlName ?? 'key')?.text ?? ''
          const value = entry.children.get(shape.value.traits.xmlName ?? 'value') ?? { children: new Map() }
          return [key, decodeNode(shape.value.shape(), value, `${path}.${key}.member`, problems)]
        }),
      )
    }
    case 'string':
    case 'document':
      return text ?? ''
    case 'boolean':
      if (text === 'true' || text === 'false') return text === 'true'
      return wrong(text, path, 'Boolean', problems)
    case 'number':
    case 'bigint': {
      const number = text === undefined || text === '' ? Number.NaN : Number(text)
      if (Number.isNaN(number)) return wrong(text, path, 'Number', problems)
      return shape.kind === 'bigint' ? BigInt(Math.trunc(number)) : number
    }
    case 'blob':
      return new Uint8Array(Buffer.from(text ?? '', 'base64'))
    case 'timestamp':
      return parseTimestamp(text) ?? wrong(text, path, 'Timestamp', problems)
  }
}

function wrong(text: string | undefined, path: string, expected: string, problems: Problems): undefined {
  problems.wrongType(text ?? '', path, expected)
  return undefined
}

function numbered(node: ParameterNode | undefined): ParameterNode[] {
  if (node === undefined) return []
  return [...node.children]
    .filter(([name]) => /^\d+$/.test(name))
    .toSorted(([a], [b]) => Number(a) - Number(b))
    .map(([, inner]) => inner)
}

/** The members of an SDK output as XML elements, without an element around them. */
export function encodeXmlMembers(shape: Shape, value: unknown): string {
  if (shape.kind !== 'structure' || value === undefined || value === null) return ''
  return shape
    .members()
    .map((member) => encodeMember(member, (value as Record<string, unknown>)[member.name]))
    .join('')
}

function encodeMember(member: Member, value: unknown): string {
  if (value === undefined || value === null) return ''
  const name = member.traits.xmlName ?? member.name
  const shape = member.shape()
  if (member.traits.xmlFlattened && shape.kind === 'list') {
    return [...(value as Iterable<unknown>)].map((item) => wrap(name, encodeXml(shape.member.shape(), item))).join('')
  }
  return wrap(name, encodeXml(shape, value))
}

function encodeXml(shape: Shape, value: unknown): string {
  switch (shape.kind) {
    case 'unit':
      return ''
    case 'structure':
      return encodeXmlMembers(shape, value)
    case 'list': {
      const name = shape.member.traits.xmlName ?? 'member'
      return [...(value as Iterable<unknown>)].map((item) => wrap(name, encodeXml(shape.member.shape(), item))).join('')
    }
    case 'map': {
      const [keyName, valueName] = [shape.key.traits.xmlName ?? 'key', shape.value.traits.xmlName ?? 'value']
      return Object.entries(value as Record<string, unknown>)
        .map(([key, inner]) =>
          wrap('entry', wrap(keyName, escapeXml(key)) + wrap(valueName, encodeXml(shape.value.shape(), inner))),
        )
        .join('')
    }
    case 'timestamp':
      return String(formatTimestamp(value as Date, shape.format ?? 'date-time'))
    case 'blob':
      return blobText(value)
    case 'document':
      return escapeXml(JSON.stringify(value))
    case 'string':
    case 'number':
    case 'boolean':
    case 'bigint':
      return escapeXml(String(value))
  }
}

const wrap = (name: string, content: string): string => `<${name}>${content}</${name}>`
