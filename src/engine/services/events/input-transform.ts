import type { Target } from '@aws-sdk/client-eventbridge'
import { eventTime, type BusEvent } from './bus-event.ts'
import { compileJsonPath } from './json-path.ts'

/** What a template's predefined variables are about. */
export interface RuleIdentity {
  readonly name: string
  readonly arn: string
}

/**
 * The text that a target receives: a constant (`Input`), a part of the event (`InputPath`), a template filled from the
 * event (`InputTransformer`), or the whole event.
 *
 * @source docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
 */
export function targetInput(target: Target, event: BusEvent, rule: RuleIdentity, now: Date): string {
  if (target.Input !== undefined) return target.Input
  if (target.InputPath !== undefined) return JSON.stringify(compileJsonPath(target.InputPath)?.(event) ?? null)
  const transformer = target.InputTransformer
  if (!transformer) return JSON.stringify(event)
  const values = new Map<string, unknown>()
  for (const [name, path] of Object.entries(transformer.InputPathsMap ?? {})) {
    values.set(name, compileJsonPath(path)?.(event))
  }
  values.set('aws.events.rule-name', rule.name)
  values.set('aws.events.rule-arn', rule.arn)
  values.set('aws.events.event.ingestion-time', eventTime(now))
  values.set('aws.events.event', { ...event, detail: undefined })
  values.set('aws.events.event.json', event)
  return fillTemplate(transformer.InputTemplate ?? '', values)
}

/**
 * Puts values into the `<name>` places of a template. Within quotes a value becomes text, escaped so that the quotes
 * still hold; outside quotes it becomes JSON. A value that the event lacks becomes empty text, or `null` outside quotes.
 */
function fillTemplate(template: string, values: ReadonlyMap<string, unknown>): string {
  let out = ''
  let quoted = false
  for (let i = 0; i < template.length; i++) {
    const char = template[i] as string
    const place = char === '<' ? /^<([A-Za-z0-9_.-]+)>/.exec(template.slice(i, i + 260)) : null
    if (place && values.has(place[1] as string)) {
      const value = values.get(place[1] as string)
      out += quoted ? withinQuotes(value) : (JSON.stringify(value) ?? 'null')
      i += place[0].length - 1
      continue
    }
    if (char === '"') quoted = !quoted
    out += char
    if (quoted && char === '\\') out += template[++i] ?? ''
  }
  return out
}

function withinQuotes(value: unknown): string {
  if (value === undefined) return ''
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return JSON.stringify(text).slice(1, -1)
}

/** What is wrong with a target's input settings; empty when nothing is. */
export function inputProblems(target: Target): string[] {
  const problems: string[] = []
  const given = [target.Input, target.InputPath, target.InputTransformer].filter((value) => value !== undefined)
  if (given.length > 1) problems.push('only one of Input, InputPath and InputTransformer may be given')
  if (target.Input !== undefined && !isJson(target.Input)) problems.push('Input must be valid JSON')
  if (target.InputPath !== undefined && !compileJsonPath(target.InputPath)) {
    problems.push(`InputPath "${target.InputPath}" is not a JSONPath`)
  }
  const transformer = target.InputTransformer
  if (!transformer) return problems
  const paths = Object.entries(transformer.InputPathsMap ?? {})
  for (const [name, path] of paths) {
    if (/^aws/i.test(name)) problems.push(`InputPathsMap key "${name}" may not begin with AWS`)
    if (!compileJsonPath(path)) problems.push(`InputPathsMap "${name}": "${path}" is not a JSONPath`)
  }
  const template = transformer.InputTemplate ?? ''
  const sample = fillTemplate(template, new Map(templateNames(template).map((name) => [name, 'x'])))
  // Several quoted lines are a text of several lines; anything else has to be one JSON value.
  if (!sample.split('\n').every((line) => line.trim() === '' || isJson(line)) && !isJson(sample)) {
    problems.push('InputTemplate is neither a JSON value nor lines of quoted text')
  }
  const known = new Set([...paths.map(([name]) => name), ...PREDEFINED])
  for (const name of templateNames(template)) {
    if (!known.has(name)) problems.push(`InputTemplate uses <${name}>, which InputPathsMap does not define`)
  }
  return problems
}

const PREDEFINED = [
  'aws.events.rule-name',
  'aws.events.rule-arn',
  'aws.events.event.ingestion-time',
  'aws.events.event',
  'aws.events.event.json',
]

function templateNames(template: string): string[] {
  return [...template.matchAll(/<([A-Za-z0-9_.-]+)>/g)].map((match) => match[1] as string)
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
