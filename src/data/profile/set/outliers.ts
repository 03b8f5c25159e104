import { comparableGroups } from './comparable.ts'
import { MEASURE_NAMES, measureOf, type MeasureName } from './measures.ts'
import type { ImageRow } from './profile-image-row.ts'
import { FEWEST_VALUES, robustCentre } from './robust.ts'

/** A value that lies far from those of comparable images. */
export interface Outlier {
  readonly image: string
  readonly measure: MeasureName
  readonly value: number
  /** Median of the images that it was compared with, in the unit of the value. */
  readonly median: number
  /** Robust deviations from the median; negative below it. */
  readonly score: number
}

/** Beyond it a value is an outlier. @source Iglewicz and Hoaglin 1993 */
export const OUTLIER_SCORE = 3.5

/** Measures of how the set is made, not of how an image fell out; or with their own rule. */
const NOT_JUDGED: ReadonlySet<MeasureName> = new Set(['gimbalPitch', 'megapixels', 'boxes', 'altitude', 'groundSample'])

/**
 * Every outlier of every measure of looks, the farthest first: each image against its own flight, or against those of
 * all small flights. Logarithms are judged where the measure's scale is log.
 */
export function findOutliers(images: readonly ImageRow[]): Outlier[] {
  const groups = comparableGroups(images)
  return MEASURE_NAMES.filter((name) => !NOT_JUDGED.has(name))
    .flatMap((name) => groups.flatMap((group) => outliersOf(name, group)))
    .sort((a, b) => Math.abs(b.score) - Math.abs(a.score))
}

function outliersOf(measure: MeasureName, images: readonly ImageRow[]): Outlier[] {
  const { read, scale, matters } = measureOf(measure)
  const [into, back] = scale === 'log' ? [Math.log, Math.exp] : [same, same]
  const known = images.flatMap((image) => {
    const value = read(image)
    return value === undefined ? [] : [{ image: image.path, value, at: into(value) }]
  })
  if (known.length < FEWEST_VALUES) return []
  const { median, sigma } = robustCentre(known.map(({ at }) => at))
  if (sigma === 0) return []
  return known
    .map(({ image, value, at }) => ({ image, measure, value, median: back(median), score: (at - median) / sigma }))
    .filter(({ score }) => Math.abs(score) > OUTLIER_SCORE && Math.abs(score) * sigma >= matters)
}

function same(value: number): number {
  return value
}
