import { messageOf } from '../../core/errors.ts'

export interface MetricDefinition {
  readonly Name: string
  /** The first capture group is the value. */
  readonly Regex: string
}

export interface MetricValue {
  readonly MetricName: string
  readonly Value: number
  readonly Timestamp: Date
}

/** Reads metrics off a job's output; the last value of each name is the final one. */
export interface MetricReader {
  /** @returns what this line said */
  read(line: string, time: Date): MetricValue[]
  final(): MetricValue[]
}

/** @returns what is wrong with each definition, empty when all are usable */
export function metricDefinitionProblems(definitions: readonly MetricDefinition[]): string[] {
  return definitions.flatMap(({ Name, Regex }) => {
    try {
      return new RegExp(`${Regex}|`).exec('')?.length === 1 ? [`metric ${Name}: "${Regex}" has no capture group`] : []
    } catch (error) {
      return [`metric ${Name}: ${messageOf(error)}`]
    }
  })
}

export function createMetricReader(definitions: readonly MetricDefinition[]): MetricReader {
  const patterns = definitions.map(({ Name, Regex }) => ({ name: Name, regex: new RegExp(Regex) }))
  const last = new Map<string, MetricValue>()
  return {
    read: (line, time) => {
      const found = patterns.flatMap(({ name, regex }): MetricValue[] => {
        const text = regex.exec(line)?.[1]
        const value = text === undefined || text.trim() === '' ? Number.NaN : Number(text)
        return Number.isFinite(value) ? [{ MetricName: name, Value: value, Timestamp: time }] : []
      })
      for (const value of found) last.set(value.MetricName, value)
      return found
    },
    final: () => [...last.values()],
  }
}
