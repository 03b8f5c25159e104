import { listFiles, short } from '../phrase.ts'
import type { Rule } from '../recommendation.ts'

/** Ground samples that differ by more than this show the same object at clearly different sizes. */
const MOST_RATIO = 2

/** Heights so different that the same object has several sizes. */
export const scaleSpread: Rule = ({ distributions, images }) => {
  const ground = distributions.groundSample
  const altitude = distributions.altitude
  const spread = ground ?? altitude
  if (!spread || spread.count < 4 || spread.p05 <= 0) return undefined
  const ratio = spread.p95 / spread.p05
  if (ratio <= MOST_RATIO) return undefined
  const [what, unit] = ground ? ['ground sample distance', 'cm/px'] : ['altitude', 'm']
  const read = (image: (typeof images)[number]): number =>
    (ground ? image.groundSample?.cmPerPx : image.camera.relativeAltitudeM) ?? 0
  const far = images.filter((image) => read(image) > spread.median * 1.5).sort((a, b) => read(b) - read(a))
  return {
    severity: 'improve',
    title: `The same object is up to ${ratio.toFixed(1)} times larger in some images: ${what} from ${short(spread.p05)} to ${short(spread.p95)} ${unit}`,
    action: `Train with scale augmentation of at least 0.5, put every height into every split, and read the evaluation by altitude.${far.length > 0 ? ` Highest: ${listFiles(far.map(({ path }) => path))}.` : ''}`,
    why: `Median ${short(spread.median)} ${unit}. A detector that has seen an object at one size misses it at half of it; one number for all heights hides that.`,
    images: far.map(({ path }) => path),
    values: { ratio, p05: spread.p05, median: spread.median, p95: spread.p95 },
  }
}
