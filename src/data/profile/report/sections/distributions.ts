import { MEASURE_NAMES, measureOf } from '../../set/measures.ts'
import { markup, type Markup } from '../markup.ts'
import { section, type PageContext } from '../page-context.ts'
import { histogramPlot } from '../plots/histogram-plot.ts'

/** A histogram of every measure. */
export function distributionsSection({ profile }: PageContext): Markup {
  const cards = MEASURE_NAMES.flatMap((name) => {
    const found = profile.distributions[name]
    if (!found) return []
    const { label, unit, scale, about } = measureOf(name)
    const title = unit === '' ? label : `${label}, ${unit}`
    return [
      markup`<div class="card"><h3>${label}</h3>${histogramPlot(found, title, scale)}<p>${about}${found.missing > 0 ? ` ${found.missing} images do not say.` : ''}</p></div>`,
    ]
  })
  const lead = 'The shaded band holds nine images of ten. Hover a bar for its numbers.'
  return section('distributions', 'Distributions', lead, markup`<div class="cards">${cards}</div>`)
}
