import { BlockList, isIP } from 'node:net'
import { isObject } from '../../../core/json.ts'
import { messageOf } from '../../../core/errors.ts'
import { invalidPattern } from './errors.ts'

/** Says whether an event, as parsed JSON, matches. */
export type Matcher = (event: unknown) => boolean

/** Tests one field: `present` is false when the field is not in the event. */
type ValueTest = (value: unknown, present: boolean) => boolean

/**
 * Compiles an event pattern.
 *
 * Every field of the pattern must match (`$or` lists alternatives); a field matches when one of its listed values or
 * filters does; where the event has a list, one element is enough. Filters: `prefix`, `suffix` (both also with
 * `equals-ignore-case`), `equals-ignore-case`, `wildcard`, `anything-but` (values, lists, or one of the former),
 * `numeric`, `cidr`, `exists`.
 *
 * @source docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 * @throws InvalidEventPatternException naming the field and what is wrong with it
 */
export function compileEventPattern(text: string): Matcher {
  let pattern: unknown
  try {
    pattern = JSON.parse(text)
  } catch (error) {
    throw invalidPattern(messageOf(error))
  }
  if (!isObject(pattern)) throw invalidPattern('Filter is not an object')
  return compileObject(pattern, '')
}

function compileObject(pattern: Record<string, unknown>, path: string): Matcher {
  const entries = Object.entries(pattern)
  if (entries.length === 0) throw invalidPattern(`Empty objects are not allowed${path && ` at ${path}`}`)
  const tests = entries.map(([key, rule]): Matcher => {
    const at = path === '' ? key : `${path}.${key}`
    // `$or` is a field name like any other unless it holds a list of patterns.
    if (key === '$or' && Array.isArray(rule) && rule.length > 1 && rule.every(isObject)) {
      const options = rule.map((option) => compileObject(option, path))
      return (event) => options.some((option) => option(event))
    }
    if (isObject(rule)) {
      const inner = compileObject(rule, at)
      return (event) => {
        const value = field(event, key)
        return Array.isArray(value) ? value.some(inner) : inner(value)
      }
    }
    if (!Array.isArray(rule)) throw invalidPattern(`"${at}" must be an object or an array`)
    if (rule.length === 0) throw invalidPattern(`Empty arrays are not allowed at ${at}`)
    const tests = rule.map((test) => compileTest(test, at))
    return (event) => {
      const value = field(event, key)
      return tests.some((test) => test(value, value !== undefined))
    }
  })
  return (event) => tests.every((test) => test(event))
}

function field(event: unknown, key: string): unknown {
  return isObject(event) && Object.hasOwn(event, key) ? event[key] : undefined
}

function compileTest(test: unknown, at: string): ValueTest {
  if (!isObject(test)) {
    if (Array.isArray(test)) throw invalidPattern(`A list within a list is not allowed at ${at}`)
    return onElements((value) => value === test)
  }
  const [operator, ...others] = Object.keys(test)
  if (operator === undefined || others.length > 0)
    throw invalidPattern(`Only one key allowed in match expression at ${at}`)
  const compile = FILTERS[operator]
  if (!compile) throw invalidPattern(`Unrecognized match type ${operator} at ${at}`)
  return compile(test[operator], at)
}

/** A test that holds when the value, or one element of a list, passes. A field that is missing never passes. */
function onElements(test: (value: unknown) => boolean): ValueTest {
  return (value, present) => present && (Array.isArray(value) ? value.some(test) : test(value))
}

const onText = (test: (text: string) => boolean): ValueTest =>
  onElements((value) => typeof value === 'string' && test(value))

/** The string filters, which `anything-but` can hold too. */
const STRING_FILTERS: Readonly<Record<string, (argument: unknown, at: string) => (text: string) => boolean>> = {
  prefix: (argument, at) => {
    if (isObject(argument)) {
      const start = caseless(argument, at)
      return (text) => text.toLowerCase().startsWith(start)
    }
    const start = textOf(argument, 'prefix', at)
    return (text) => text.startsWith(start)
  },
  suffix: (argument, at) => {
    if (isObject(argument)) {
      const end = caseless(argument, at)
      return (text) => text.toLowerCase().endsWith(end)
    }
    const end = textOf(argument, 'suffix', at)
    return (text) => text.endsWith(end)
  },
  'equals-ignore-case': (argument, at) => {
    const wanted = textOf(argument, 'equals-ignore-case', at).toLowerCase()
    return (text) => text.toLowerCase() === wanted
  },
  wildcard: (argument, at) => {
    const wanted = textOf(argument, 'wildcard', at)
    if (/\*\*/.test(wanted)) throw invalidPattern(`Consecutive wildcard characters at ${at}`)
    return wildcard(wanted)
  },
}

const FILTERS: Readonly<Record<string, (argument: unknown, at: string) => ValueTest>> = {
  ...Object.fromEntries(
    Object.entries(STRING_FILTERS).map(([name, compile]) => [
      name,
      (argument: unknown, at: string) => onText(compile(argument, at)),
    ]),
  ),
  'anything-but': (argument, at) => {
    if (isObject(argument)) {
      const [name, ...others] = Object.keys(argument)
      const compile = name === undefined || others.length > 0 ? undefined : STRING_FILTERS[name]
      if (!compile || name === undefined) throw invalidPattern(`anything-but cannot hold this filter at ${at}`)
      const held: unknown = argument[name]
      const values: unknown[] = Array.isArray(held) ? held : [held]
      const tests = values.map((value) => compile(value, at))
      return onElements((value) => typeof value !== 'string' || !tests.some((test) => test(value)))
    }
    const values: unknown[] = Array.isArray(argument) ? argument : [argument]
    if (values.length === 0 || !values.every((value) => ['string', 'number', 'boolean'].includes(typeof value))) {
      throw invalidPattern(`anything-but must hold a value or a list of values at ${at}`)
    }
    return onElements((value) => !values.includes(value))
  },
  numeric: (argument, at) => {
    const tests = numericTests(argument, at)
    return onElements((value) => typeof value === 'number' && tests.every((test) => test(value)))
  },
  cidr: (argument, at) => {
    const [address, bits] = textOf(argument, 'cidr', at).split('/')
    const family = isIP(address ?? '')
    const width = Number(bits)
    if (family === 0 || !/^\d{1,3}$/.test(bits ?? '') || width > (family === 4 ? 32 : 128)) {
      throw invalidPattern(`Malformed CIDR at ${at}`)
    }
    const block = new BlockList()
    block.addSubnet(address as string, width, family === 4 ? 'ipv4' : 'ipv6')
    return onText((text) => isIP(text) === family && block.check(text, family === 4 ? 'ipv4' : 'ipv6'))
  },
  exists: (argument, at) => {
    if (typeof argument !== 'boolean') throw invalidPattern(`exists must be true or false at ${at}`)
    // Only leaves exist: an object in the event's place does not count, as on AWS.
    return (value, present) => (present && !isObject(value)) === argument
  },
}

function numericTests(argument: unknown, at: string): ((value: number) => boolean)[] {
  if (!Array.isArray(argument) || argument.length === 0 || argument.length % 2 !== 0 || argument.length > 4) {
    throw invalidPattern(`numeric must hold one or two pairs of operator and number at ${at}`)
  }
  const tests: ((value: number) => boolean)[] = []
  for (let i = 0; i < argument.length; i += 2) {
    const compare = COMPARISONS[String(argument[i])]
    const bound: unknown = argument[i + 1]
    if (!compare || typeof bound !== 'number' || Math.abs(bound) > 5e9) {
      throw invalidPattern(`numeric knows =, <, <=, >, >= and numbers within ±5.0e9 at ${at}`)
    }
    tests.push((value) => compare(value, bound))
  }
  return tests
}

const COMPARISONS: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '=': (a, b) => a === b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
}

function caseless(argument: Record<string, unknown>, at: string): string {
  const keys = Object.keys(argument)
  if (keys.length !== 1 || keys[0] !== 'equals-ignore-case')
    throw invalidPattern(`Only equals-ignore-case fits at ${at}`)
  return textOf(argument['equals-ignore-case'], 'equals-ignore-case', at).toLowerCase()
}

function textOf(argument: unknown, operator: string, at: string): string {
  if (typeof argument !== 'string') throw invalidPattern(`${operator} match pattern must be a string at ${at}`)
  return argument
}

/** `*` stands for any characters, `\*` and `\\` for themselves. Linear in the text: parts are found left to right. */
function wildcard(pattern: string): (text: string) => boolean {
  const parts: string[] = []
  let part = ''
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern.charAt(i)
    if (char === '\\' && /[*\\]/.test(pattern.charAt(i + 1))) part += pattern.charAt(++i)
    else if (char === '*') {
      parts.push(part)
      part = ''
    } else part += char
  }
  parts.push(part)
  const first = parts[0] as string
  const last = parts.at(-1) as string
  if (parts.length === 1) return (text) => text === first
  return (text) => {
    if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false
    let at = first.length
    const end = text.length - last.length
    for (const part of parts.slice(1, -1)) {
      const found = text.indexOf(part, at)
      if (found < 0 || found + part.length > end) return false
      at = found + part.length
    }
    return true
  }
}
