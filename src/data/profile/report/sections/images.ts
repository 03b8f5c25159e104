import { markup, Markup } from '../markup.ts'
import { section, type PageContext } from '../page-context.ts'
import { measureOf, type MeasureName } from '../../set/measures.ts'

/** Columns of measures in their order, with headings short enough for a table. */
const COLUMNS = [
  ['sharpness', 'Sharpness'],
  ['brightness', 'Brightness'],
  ['contrast', 'Contrast'],
  ['noise', 'Noise'],
  ['clippedHighlights', 'Clipped'],
  ['altitude', 'Altitude'],
  ['gimbalPitch', 'Pitch'],
  ['groundSample', 'Ground'],
  ['boxes', 'Boxes'],
] as const satisfies readonly (readonly [MeasureName, string])[]

/** The table of images; the page's script fills and sorts it. */
export function imagesSection(context: PageContext): Markup {
  const { images } = context.profile
  const shown = context.rowOf.size
  const lead = `Click a heading to sort; type to filter by name, flight or flag.${shown < images.length ? ` ${shown} of ${images.length} images, evenly taken; the JSON report has all.` : ''}`
  return section(
    'images',
    'All images',
    lead,
    markup`<p><input id="filter" type="search" placeholder="filter…" aria-label="Filter the table"> <span id="shown"></span></p><div class="scroll"><table id="table"><thead></thead><tbody></tbody></table></div><p><button id="more" hidden>show more</button></p><noscript><p>The table needs the script of this page.</p></noscript>`,
    data(context),
  )
}

/** The table's data as JSON that cannot end its own element. */
function data({ profile, rowOf, thumbnails, colourOf }: PageContext): Markup {
  const flags = flagsOf(profile.recommendations, profile.images.length)
  // A column without a single value would be empty.
  const columns = COLUMNS.filter(([name]) => profile.distributions[name] !== undefined)
  const heads = columns.map(([name, label]) => ({ label, unit: name === 'noise' ? '' : measureOf(name).unit }))
  const rows = profile.images
    .filter(({ path }) => rowOf.has(path))
    .map((image) => ({
      path: image.path,
      flight: image.flight,
      colour: colourOf(image.flight),
      size: [image.width, image.height],
      values: columns.map(([name]) => {
        const value = measureOf(name).read(image)
        return value === undefined ? null : Number(value.toPrecision(5))
      }),
      at: image.camera.capturedAt ?? null,
      flags: flags.get(image.path) ?? [],
      thumb: thumbnails.get(image.path) ?? null,
    }))
  const json = JSON.stringify({ heads, rows }).replace(/[<>&\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
  return markup`<script type="application/json" id="data">${Markup.trusted(json)}</script>`
}

/** Rules that name an image among few: what concerns most of the set marks none. */
function flagsOf(recommendations: PageContext['profile']['recommendations'], all: number): Map<string, string[]> {
  const flags = new Map<string, string[]>()
  for (const { rule, images } of recommendations) {
    if (images.length > all / 2) continue
    for (const path of images) flags.set(path, [...(flags.get(path) ?? []), rule])
  }
  return flags
}
