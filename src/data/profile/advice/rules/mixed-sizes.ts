import { listNames, percent } from '../phrase.ts'
import type { Rule } from '../recommendation.ts'

/** Long sides that differ by more than this are shrunk to clearly different scales by the same network input. */
const MOST_RATIO = 1.25

/** Pictures of different sizes, which one input size treats differently. */
export const mixedSizes: Rule = ({ dimensions, images }) => {
  if (dimensions.length < 2) return undefined
  const sides = dimensions.map(({ width, height }) => Math.max(width, height))
  const [low, high] = [Math.min(...sides), Math.max(...sides)]
  const ratio = high / low
  if (ratio <= MOST_RATIO) return undefined
  const common = dimensions[0]!
  const others = images.filter(({ width, height }) => width !== common.width || height !== common.height)
  return {
    severity: 'improve',
    title: `Pictures of ${dimensions.length} sizes, long sides from ${low} to ${high} px`,
    action: `Cut tiles of one size instead of shrinking whole frames, or keep sizes apart by data set. Most (${percent(common.images / images.length)}) are ${common.width}x${common.height}; others are ${listNames(dimensions.slice(1).map(({ width, height, images: n }) => `${width}x${height} (${n})`))}.`,
    why: `Shrunk to one input size, the same object of the same pixels would come out ${ratio.toFixed(1)} times larger in the smallest picture than in the largest.`,
    images: others.map(({ path }) => path),
    values: { sizes: dimensions.length, shortestLongSidePx: low, longestLongSidePx: high },
  }
}
