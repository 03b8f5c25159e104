import { formatBytes } from '../../../../core/units.ts'
import { count, percent, short } from '../../advice/phrase.ts'
import type { Range } from '../../set/flights.ts'
import { rangeOf } from '../../set/flights.ts'
import { markup, type Markup } from '../markup.ts'
import type { PageContext } from '../page-context.ts'

/** What the set is, in one look. */
export function headline({ profile }: PageContext): Markup {
  const { counts, sample, flights, labels, distributions, recommendations, source, createdAt } = profile
  const urgent = recommendations.filter(({ severity }) => severity === 'fix').length
  const tiles: [string, string, string][] = [
    [
      'images',
      counts.images.toLocaleString('en'),
      sample ? `a sample of ${sample.size} was read` : formatBytes(counts.sizeBytes),
    ],
    [
      'unreadable',
      String(counts.unreadable),
      counts.unreadable === 0 ? 'every file decodes' : `error rate ${percent(counts.errorRate)}`,
    ],
    ['flights', String(flights.length), dates(profile.flights.flatMap(({ from, to }) => [from, to]))],
  ]
  const height = distributions.altitude
  if (height) tiles.push(['altitude, median', `${short(height.median)} m`, spread(height, 'm')])
  const ground = distributions.groundSample
  if (ground) tiles.push(['ground sample, median', `${short(ground.median)} cm/px`, spread(ground, 'cm/px')])
  const sharp = distributions.sharpness
  if (sharp) tiles.push(['sharpness, median', short(sharp.median), spread(sharp, '')])
  if (labels) {
    const classes = labels.classes.filter(({ boxes }) => boxes > 0).length
    tiles.push(['boxes', labels.boxes.toLocaleString('en'), `${classes} classes on ${labels.labelledImages} images`])
  }
  const aim = labels ? 'training' : 'labelling'
  const rest = recommendations.length - urgent
  const more = rest === 0 ? '' : `; ${rest} more to read`
  const verdict =
    recommendations.length === 0
      ? 'No rule found anything to improve.'
      : urgent === 0
        ? `Nothing stands in the way of ${aim}${more}.`
        : `${count(urgent, 'thing')} to fix before ${aim}${more}.`
  return markup`<header><p class="kicker">Image set profile · ${createdAt.slice(0, 16).replace('T', ' ')} UTC</p><h1>${source.split('/').filter(Boolean).slice(-2).join(' / ')}</h1><p class="source">${source}</p><p class="verdict ${urgent === 0 ? 'good' : 'bad'}">${verdict}</p><div class="tiles">${tiles.map(
    ([name, value, note]) => markup`<div class="tile"><span>${name}</span><b>${value}</b><small>${note}</small></div>`,
  )}</div></header>`
}

function spread({ min, max }: Range, unit: string): string {
  return min === max ? 'the same everywhere' : `${short(min)} to ${short(max)} ${unit}`.trim()
}

function dates(stamps: readonly (string | undefined)[]): string {
  const range = rangeOf(stamps.map((stamp) => (stamp === undefined ? undefined : Date.parse(stamp.slice(0, 10)))))
  if (!range) return 'by file name: no camera clock'
  const [from, to] = [range.min, range.max].map((ms) => new Date(ms).toISOString().slice(0, 10))
  return from === to ? from! : `${from} to ${to}`
}
