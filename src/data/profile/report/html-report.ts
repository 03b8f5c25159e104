import { createHash } from 'node:crypto'
import type { SetProfile } from '../set/set-profile.ts'
import type { SetSource } from '../source/set-source.ts'
import { evenly } from './evenly.ts'
import { markup, Markup } from './markup.ts'
import { pageContext } from './page-context.ts'
import { PAGE_SCRIPT } from './page-script.ts'
import { PAGE_STYLE } from './page-style.ts'
import { adviceSection, picturesOf } from './sections/advice.ts'
import { distributionsSection } from './sections/distributions.ts'
import { duplicatesSection, GROUPS_SHOWN, shownOf } from './sections/duplicates.ts'
import { extremesSection, findExtremes } from './sections/extremes.ts'
import { flightsSection } from './sections/flights.ts'
import { headline } from './sections/headline.ts'
import { imagesSection } from './sections/images.ts'
import { labelsSection } from './sections/labels.ts'
import { mapSection } from './sections/map.ts'
import { relationsSection } from './sections/relations.ts'
import { unreadableSection } from './sections/unreadable.ts'
import { makeThumbnails } from './thumbnails.ts'

/** Rows of the page's table. */
const MOST_ROWS = 5000

/** Sets up to this size have a picture of every image; of larger ones only those that the page is about. */
const PICTURES_OF_ALL_UP_TO = { images: 300, sizeBytes: 400 * 1024 * 1024 }

/**
 * The report as one page that asks nothing of the network: pictures, plots and program are in it, and its policy lets
 * nothing else in.
 *
 * @param source to make thumbnails from
 */
export async function htmlReport(profile: SetProfile, source: SetSource, signal?: AbortSignal): Promise<string> {
  const extremes = findExtremes(profile.images)
  const readable = new Set(profile.images.map(({ path }) => path))
  const pictured = [
    ...extremes.flatMap(({ images }) => images.map(({ path }) => path)),
    ...profile.duplicates.slice(0, GROUPS_SHOWN).flatMap(shownOf),
    ...profile.recommendations.flatMap((one) => picturesOf(one, profile.images.length)),
    ...(isSmall(profile) ? readable : []),
  ].filter((path) => readable.has(path))
  const thumbnails = await makeThumbnails(source, pictured, signal)
  const context = pageContext(profile, thumbnails, evenly(profile.images, MOST_ROWS))
  const sections = [
    adviceSection(context),
    extremesSection(context, extremes),
    duplicatesSection(context),
    labelsSection(context),
    mapSection(context),
    distributionsSection(context),
    relationsSection(context),
    flightsSection(context),
    unreadableSection(context),
    imagesSection(context),
  ].filter((part) => part !== undefined)
  const title = `Profile of ${profile.source}`
  return markup`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src '${digest(PAGE_SCRIPT)}'; base-uri 'none'; form-action 'none'">
<meta name="referrer" content="no-referrer"><title>${title}</title><style>${Markup.trusted(PAGE_STYLE)}</style></head>
<body><nav><div>${sections.map(linkTo)}</div></nav><main>
${headline(context)}
${sections}
<footer>${method(profile)}</footer>
</main><script>${Markup.trusted(PAGE_SCRIPT)}</script></body></html>
`.text
}

function isSmall({ images, counts }: SetProfile): boolean {
  return images.length <= PICTURES_OF_ALL_UP_TO.images && counts.sizeBytes <= PICTURES_OF_ALL_UP_TO.sizeBytes
}

/** The section's own id and heading, which this program wrote. */
function linkTo(part: Markup): Markup {
  const [, id = '', title = ''] = /<section id="([^"]*)"><h2>([^<]*)/.exec(part.text) ?? []
  return markup`<a href="#${id}">${Markup.trusted(title)}</a>`
}

function digest(script: string): Markup {
  return Markup.trusted(`sha256-${createHash('sha256').update(script).digest('base64')}`)
}

function method({ sample, counts }: SetProfile): string {
  return [
    sample ? `A fair sample of ${sample.size} of ${counts.images} images (seed ${sample.seed}).` : '',
    'Grey levels are 8-bit luma of BT.601; sharpness is the variance of the Laplacian; noise follows Immerkær 1996; colourfulness Hasler and Süsstrunk 2003.',
    'An outlier lies more than 3.5 robust deviations (median and MAD, Iglewicz and Hoaglin 1993) from its own flight.',
    'Look-alikes differ in few of the 128 bits of a difference hash.',
    'Ground sample distance is sensor width times distance over focal length and pixels, at the centre of the image and for level ground.',
  ]
    .filter(Boolean)
    .join(' ')
}
