import sharp from 'sharp'
import { escapeXml } from '../core/escape-xml.ts'
import { driftDistance } from './checks/baseline-drift.ts'
import type { CheckInput } from './checks/check.ts'
import type { ConstraintViolations } from './evaluate-constraints.ts'
import { cdfOf, type KllSketch, shareAt } from './kll-sketch.ts'
import type { FeatureStatistics } from './statistics.ts'

/** An image worth looking at: how far it lies from the baseline. */
export interface DeviatingImage {
  readonly bytes: Buffer
  readonly eventId: string
  /** Largest distance of a feature from the baseline's mean, in standard deviations of the baseline. */
  readonly score: number
  readonly feature: string
}

export interface ReportPageInput {
  readonly title: string
  readonly inputs: ReadonlyMap<string, CheckInput>
  readonly violations: ConstraintViolations
  readonly baselineCount: number
  readonly currentCount: number
  /** Records that could not be used, in words. */
  readonly problems: readonly string[]
  readonly images: readonly DeviatingImage[]
}

const BINS = 24
const THUMBNAIL_PX = 300

/** A self-contained page: verdict, one histogram a feature (baseline grey, now coloured), the images that deviate most. */
export async function reportPage(input: ReportPageInput): Promise<string> {
  const broken = new Map<string, string[]>()
  for (const { feature_name, description } of input.violations.violations) {
    broken.set(feature_name, [...(broken.get(feature_name) ?? []), description])
  }
  const features = [...input.inputs].sort(([a], [b]) => Number(broken.has(b)) - Number(broken.has(a)))
  const cards = features.map(([name, feature]) => featureCard(name, feature, broken.get(name) ?? []))
  const thumbnails = await Promise.all(input.images.map(thumbnail))
  const problems =
    input.problems.length === 0
      ? ''
      : `<h2>Records that could not be used (${input.problems.length})</h2><ul>${input.problems
          .slice(0, 50)
          .map((problem) => `<li>${escapeXml(problem)}</li>`)
          .join('')}</ul>`
  const count = input.violations.violations.length
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeXml(input.title)}</title>
<style>body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:1200px;padding:0 1rem;color:#1b2530;background:#f6f8fa}main{display:grid;grid-template-columns:repeat(auto-fill,minmax(270px,1fr));gap:1rem}
article{background:#fff;border:1px solid #dde3ea;border-radius:8px;padding:.8rem 1rem}article.broken{border-color:#d1453b;box-shadow:inset 4px 0 #d1453b}h3{margin:0 0 .3rem;font-size:15px}p{margin:.3rem 0}small,figcaption{color:#5a6774;font-size:12.5px}svg{width:100%;height:90px}figure{margin:0}figure img{width:100%;border-radius:6px}.verdict{font-size:1.15rem;padding:.6rem 1rem;border-radius:8px;background:${count > 0 ? '#fdecea' : '#e6f4ea'}}</style>
<h1>${escapeXml(input.title)}</h1>
<p class="verdict">${count > 0 ? `<b>${count} violation(s)</b> in ${broken.size} feature(s)` : '<b>No violation</b>'}. ${input.currentCount} images now, ${input.baselineCount} in the baseline.</p>
<p><small>Grey: baseline. <span style="color:#2463c4">Blue</span>: now. Distance: largest difference of the two cumulative distributions, less what chance explains where the method is Robust.</small></p>
<main>${cards.join('\n')}</main>
<h2>Images farthest from the baseline</h2><main>${thumbnails.join('\n')}</main>
${problems}</html>\n`
}

function featureCard(name: string, feature: CheckInput, descriptions: readonly string[]): string {
  const { distribution_constraints: rule } = feature.config
  const distance = driftDistance(feature)
  const line = (label: string, statistics: FeatureStatistics | undefined): string =>
    `${label}: ${statistics ? escapeXml(summary(statistics)) : 'absent'}`
  const text = descriptions.map((description) => `<p>${escapeXml(description)}</p>`).join('')
  return `<article${descriptions.length > 0 ? ' class="broken"' : ''}><h3>${escapeXml(name)}</h3>${plot(feature.baseline, feature.current)}
<small>${line('baseline', feature.baseline)}<br>${line('now', feature.current)}<br>${distance === undefined ? '' : `distance ${distance.toFixed(3)} (${rule.comparison_method}, allowed ${rule.comparison_threshold})`}</small>${text}</article>`
}

function summary({ numerical_statistics: numbers, string_statistics: texts }: FeatureStatistics): string {
  if (numbers)
    return `${short(numbers.mean)} ± ${short(numbers.std_dev)} (${short(numbers.min)} to ${short(numbers.max)})`
  const buckets = texts?.distribution.categorical.buckets ?? []
  return buckets.map(({ value, count }) => `${value} ×${count}`).join(', ') || 'no values'
}

function short(value: number): string {
  return Number(value.toPrecision(3)).toString()
}

function plot(baseline: FeatureStatistics | undefined, current: FeatureStatistics | undefined): string {
  const [a, b] = [baseline?.numerical_statistics, current?.numerical_statistics]
  const present = [a, b].filter((statistics) => statistics !== undefined)
  if (present.length === 0) return ''
  const low = Math.min(...present.map(({ min }) => min))
  const high = Math.max(...present.map(({ max }) => max))
  const [grey, blue] = [a, b].map((s) => (s ? histogram(s.distribution.kll.sketch, low, high) : []))
  const top = Math.max(...grey!, ...blue!, 1e-9)
  const bars = (shares: readonly number[], colour: string): string =>
    shares
      .map((share, i) => {
        const height = (share / top) * 84
        return `<rect x="${i * 10}" y="${(88 - height).toFixed(1)}" width="9.5" height="${height.toFixed(1)}" fill="${colour}"/>`
      })
      .join('')
  return `<svg viewBox="0 0 ${BINS * 10} 90" preserveAspectRatio="none" role="img" aria-label="histogram">${bars(grey!, '#9aa7b4')}${bars(blue!, '#2463c4a0')}</svg>`
}

function histogram(sketch: KllSketch, low: number, high: number): number[] {
  const cdf = cdfOf(sketch)
  const step = (high - low) / BINS
  let below = 0
  return Array.from({ length: BINS }, (_, i) => {
    const share = i === BINS - 1 ? 1 : shareAt(cdf, low + (i + 1) * step)
    const inside = share - below
    below = share
    return inside
  })
}

async function thumbnail(image: DeviatingImage): Promise<string> {
  const jpeg = await sharp(image.bytes)
    .autoOrient()
    .resize({ width: THUMBNAIL_PX, withoutEnlargement: true })
    .jpeg({ quality: 75 })
    .toBuffer()
  return `<figure><img alt="" src="data:image/jpeg;base64,${jpeg.toString('base64')}"><figcaption>${escapeXml(image.feature)} ${image.score.toFixed(1)} deviations off, event ${escapeXml(image.eventId)}</figcaption></figure>`
}
