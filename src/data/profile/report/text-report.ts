import { formatBytes } from '../../../core/units.ts'
import { percent, short } from '../advice/phrase.ts'
import type { Severity } from '../advice/recommendation.ts'
import { MEASURE_NAMES, measureOf } from '../set/measures.ts'
import type { SetProfile } from '../set/set-profile.ts'
import { visible } from './visible.ts'

const HEADINGS: Readonly<Record<Severity, string>> = {
  fix: 'Fix first',
  improve: 'Worth doing',
  note: 'Good to know',
}

/** Columns that sentences are broken at. */
const WIDTH = 100

/** Rows shown of each table; the JSON and the page have all. */
const MOST_ROWS = 12

/** The report for a terminal: what it is, what to do, how it is spread. */
export function textReport(profile: SetProfile): string {
  const parts = [facts, advice, distributions, classes, flights, broken].map((part) => part(profile))
  return visible(parts.filter((part) => part !== '').join('\n\n'))
}

function facts({ source, counts, sample, dimensions, cameras, flights: all, labels }: SetProfile): string {
  const entries = Object.entries(cameras)
  const rows: [string, string][] = [
    ['set', source],
    [
      'images',
      `${counts.images.toLocaleString('en')} (${formatBytes(counts.sizeBytes)})${sample ? `, a sample of ${sample.size} was read (seed ${sample.seed})` : ''}`,
    ],
    ['readable', `${counts.readable} of ${counts.profiled}, error rate ${percent(counts.errorRate)}`],
    [
      'sizes',
      top(
        dimensions.map(({ width, height, images }) => `${width}x${height} (${images})`),
        4,
      ),
    ],
    [
      'cameras',
      top(
        entries.map(([name, number]) => `${name} (${number})`),
        4,
      ),
    ],
    ['flights', String(all.length)],
  ]
  if (labels) {
    rows.push([
      'boxes',
      `${labels.boxes.toLocaleString('en')} on ${labels.labelledImages} images, ${labels.backgroundImages} of them background; ${labels.unlabelledImages} images unlabelled`,
    ])
  }
  return rows
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name.padEnd(8)}  ${value}`)
    .join('\n')
}

function advice({ recommendations }: SetProfile): string {
  if (recommendations.length === 0) return 'No recommendation: no rule found anything to improve.'
  const groups = Map.groupBy(recommendations, ({ severity }) => severity)
  return [...groups]
    .map(([severity, list]) =>
      [
        HEADINGS[severity],
        ...list.map(
          ({ title, action, why }) =>
            `${wrap(title, '  * ', '    ')}\n${wrap(action, '    do:  ', '         ')}\n${wrap(why, '    why: ', '         ')}`,
        ),
      ].join('\n'),
    )
    .join('\n\n')
}

function distributions({ distributions: all }: SetProfile): string {
  const rows = MEASURE_NAMES.flatMap((name) => {
    const found = all[name]
    if (!found) return []
    const { label, unit } = measureOf(name)
    const title = unit === '' ? label : `${label}, ${unit}`
    const numbers = [found.min, found.p05, found.median, found.p95, found.max].map(short)
    return [[title, ...numbers, found.missing === 0 ? '' : `${found.missing} without`]]
  })
  return table(['measure', 'min', '5 %', 'median', '95 %', 'max', ''], rows)
}

function classes({ labels }: SetProfile): string {
  if (!labels) return ''
  const rows = labels.classes.map(({ name, boxes, images, share, medianSidePx, medianSideM }) => [
    name,
    String(boxes),
    String(images),
    percent(share),
    medianSidePx === undefined ? '' : `${short(medianSidePx)} px`,
    medianSideM === undefined ? '' : `${short(medianSideM)} m`,
  ])
  return table(['class', 'boxes', 'images', 'share', 'median side', ''], rows)
}

function flights({ flights: all }: SetProfile): string {
  const range = (of: { min: number; max: number } | undefined, unit: string): string =>
    of ? `${short(of.min)}${of.max - of.min > 0 ? ` to ${short(of.max)}` : ''} ${unit}` : ''
  const rows = all.map(({ name, images, boxes, altitudeM, groundSampleCmPerPx, trackM }) => [
    name,
    String(images),
    String(boxes),
    range(altitudeM, 'm'),
    range(groundSampleCmPerPx, 'cm/px'),
    trackM === undefined ? '' : `${short(trackM)} m`,
  ])
  return table(['flight', 'images', 'boxes', 'altitude', 'ground sample', 'track'], rows)
}

function broken({ unreadable }: SetProfile): string {
  return table(
    ['unreadable', 'why'],
    unreadable.map(({ path, error }) => [path, error.message]),
  )
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return ''
  const shown = [header.map((title) => title.toUpperCase()), ...rows.slice(0, MOST_ROWS + 3)]
  const widths = header.map((_, column) => Math.max(...shown.map((row) => row[column]!.length)))
  const isNumber = header.map((_, column) => rows.every((row) => /^[-\d.,]*$/.test(row[column]!)))
  const lines = shown.map((row) =>
    row
      .map((cell, k) => (isNumber[k] ? cell.padStart(widths[k]!) : cell.padEnd(widths[k]!)))
      .join('  ')
      .trimEnd(),
  )
  const left = rows.length - (shown.length - 1)
  return [...lines, ...(left > 0 ? [`… and ${left} more`] : [])].join('\n')
}

function top(texts: readonly string[], most: number): string {
  return texts.length <= most ? texts.join(', ') : `${texts.slice(0, most).join(', ')} and ${texts.length - most} more`
}

/** Breaks a sentence at blanks. */
function wrap(text: string, first: string, rest: string): string {
  const lines: string[] = []
  let line = first
  let empty = true
  for (const word of text.split(' ')) {
    if (!empty && line.length + 1 + word.length > WIDTH) {
      lines.push(line)
      line = rest
      empty = true
    }
    line += `${empty ? '' : ' '}${word}`
    empty = false
  }
  return [...lines, line].join('\n')
}
