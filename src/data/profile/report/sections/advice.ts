import { count } from '../../advice/phrase.ts'
import type { Recommendation, Severity } from '../../advice/recommendation.ts'
import { markup, type Markup } from '../markup.ts'
import { figure, section, type PageContext } from '../page-context.ts'

const WORDS: Readonly<Record<Severity, string>> = { fix: 'Fix first', improve: 'Worth doing', note: 'Good to know' }

/** Names listed of one recommendation; the JSON has all. */
const MOST_NAMES = 500
const ADVICE_PICTURES = 4

/** Recommendations about most of the set are not shown by pictures: these would be any. */
export function picturesOf({ images }: Recommendation, all: number): readonly string[] {
  return images.length > all / 2 && images.length > ADVICE_PICTURES ? [] : images.slice(0, ADVICE_PICTURES)
}

/** What to do, the most pressing first. */
export function adviceSection(context: PageContext): Markup {
  const { recommendations, images } = context.profile
  const cards = recommendations.map((one) => {
    const pictures = picturesOf(one, images.length).filter((path) => context.thumbnails.has(path))
    const left = one.images.length - MOST_NAMES
    return markup`<article class="advice ${one.severity}"><p class="tag">${WORDS[one.severity]} · ${one.rule}</p><h3>${one.title}</h3><p class="do">${code(one.action)}</p><p class="why">${code(one.why)}</p>${
      pictures.length > 0
        ? markup`<div class="strip">${pictures.map((path) => figure(context, path, ''))}</div>`
        : undefined
    }${
      one.images.length > 0
        ? markup`<details><summary>${count(one.images.length, 'image')}</summary><p class="names">${one.images
            .slice(0, MOST_NAMES)
            .map(
              (path) => markup`<span>${path}</span> `,
            )}${left > 0 ? `… and ${left} more in the JSON report` : ''}</p></details>`
        : undefined
    }</article>`
  })
  const lead =
    cards.length === 0
      ? 'No rule found anything to improve.'
      : 'What to do, which images, and the numbers behind it. The most pressing first.'
  return section('advice', 'Recommendations', lead, markup`<div class="advices">${cards}</div>`)
}

/** `text` between backquotes is something to type. */
function code(text: string): Markup[] {
  return text.split('`').map((part, k) => (k % 2 === 1 ? markup`<code>${part}</code>` : markup`${part}`))
}
