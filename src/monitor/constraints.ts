import { ProblemsError } from '../core/errors.ts'
import { isObject, type Json } from '../core/json.ts'
import type { ComparisonMethod } from './drift.ts'
import type { InferredType, Statistics } from './statistics.ts'

export interface DistributionConstraints {
  readonly perform_comparison: 'Enabled' | 'Disabled'
  /** Distances above it are drift. */
  readonly comparison_threshold: number
  readonly comparison_method: ComparisonMethod
}

export interface MonitoringConfig {
  readonly evaluate_constraints: 'Enabled' | 'Disabled'
  readonly emit_metrics: 'Enabled' | 'Disabled'
  /** Least share of values of the expected type, 0..1. */
  readonly datatype_check_threshold: number
  /** Least share of texts that the domain lists, 0..1. */
  readonly domain_content_threshold: number
  readonly distribution_constraints: DistributionConstraints
}

export interface FeatureConstraint {
  readonly name: string
  readonly inferred_type: InferredType
  /** Least share of records that have the feature, 0..1. */
  readonly completeness: number
  readonly num_constraints?: { readonly is_non_negative: boolean }
  readonly string_constraints?: { readonly domains: readonly string[] }
  /** What differs for this feature; upstream's guide spells it `monitoringConfigOverrides`, which is read too. */
  readonly monitoring_config_overrides?: MonitoringOverrides
}

/** Parts of {@link MonitoringConfig} that replace it. */
export type MonitoringOverrides = Partial<Omit<MonitoringConfig, 'distribution_constraints'>> & {
  readonly distribution_constraints?: Partial<DistributionConstraints>
}

/** `constraints.json` of SageMaker Model Monitor. */
export interface Constraints {
  readonly version: 0
  readonly features: readonly FeatureConstraint[]
  readonly monitoring_config: MonitoringConfig
}

const DEFAULT_CONFIG: MonitoringConfig = {
  evaluate_constraints: 'Enabled',
  emit_metrics: 'Enabled',
  datatype_check_threshold: 1,
  domain_content_threshold: 1,
  distribution_constraints: {
    perform_comparison: 'Enabled',
    comparison_threshold: 0.1,
    comparison_method: 'Robust',
  },
}

export interface SuggestOptions {
  /** @default Robust with threshold 0.1 */
  readonly comparison?: Partial<DistributionConstraints>
  /** Features that a record may lack without anything being wrong; their completeness is not enforced. */
  readonly mayBeMissing?: ReadonlySet<string>
  /** Features that are whole numbers only by chance (a share that is 0 everywhere); their type is `Fractional`. */
  readonly fractional?: ReadonlySet<string>
}

/**
 * Constraints that the described data meets: its types, its completeness, its categories, no drift from its distributions.
 */
export function suggestConstraints(statistics: Statistics, options: SuggestOptions = {}): Constraints {
  const features = statistics.features.map(
    ({ name, inferred_type, numerical_statistics: numbers, string_statistics: texts }): FeatureConstraint => {
      const { num_present, num_missing } = (numbers ?? texts)?.common ?? { num_present: 0, num_missing: 0 }
      const buckets = texts?.distribution.categorical.buckets ?? []
      return {
        name,
        inferred_type: inferred_type === 'Integral' && options.fractional?.has(name) ? 'Fractional' : inferred_type,
        completeness: options.mayBeMissing?.has(name) ? 0 : num_present / Math.max(1, num_present + num_missing),
        ...(numbers && { num_constraints: { is_non_negative: numbers.min >= 0 } }),
        // A column with more categories than are counted has no domain.
        ...(texts && texts.distinct_count === buckets.length && buckets.length > 0
          ? { string_constraints: { domains: buckets.map(({ value }) => value) } }
          : {}),
      }
    },
  )
  const distribution_constraints = { ...DEFAULT_CONFIG.distribution_constraints, ...options.comparison }
  return { version: 0, features, monitoring_config: { ...DEFAULT_CONFIG, distribution_constraints } }
}

/** The settings that hold for one feature. */
export function configFor(constraint: FeatureConstraint, config: MonitoringConfig): MonitoringConfig {
  const overrides = constraint.monitoring_config_overrides
  if (!overrides) return config
  const distribution_constraints = { ...config.distribution_constraints, ...overrides.distribution_constraints }
  return { ...config, ...overrides, distribution_constraints }
}

/**
 * Reads `constraints.json`, written by this package, by SageMaker, or by hand; what is left out has Model Monitor's defaults.
 *
 * @throws ProblemsError `monitor.constraints` listing everything that does not fit
 */
export function parseConstraints(value: Json, source: string): Constraints {
  const problems: string[] = []
  const root = isObject(value) ? value : {}
  if (!Array.isArray(root['features'])) problems.push('there is no list "features"')
  const features = (Array.isArray(root['features']) ? (root['features'] as unknown[]) : []).flatMap((entry, index) => {
    const feature = parseFeature(entry, index, problems)
    return feature ? [feature] : []
  })
  const overrides = parseOverrides(root['monitoring_config'], 'monitoring_config', problems)
  if (problems.length > 0) throw new ProblemsError('monitor.constraints', `${source} is no constraints file`, problems)
  const distribution_constraints = {
    ...DEFAULT_CONFIG.distribution_constraints,
    ...overrides?.distribution_constraints,
  }
  return { version: 0, features, monitoring_config: { ...DEFAULT_CONFIG, ...overrides, distribution_constraints } }
}

function parseFeature(entry: unknown, index: number, problems: string[]): FeatureConstraint | undefined {
  const feature = isObject(entry) ? entry : {}
  const { name, inferred_type: kind, completeness = 0 } = feature
  if (typeof name !== 'string') {
    problems.push(`feature ${index} has no name`)
    return undefined
  }
  if (kind !== 'Integral' && kind !== 'Fractional' && kind !== 'String' && kind !== 'Unknown') {
    problems.push(`feature "${name}" has the inferred_type ${JSON.stringify(kind)}`)
    return undefined
  }
  if (typeof completeness !== 'number' || !(completeness >= 0 && completeness <= 1)) {
    problems.push(`feature "${name}" has the completeness ${JSON.stringify(completeness)}, not 0 to 1`)
    return undefined
  }
  const numeric = feature['num_constraints']
  const textual = isObject(feature['string_constraints']) ? feature['string_constraints'] : undefined
  const domains = textual?.['domains']
  const overrides = parseOverrides(
    feature['monitoring_config_overrides'] ??
      feature['monitoringConfigOverrides'] ??
      textual?.['monitoring_config_overrides'],
    `the overrides of feature "${name}"`,
    problems,
  )
  return {
    name,
    inferred_type: kind,
    completeness,
    ...(isObject(numeric) && { num_constraints: { is_non_negative: numeric['is_non_negative'] === true } }),
    ...(Array.isArray(domains) && { string_constraints: { domains: domains.map(String) } }),
    ...(overrides && { monitoring_config_overrides: overrides }),
  }
}

const SWITCHES = ['evaluate_constraints', 'emit_metrics'] as const
const SHARES = ['datatype_check_threshold', 'domain_content_threshold'] as const

function parseOverrides(value: unknown, where: string, problems: string[]): MonitoringOverrides | undefined {
  if (value === undefined) return undefined
  if (!isObject(value)) {
    problems.push(`${where} is no object`)
    return undefined
  }
  const out: Record<string, unknown> = {}
  const take = (source: Record<string, unknown>, target: Record<string, unknown>, key: string, ok: boolean): void => {
    if (source[key] === undefined) return
    if (ok) target[key] = source[key]
    else problems.push(`${where}: ${key} is ${JSON.stringify(source[key])}`)
  }
  const isSwitch = (text: unknown): boolean => text === 'Enabled' || text === 'Disabled'
  const isShare = (number: unknown): boolean => typeof number === 'number' && number >= 0 && number <= 1
  for (const key of SWITCHES) take(value, out, key, isSwitch(value[key]))
  for (const key of SHARES) take(value, out, key, isShare(value[key]))
  const distribution = value['distribution_constraints']
  if (isObject(distribution)) {
    const inner: Record<string, unknown> = {}
    const method = distribution['comparison_method']
    take(distribution, inner, 'perform_comparison', isSwitch(distribution['perform_comparison']))
    take(distribution, inner, 'comparison_threshold', isShare(distribution['comparison_threshold']))
    take(distribution, inner, 'comparison_method', method === 'Simple' || method === 'Robust')
    out['distribution_constraints'] = inner
  }
  return out
}
