import type { HyperParameterScalingType, ParameterRanges } from '@aws-sdk/client-sagemaker'

/** Hyperparameters as training jobs get them: names and texts. */
export type Parameters = Readonly<Record<string, string>>

export type Scale = 'Linear' | 'Logarithmic' | 'ReverseLogarithmic'

/** One axis of the search. */
export type Dimension =
  | {
      readonly kind: 'continuous' | 'integer'
      readonly name: string
      readonly min: number
      readonly max: number
      readonly scale: Scale
    }
  | { readonly kind: 'categorical'; readonly name: string; readonly values: readonly string[] }

/** What is searched. A point is one number a dimension: 0 to 1 across a range, the index of a category. */
export interface Space {
  readonly dimensions: readonly Dimension[]
  /** Distinct combinations; Infinity with a continuous dimension. */
  readonly size: number
}

/** Ranges that span at least this factor are searched by order of magnitude under scaling `Auto`. */
const AUTO_LOGARITHMIC_FACTOR = 100

/**
 * Reads the ranges of a tuning job.
 *
 * @returns the space, and everything that is wrong with the ranges
 */
export function readSpace(ranges: ParameterRanges): { readonly space: Space; readonly problems: string[] } {
  const problems: string[] = []
  const numeric = (
    kind: 'continuous' | 'integer',
    range: { Name?: string; MinValue?: string; MaxValue?: string; ScalingType?: HyperParameterScalingType },
  ): Dimension => {
    const name = range.Name ?? ''
    const [min, max] = [Number(range.MinValue), Number(range.MaxValue)]
    const say = (what: string): number => problems.push(`the range of hyperparameter ${name} ${what}`)
    if (!isNumber(range.MinValue) || !isNumber(range.MaxValue)) {
      say(`must go from a number to a number, not from "${range.MinValue}" to "${range.MaxValue}"`)
    } else if (kind === 'integer' && !(Number.isSafeInteger(min) && Number.isSafeInteger(max))) {
      say(`must go from an integer to an integer, not from ${range.MinValue} to ${range.MaxValue}`)
    } else if (min > max) say(`has MinValue ${range.MinValue}, which is greater than MaxValue ${range.MaxValue}`)
    const { ScalingType: scaling = 'Auto' } = range
    if (scaling === 'Logarithmic' && !(min > 0)) say('must be greater than 0 for logarithmic scaling')
    if (scaling === 'ReverseLogarithmic') {
      if (kind === 'integer') say('is of integers, for which there is no reverse logarithmic scaling')
      else if (!(min >= 0 && max < 1)) say('must lie within 0 <= x < 1 for reverse logarithmic scaling')
    }
    return { kind, name, min, max, scale: scaling === 'Auto' ? automaticScale(min, max) : scaling }
  }
  const dimensions: Dimension[] = [
    ...(ranges.ContinuousParameterRanges ?? []).map((range) => numeric('continuous', range)),
    ...(ranges.IntegerParameterRanges ?? []).map((range) => numeric('integer', range)),
    ...(ranges.CategoricalParameterRanges ?? []).map(({ Name = '', Values = [] }): Dimension => {
      if (Values.length === 0) problems.push(`the range of hyperparameter ${Name} has no values`)
      if (new Set(Values).size < Values.length)
        problems.push(`the range of hyperparameter ${Name} gives a value more than once`)
      return { kind: 'categorical', name: Name, values: Values }
    }),
  ]
  const names = dimensions.map(({ name }) => name)
  const twice = names.filter((name, i) => names.indexOf(name) < i)
  if (twice.length > 0) problems.push(`hyperparameters have more than one range: ${[...new Set(twice)].join(', ')}`)
  if (dimensions.length === 0) problems.push('there is no range to search')
  return { space: { dimensions, size: dimensions.reduce((size, each) => size * count(each), 1) }, problems }
}

/** The hyperparameters at a point. Continuous values have six significant digits. */
export function decode(space: Space, point: readonly number[]): Parameters {
  return Object.fromEntries(space.dimensions.map((dimension, i) => [dimension.name, text(dimension, point[i] ?? 0)]))
}

/** The point of hyperparameters; `decode` gives them back. */
export function encode(space: Space, parameters: Parameters): number[] {
  return space.dimensions.map((dimension) => {
    const given = parameters[dimension.name] ?? ''
    if (dimension.kind === 'categorical') return Math.max(0, dimension.values.indexOf(given))
    const [low, high] = [warp(dimension.scale, dimension.min), warp(dimension.scale, dimension.max)]
    return high > low ? clamp((warp(dimension.scale, Number(given)) - low) / (high - low), 0, 1) : 0
  })
}

/** Every combination of a finite space, the last dimension changing fastest. */
export function* combinations(space: Space): Generator<Parameters> {
  const sizes = space.dimensions.map(count)
  for (let i = 0; i < space.size; i++) {
    let rest = i
    const chosen = sizes.toReversed().map((size) => {
      const at = rest % size
      rest = Math.floor(rest / size)
      return at
    })
    yield Object.fromEntries(
      space.dimensions.map((dimension, d) => {
        const at = chosen[sizes.length - 1 - d] ?? 0
        return [
          dimension.name,
          dimension.kind === 'categorical' ? (dimension.values[at] ?? '') : `${dimension.min + at}`,
        ]
      }),
    )
  }
}

/** Equal for equal combinations. */
export const keyOf = (space: Space, parameters: Parameters): string =>
  JSON.stringify(space.dimensions.map(({ name }) => parameters[name]))

function text(dimension: Dimension, coordinate: number): string {
  if (dimension.kind === 'categorical') {
    return dimension.values[clamp(Math.floor(coordinate), 0, dimension.values.length - 1)] ?? ''
  }
  const { min, max, scale } = dimension
  const [low, high] = [warp(scale, min), warp(scale, max)]
  const value = clamp(unwarp(scale, low + coordinate * (high - low)), min, max)
  if (dimension.kind === 'integer') return String(clamp(Math.round(value), min, max))
  return String(clamp(Number(value.toPrecision(6)), min, max))
}

function warp(scale: Scale, value: number): number {
  if (scale === 'Logarithmic') return Math.log(value)
  return scale === 'ReverseLogarithmic' ? -Math.log1p(-value) : value
}

function unwarp(scale: Scale, warped: number): number {
  if (scale === 'Logarithmic') return Math.exp(warped)
  return scale === 'ReverseLogarithmic' ? -Math.expm1(-warped) : warped
}

function automaticScale(min: number, max: number): Scale {
  return min > 0 && max / min >= AUTO_LOGARITHMIC_FACTOR ? 'Logarithmic' : 'Linear'
}

function count(dimension: Dimension): number {
  if (dimension.kind === 'categorical') return dimension.values.length
  if (dimension.min === dimension.max) return 1
  return dimension.kind === 'integer' ? dimension.max - dimension.min + 1 : Infinity
}

const isNumber = (value: string | undefined): boolean =>
  value !== undefined && value.trim() !== '' && Number.isFinite(Number(value))

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value))
