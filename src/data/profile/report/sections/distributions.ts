import { short } from '../../advice/phrase.ts'
import { MEASURE_NAMES, measureOf } from '../../set/measures.ts'
import { markup, type Markup } from '../markup.ts'
import { section, type PageContext } from '../page-context.ts'
import { histogramPlot } from '../plots/histogram-plot.ts'

/** A histogram of every measure. */
export function distributionsSection({ profile }: PageContext): Markup | undefined {
  if (profile.images.length === 0) return undefined
  const cards = MEASURE_NAMES.flatMap((name) => {
    const found = profile.distributions[name]
    if (!found) return []
    const { label, unit, scale, about } = measureOf(name)
    const title = unit === '' ? label : `${label}, ${unit}`
    // One bar as wide as the plot would say nothing.
    const plot =
      found.min === found.max
        ? markup`<p class="same"><b>${short(found.min)}</b> ${unit} in every image</p>`
        : histogramPlot(found, title, scale)
    return [
      markup`<div class="card"><h3>${label}</h3>${plot}<p>${about}${found.missing > 0 ? ` ${found.missing} images do not say.` : ''}</p></div>`,
    ]
  })
  const lead = 'The shaded band holds nine images of ten. Hover a bar for its numbers.'
  return section('distributions', 'Distributions', lead, markup`<div class="cards">${cards}</div>`)
}
