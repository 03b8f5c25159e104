import { quantile } from './distribution.ts'

/** With fewer values a median and a spread say too little. */
export const FEWEST_VALUES = 8

/** Middle and spread of values, of which some may be far off without moving either. */
export interface RobustCentre {
  readonly median: number
  /** In the unit of the values: equals the standard deviation where they are normally distributed. */
  readonly sigma: number
}

/**
 * Median, and the median absolute deviation over 0.6745; where more than half of the values are equal, the mean absolute
 * deviation times 1.2533 instead.
 *
 * @returns sigma 0 when all values are equal
 * @source B. Iglewicz and D. Hoaglin 1993, "How to Detect and Handle Outliers"
 */
export function robustCentre(values: readonly number[]): RobustCentre {
  const median = quantile(
    values.toSorted((a, b) => a - b),
    0.5,
  )
  const deviations = values.map((value) => Math.abs(value - median)).sort((a, b) => a - b)
  const mad = quantile(deviations, 0.5)
  if (mad > 0) return { median, sigma: mad / 0.6745 }
  const mean = deviations.reduce((sum, value) => sum + value, 0) / deviations.length
  return { median, sigma: mean * 1.2533 }
}
