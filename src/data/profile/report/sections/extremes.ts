import { short } from '../../advice/phrase.ts'
import { measureOf, type MeasureName } from '../../set/measures.ts'
import type { ImageRow } from '../../set/profile-image-row.ts'
import { markup, type Markup } from '../markup.ts'
import { figure, section, type PageContext } from '../page-context.ts'

const EACH = 4

/** Galleries of the ends of measures that a person can judge by looking. */
const GALLERIES: readonly { readonly measure: MeasureName; readonly end: 'low' | 'high'; readonly title: string }[] = [
  { measure: 'sharpness', end: 'low', title: 'Least sharp' },
  { measure: 'noise', end: 'high', title: 'Most noise' },
  { measure: 'brightness', end: 'low', title: 'Darkest' },
  { measure: 'brightness', end: 'high', title: 'Brightest' },
  { measure: 'contrast', end: 'low', title: 'Least contrast' },
  { measure: 'clippedHighlights', end: 'high', title: 'Most clipped highlights' },
]

export interface Extreme {
  readonly title: string
  readonly measure: MeasureName
  readonly images: readonly { readonly path: string; readonly value: number }[]
}

/** The images at the end of each measure, the worst first. */
export function findExtremes(images: readonly ImageRow[]): Extreme[] {
  return GALLERIES.map(({ measure, end, title }) => {
    const { read } = measureOf(measure)
    const known = images.flatMap((image) => {
      const value = read(image)
      return value === undefined ? [] : [{ path: image.path, value }]
    })
    const sign = end === 'low' ? 1 : -1
    return { title, measure, images: known.sort((a, b) => sign * (a.value - b.value)).slice(0, EACH) }
  })
}

/** Smaller sets are all ends. */
const FEWEST_IMAGES = 6

export function extremesSection(context: PageContext, extremes: readonly Extreme[]): Markup | undefined {
  if (context.profile.images.length < FEWEST_IMAGES) return undefined
  const { distributions } = context.profile
  const galleries = extremes.map(({ title, measure, images }) => {
    const { unit } = measureOf(measure)
    const median = distributions[measure]?.median
    return markup`<div class="gallery"><h3>${title}${median === undefined ? undefined : markup` <small>median ${short(median)} ${unit}</small>`}</h3><div class="strip">${images.map(
      ({ path, value }) => figure(context, path, `${short(value)} ${unit}`.trim()),
    )}</div></div>`
  })
  return section(
    'extremes',
    'The ends of the set',
    'Look before you delete: the numbers find candidates, the eye decides.',
    markup`<div class="galleries">${galleries}</div>`,
  )
}
