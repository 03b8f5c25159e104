import { ProblemsError } from '../core/errors.ts'
import { isObject, type Json } from '../core/json.ts'
import { type KllSketch, sketchOf } from './kll-sketch.ts'
import { columnsOf, type Row, type Value } from './table.ts'

export type InferredType = 'Integral' | 'Fractional' | 'String' | 'Unknown'

export interface CommonStatistics {
  readonly num_present: number
  readonly num_missing: number
}

export interface NumericalStatistics {
  readonly common: CommonStatistics
  readonly mean: number
  readonly sum: number
  readonly std_dev: number
  readonly min: number
  readonly max: number
  readonly distribution: {
    readonly kll: {
      readonly buckets: readonly {
        readonly lower_bound: number
        readonly upper_bound: number
        readonly count: number
      }[]
      readonly sketch: KllSketch
    }
  }
}

export interface StringStatistics {
  readonly common: CommonStatistics
  readonly distinct_count: number
  readonly distribution: {
    readonly categorical: { readonly buckets: readonly { readonly value: string; readonly count: number }[] }
  }
}

export interface FeatureStatistics {
  readonly name: string
  readonly inferred_type: InferredType
  readonly numerical_statistics?: NumericalStatistics
  readonly string_statistics?: StringStatistics
}

/** `statistics.json` of SageMaker Model Monitor. */
export interface Statistics {
  readonly version: 0
  readonly dataset: { readonly item_count: number }
  readonly features: readonly FeatureStatistics[]
}

const BUCKETS = 10

/** Distinct texts that are counted one by one; a column with more is not a category. */
const MAX_CATEGORIES = 100

/** Describes a table, feature by feature. */
export function describeRows(rows: readonly Row[]): Statistics {
  const features = Array.from(columnsOf(rows), ([name, values]) => describeColumn(name, values))
  return { version: 0, dataset: { item_count: rows.length }, features }
}

/** A column is numeric when all its present values are numbers, `Integral` when all of these are whole. */
function describeColumn(name: string, values: readonly Value[]): FeatureStatistics {
  const present = values.filter((value) => value !== null)
  const common = { num_present: present.length, num_missing: values.length - present.length }
  if (present.length === 0) return { name, inferred_type: 'Unknown', string_statistics: describeTexts([], common) }
  const numbers = present.filter((value) => typeof value === 'number')
  if (numbers.length < present.length) {
    return { name, inferred_type: 'String', string_statistics: describeTexts(present.map(String), common) }
  }
  return {
    name,
    inferred_type: numbers.every(Number.isInteger) ? 'Integral' : 'Fractional',
    numerical_statistics: describeNumbers(numbers, common),
  }
}

function describeNumbers(numbers: readonly number[], common: CommonStatistics): NumericalStatistics {
  const sum = numbers.reduce((a, b) => a + b, 0)
  const mean = sum / numbers.length
  const variance = numbers.reduce((a, b) => a + (b - mean) ** 2, 0) / numbers.length
  const min = numbers.reduce((a, b) => Math.min(a, b))
  const max = numbers.reduce((a, b) => Math.max(a, b))
  const step = (max - min) / BUCKETS
  const counts = Array.from({ length: BUCKETS }, () => 0)
  for (const value of numbers) {
    const bucket = step === 0 ? 0 : Math.min(BUCKETS - 1, Math.floor((value - min) / step))
    counts[bucket]! += 1
  }
  const buckets = counts.map((count, i) => ({
    lower_bound: min + i * step,
    upper_bound: i === BUCKETS - 1 ? max : min + (i + 1) * step,
    count,
  }))
  const kll = { buckets, sketch: sketchOf(numbers) }
  return { common, mean, sum, std_dev: Math.sqrt(variance), min, max, distribution: { kll } }
}

function describeTexts(texts: readonly string[], common: CommonStatistics): StringStatistics {
  const counts = new Map<string, number>()
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1)
  const buckets = Array.from(counts, ([value, count]) => ({ value, count }))
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
    .slice(0, MAX_CATEGORIES)
  return { common, distinct_count: counts.size, distribution: { categorical: { buckets } } }
}

/**
 * Reads `statistics.json`, checking what the monitor relies on.
 *
 * @throws ProblemsError `monitor.statistics` listing everything that does not fit
 */
export function parseStatistics(value: Json, source: string): Statistics {
  const problems: string[] = []
  const features = isObject(value) && Array.isArray(value['features']) ? (value['features'] as unknown[]) : undefined
  if (!features) problems.push('there is no list "features"')
  for (const [index, feature] of (features ?? []).entries()) {
    const name = isObject(feature) ? feature['name'] : undefined
    if (!isObject(feature) || typeof name !== 'string') {
      problems.push(`feature ${index} has no name`)
      continue
    }
    const kind = feature['inferred_type']
    if (kind !== 'Integral' && kind !== 'Fractional' && kind !== 'String' && kind !== 'Unknown') {
      problems.push(`feature "${name}" has the inferred_type ${JSON.stringify(kind)}`)
    } else if ((kind === 'Integral' || kind === 'Fractional') && !isNumerical(feature['numerical_statistics'])) {
      problems.push(`feature "${name}" has no numerical_statistics with mean, std_dev and a KLL sketch`)
    } else if (kind === 'String' && !isCategorical(feature['string_statistics'])) {
      problems.push(`feature "${name}" has no string_statistics with categories`)
    }
  }
  if (problems.length > 0) throw new ProblemsError('monitor.statistics', `${source} is no statistics file`, problems)
  return value as unknown as Statistics
}

function isNumerical(value: unknown): boolean {
  if (!isObject(value) || !isObject(value['common']) || !isObject(value['distribution'])) return false
  const kll = value['distribution']['kll']
  const sketch = isObject(kll) ? kll['sketch'] : undefined
  const data = isObject(sketch) ? sketch['data'] : undefined
  return (
    ['mean', 'std_dev', 'min', 'max'].every((key) => typeof value[key] === 'number') &&
    Array.isArray(data) &&
    data.every((level) => Array.isArray(level) && level.every((number) => typeof number === 'number'))
  )
}

function isCategorical(value: unknown): boolean {
  if (!isObject(value) || !isObject(value['common']) || !isObject(value['distribution'])) return false
  const categorical = value['distribution']['categorical']
  const buckets = isObject(categorical) ? categorical['buckets'] : undefined
  return (
    Array.isArray(buckets) &&
    buckets.every(
      (bucket) => isObject(bucket) && typeof bucket['value'] === 'string' && typeof bucket['count'] === 'number',
    )
  )
}
