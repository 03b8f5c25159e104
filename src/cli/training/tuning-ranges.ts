import type { HyperParameterScalingType, ParameterRanges } from '@aws-sdk/client-sagemaker'
import { parseSettings } from '../../yolo/train/settings/settings.ts'
import { SETTING_TABLE } from '../../yolo/train/settings/setting-table.ts'
import { UsageError } from '../failure.ts'

const SCALES: Readonly<Record<string, HyperParameterScalingType>> = {
  lin: 'Linear',
  log: 'Logarithmic',
  revlog: 'ReverseLogarithmic',
}

/** One `--tune`: what is tried of one hyperparameter. */
export type TuningRange =
  | { readonly name: string; readonly values: readonly string[] }
  | {
      readonly name: string
      readonly kind: 'integer' | 'number'
      readonly low: string
      readonly high: string
      readonly scale: HyperParameterScalingType
    }

/**
 * Reads `lr0=1e-4..1e-2:log` (a range, with a scale: lin, log or revlog) and `batch=4,8` (a choice).
 *
 * @throws UsageError `cli.option` for another form, an unknown hyperparameter or a value that it does not allow
 */
export function readTuningRange(text: string): TuningRange {
  const [, name = '', what = ''] = /^([^=]+)=(.+)$/s.exec(text) ?? []
  const wrong = (message: string): UsageError =>
    new UsageError({
      code: 'cli.option',
      message: `--tune "${text}": ${message}`,
      hint: 'for example --tune lr0=1e-4..1e-2:log --tune batch=4,8',
    })
  if (name === '' || what === '') throw wrong('write name=low..high or name=a,b,c')
  const allow = (value: string): void => {
    try {
      parseSettings({ [name]: value })
    } catch (error) {
      throw wrong((error as Error).message.replace(/^.*\n\s*-\s*/s, ''))
    }
  }
  const range = /^(.+?)\.\.(.+?)(?::([a-z]+))?$/.exec(what)
  if (!range) {
    const values = what.split(',').map((value) => value.trim())
    for (const value of values) allow(value)
    if (new Set(values).size < values.length) throw wrong('a value is given more than once')
    if (values.length < 2) throw wrong('a choice needs at least two values; fix one with --set')
    return { name, values }
  }
  const [, low = '', high = '', scaleName] = range
  allow(low)
  allow(high)
  const { rule } = SETTING_TABLE[name as keyof typeof SETTING_TABLE]
  if (rule.kind !== 'integer' && rule.kind !== 'number') throw wrong(`${name} is not a number; list its values`)
  if (rule.multipleOf !== undefined) throw wrong(`${name} is a multiple of ${rule.multipleOf}; list its values`)
  if (!(Number(low) < Number(high))) throw wrong(`${low} is not less than ${high}`)
  const scale = scaleName === undefined ? 'Auto' : SCALES[scaleName]
  if (scale === undefined) throw wrong(`"${scaleName}" is not one of ${Object.keys(SCALES).join(', ')}`)
  if (scale === 'Logarithmic' && Number(low) <= 0) throw wrong('a logarithmic range begins above 0')
  return { name, kind: rule.kind, low, high, scale }
}

/** The ranges as a tuning job takes them. */
export function parameterRanges(ranges: readonly TuningRange[]): ParameterRanges {
  const numbers = (kind: 'integer' | 'number') =>
    ranges.flatMap((range) =>
      'kind' in range && range.kind === kind
        ? [{ Name: range.name, MinValue: range.low, MaxValue: range.high, ScalingType: range.scale }]
        : [],
    )
  return {
    ContinuousParameterRanges: numbers('number'),
    IntegerParameterRanges: numbers('integer'),
    CategoricalParameterRanges: ranges.flatMap((range) =>
      'values' in range ? [{ Name: range.name, Values: [...range.values] }] : [],
    ),
  }
}
