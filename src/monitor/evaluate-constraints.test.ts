import { expect, test } from 'vitest'
import { seededRandom } from '../core/random.ts'
import { type Constraints, parseConstraints, suggestConstraints } from './constraints.ts'
import { checkInputs, evaluateConstraints } from './evaluate-constraints.ts'
import { describeRows, parseStatistics } from './statistics.ts'
import type { Row } from './table.ts'

const random = seededRandom(3)
const rowsOf = (count: number, brightness: number): Row[] =>
  Array.from({ length: count }, () => ({
    brightness: brightness + random.normal() * 10,
    detection_count: random.int(9),
    format: 'jpeg',
    mean_confidence: random.next() < 0.1 ? null : random.next(),
  }))
const baselineRows = rowsOf(120, 100)
const statistics = describeRows(baselineRows)
const constraints = suggestConstraints(statistics, { mayBeMissing: new Set(['mean_confidence']) })

function violationsOf(rows: readonly Row[], changed: Constraints = constraints): string[] {
  const inputs = checkInputs({ statistics, constraints: changed }, describeRows(rows), rows)
  return evaluateConstraints(inputs).violations.map((v) => `${v.feature_name} ${v.constraint_check_type}`)
}

test('the baseline itself, and more records like it, break nothing', () => {
  expect(violationsOf(baselineRows)).toEqual([])
  expect(violationsOf(rowsOf(40, 100))).toEqual([])
})

test('a darker flight is drift of brightness and of nothing else', () => {
  expect(violationsOf(rowsOf(40, 60))).toEqual(['brightness baseline_drift_check'])
})

test('a lost feature, a new one, a new category, a wrong type and missing values are each found by their check', () => {
  const rows = rowsOf(40, 100).map(({ brightness, ...row }, i): Row => {
    const format = i < 20 ? 'webp' : 'jpeg'
    return {
      ...row,
      format,
      humidity: brightness!,
      detection_count: i < 10 ? null : i < 20 ? 1.5 : row['detection_count']!,
    }
  })
  expect(violationsOf(rows)).toEqual([
    'brightness missing_column_check',
    'detection_count data_type_check',
    'detection_count completeness_check',
    'format categorical_values_check',
    'format baseline_drift_check',
    'humidity extra_column_check',
  ])
})

test('descriptions tell the expected and the observed value', () => {
  const rows = rowsOf(40, 100).map((row, i): Row => ({ ...row, format: i === 0 ? null : 'jpeg' }))
  const inputs = checkInputs({ statistics, constraints }, describeRows(rows), rows)
  expect(evaluateConstraints(inputs).violations).toEqual([
    {
      feature_name: 'format',
      constraint_check_type: 'completeness_check',
      description: 'Data completeness requirement is not met. Expected completeness: 100%. Observed: 97.5%.',
    },
  ])
})

test('overrides of one feature, in either spelling, and the switch for all are honoured', () => {
  const dark = rowsOf(40, 60)
  const override = { distribution_constraints: { comparison_threshold: 1 } }
  for (const key of ['monitoring_config_overrides', 'monitoringConfigOverrides']) {
    const json = JSON.parse(JSON.stringify(constraints)) as { features: Record<string, unknown>[] }
    json.features[0]![key] = override
    expect(violationsOf(dark, parseConstraints(json as never, 'a.json'))).toEqual([])
  }
  const off = { ...constraints.monitoring_config, evaluate_constraints: 'Disabled' as const }
  expect(violationsOf(dark, { ...constraints, monitoring_config: off })).toEqual([])
})

test('both files survive writing and reading', () => {
  expect(parseStatistics(JSON.parse(JSON.stringify(statistics)), 's.json')).toEqual(statistics)
  expect(parseConstraints(JSON.parse(JSON.stringify(constraints)), 'c.json')).toEqual(constraints)
})

test('statistics of a column by hand: mean, deviation, ten buckets', () => {
  const { features } = describeRows([0, 1, 2, 10, null].map((value) => ({ value })))
  expect(features[0]).toMatchObject({
    inferred_type: 'Integral',
    numerical_statistics: {
      common: { num_present: 4, num_missing: 1 },
      sum: 13,
      mean: 3.25,
      std_dev: Math.sqrt((3.25 ** 2 + 2.25 ** 2 + 1.25 ** 2 + 6.75 ** 2) / 4),
      min: 0,
      max: 10,
    },
  })
  const { buckets } = features[0]!.numerical_statistics!.distribution.kll
  expect(buckets.map(({ count }) => count)).toEqual([1, 1, 1, 0, 0, 0, 0, 0, 0, 1])
  expect(buckets[9]).toEqual({ lower_bound: 9, upper_bound: 10, count: 1 })
})

test('files that are none are refused with every problem', () => {
  expect(() => parseStatistics({ features: [{ name: 'a', inferred_type: 'Float' }, {}] }, 's.json')).toThrow(
    /s\.json[^]*"a" has the inferred_type "Float"[^]*feature 1 has no name/,
  )
  const bad = {
    features: [{ name: 'a', inferred_type: 'String', completeness: 7 }],
    monitoring_config: { emit_metrics: 'On' },
  }
  expect(() => parseConstraints(bad, 'c.json')).toThrow(/completeness 7[^]*emit_metrics is "On"/)
})

test('a share that happened to be 0 in the whole baseline may become a fraction', () => {
  const zeros = describeRows(Array.from({ length: 30 }, () => ({ clipped: 0 })))
  const typeWith = (options: object): string => suggestConstraints(zeros, options).features[0]!.inferred_type
  expect([typeWith({}), typeWith({ fractional: new Set(['clipped']) })]).toEqual(['Integral', 'Fractional'])
})
