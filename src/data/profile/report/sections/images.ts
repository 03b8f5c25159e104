import { markup, Markup } from '../markup.ts'
import { section, type PageContext } from '../page-context.ts'
import { measureOf, type MeasureName } from '../../set/measures.ts'
import type { ImageRow } from '../../set/profile-image-row.ts'

interface Column {
  /** Short enough for a table. */
  readonly label: string
  readonly unit: string
  readonly read: (image: ImageRow) => number | undefined
  /** Digits after the point; undefined for three significant ones. What cameras wrote is shown as they wrote it. */
  readonly digits?: number
}

const measured = (name: MeasureName, label: string, unit = measureOf(name).unit): Column => ({
  label,
  unit,
  read: measureOf(name).read,
})

/** Columns of numbers in their order; those without a single value are left out. */
const COLUMNS: readonly Column[] = [
  measured('sharpness', 'Sharpness'),
  measured('brightness', 'Brightness'),
  measured('contrast', 'Contrast'),
  measured('noise', 'Noise', ''),
  measured('clippedHighlights', 'Clipped'),
  measured('boxes', 'Boxes'),
  measured('groundSample', 'Ground'),
  { ...measured('altitude', 'Altitude'), digits: 2 },
  { ...measured('gimbalPitch', 'Pitch'), digits: 2 },
  { label: 'Yaw', unit: '°', read: ({ camera }) => camera.gimbalYawDeg, digits: 2 },
  { label: 'Roll', unit: '°', read: ({ camera }) => camera.gimbalRollDeg, digits: 2 },
  { label: 'Latitude', unit: '°', read: ({ camera }) => camera.latitudeDeg, digits: 8 },
  { label: 'Longitude', unit: '°', read: ({ camera }) => camera.longitudeDeg, digits: 8 },
]

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
  const columns = COLUMNS.filter(({ read }) => profile.images.some((image) => read(image) !== undefined))
  const heads = columns.map(({ label, unit, digits }) => ({ label, unit, digits }))
  const rows = profile.images
    .filter(({ path }) => rowOf.has(path))
    .map((image) => ({
      path: image.path,
      flight: image.flight,
      colour: colourOf(image.flight),
      size: [image.width, image.height],
      values: columns.map(({ read, digits }) => {
        const value = read(image)
        return value === undefined ? null : Number(digits === undefined ? value.toPrecision(5) : value.toFixed(digits))
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
