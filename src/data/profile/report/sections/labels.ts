import { percent, short } from '../../advice/phrase.ts'
import { markup, type Markup } from '../markup.ts'
import { section, type PageContext } from '../page-context.ts'
import { heatPlot } from '../plots/heat-plot.ts'
import { histogramPlot } from '../plots/histogram-plot.ts'

/** Classes listed; the JSON has all. */
const MOST_CLASSES = 40

/** What is labelled, how large and where. */
export function labelsSection({ profile }: PageContext): Markup | undefined {
  const { labels } = profile
  if (!labels) return undefined
  const most = Math.max(1, ...labels.classes.map(({ boxes }) => boxes))
  const rows = labels.classes
    .toSorted((a, b) => b.boxes - a.boxes)
    .slice(0, MOST_CLASSES)
    .map(
      ({ name, boxes, images, share, medianSidePx, medianSideM }) =>
        markup`<tr><td>${name}</td><td class="n">${boxes}</td><td class="bar"><svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect width="${((boxes / most) * 100).toFixed(1)}" height="8"/></svg></td><td class="n">${percent(share)}</td><td class="n">${images}</td><td class="n">${medianSidePx === undefined ? '' : `${short(medianSidePx)} px`}</td><td class="n">${medianSideM === undefined ? '' : `${short(medianSideM)} m`}</td></tr>`,
    )
  const table = markup`<div class="scroll"><table class="plain"><thead><tr><th>class</th><th class="n">boxes</th><th></th><th class="n">share</th><th class="n">images</th><th class="n">median side</th><th class="n">on the ground</th></tr></thead><tbody>${rows}</tbody></table></div>`
  const { sidePx, sideM, elongation, boxesPerImage } = labels
  const card = (title: string, plot: Markup | undefined, about: string): Markup | undefined =>
    plot && markup`<div class="card"><h3>${title}</h3>${plot}<p>${about}</p></div>`
  const cards = [
    card(
      'Side of a box',
      sidePx && histogramPlot(sidePx, 'Square root of area, px of the file', 'log', 'boxes'),
      'In tiles or shrunk frames, less than 16 px at the network’s input is found by luck.',
    ),
    card(
      'Side on the ground',
      sideM && histogramPlot(sideM, 'Square root of area, m', 'log', 'boxes'),
      `A car is about 2.9 m this way. ${sideM && sideM.missing > 0 ? `${sideM.missing} boxes lie on images without ground sample or in oblique views.` : ''}`,
    ),
    card(
      'Boxes an image',
      boxesPerImage && histogramPlot(boxesPerImage, 'Boxes', 'linear', 'images'),
      `${labels.backgroundImages} of ${labels.labelledImages} labelled images are background.`,
    ),
    card(
      'Longer over shorter side',
      elongation && histogramPlot(elongation, 'Ratio', 'linear', 'boxes'),
      'Far above 4: several objects in one box, or a box cut by the edge.',
    ),
    card(
      'Where boxes are',
      labels.boxes > 0 ? heatPlot(labels.centres) : undefined,
      `Centres within the frame. ${percent(labels.boxes === 0 ? 0 : labels.atEdge / labels.boxes)} of the boxes touch an edge.`,
    ),
  ]
  const lead = `${labels.boxes.toLocaleString('en')} boxes on ${labels.labelledImages} images; ${labels.unlabelledImages} images have no label file. ${labels.report.dropped} of ${labels.report.lines} label lines cannot be used.`
  return section('labels', 'Labels', lead, table, markup`<div class="cards">${cards}</div>`)
}
