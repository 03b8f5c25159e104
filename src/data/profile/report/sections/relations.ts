import { evenly } from '../evenly.ts'
import { measureOf, type MeasureName } from '../../set/measures.ts'
import { markup, type Markup } from '../markup.ts'
import { section, type PageContext } from '../page-context.ts'
import { scatterPlot } from '../plots/scatter-plot.ts'

/** Pairs of measures worth seeing together. */
const PAIRS: readonly { readonly x: MeasureName; readonly y: MeasureName; readonly about: string }[] = [
  {
    x: 'altitude',
    y: 'groundSample',
    about: 'One camera looking down lies on a line; above it are oblique views and reduced pictures.',
  },
  {
    x: 'brightness',
    y: 'sharpness',
    about: 'Dots far below their flight are blurred or out of focus; dots to the left are dark.',
  },
  { x: 'noise', y: 'sharpness', about: 'Noise and fine texture raise sharpness: few details and much noise is night.' },
  {
    x: 'groundSample',
    y: 'boxes',
    about: 'Coarse pixels with as many boxes as fine ones mean very small objects.',
  },
]

const MOST_DOTS = 3000

/** One measure against another, coloured by flight. */
export function relationsSection({ profile, colourOf, rowOf }: PageContext): Markup | undefined {
  const cards = PAIRS.flatMap(({ x, y, about }) => {
    const [xMeasure, yMeasure] = [measureOf(x), measureOf(y)]
    const points = profile.images.flatMap((image) => {
      const [a, b] = [xMeasure.read(image), yMeasure.read(image)]
      return a === undefined || b === undefined
        ? []
        : [{ x: a, y: b, colour: colourOf(image.flight), name: image.path, image: rowOf.get(image.path) ?? -1 }]
    })
    if (points.length < 3) return []
    const title = ({ label, unit }: { label: string; unit: string }): string =>
      unit === '' ? label : `${label}, ${unit}`
    const plot = scatterPlot(
      evenly(points, MOST_DOTS),
      { title: title(xMeasure), scale: xMeasure.scale },
      { title: title(yMeasure), scale: yMeasure.scale },
    )
    return [
      markup`<div class="card wide"><h3>${yMeasure.label} against ${xMeasure.label.toLowerCase()}</h3>${plot}<p>${about}${points.length > MOST_DOTS ? ` ${MOST_DOTS} of ${points.length} images are drawn.` : ''}</p></div>`,
    ]
  })
  return cards.length === 0
    ? undefined
    : section(
        'relations',
        'Relations',
        'A dot an image, coloured by flight.',
        markup`<div class="cards wide">${cards}</div>`,
      )
}
