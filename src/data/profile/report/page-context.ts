import type { ImageRow } from '../set/profile-image-row.ts'
import type { SetProfile } from '../set/set-profile.ts'
import { markup, type Markup } from './markup.ts'

/** What every part of the page draws from. */
export interface PageContext {
  readonly profile: SetProfile
  readonly byPath: ReadonlyMap<string, ImageRow>
  /** Row of an image in the table, of those that it has. */
  readonly rowOf: ReadonlyMap<string, number>
  /** Number of an image's flight's colour. */
  readonly colourOf: (flight: string) => number
  /** Pictures as data URIs. */
  readonly thumbnails: ReadonlyMap<string, string>
}

/** The largest flights have a colour each, all others one together. */
const COLOURS = 8

/** @param rows images that the table has */
export function pageContext(
  profile: SetProfile,
  thumbnails: ReadonlyMap<string, string>,
  rows: readonly ImageRow[],
): PageContext {
  const colours = new Map(profile.flights.slice(0, COLOURS).map(({ name }, k) => [name, k]))
  return {
    profile,
    thumbnails,
    byPath: new Map(profile.images.map((image) => [image.path, image])),
    rowOf: new Map(rows.map(({ path }, row) => [path, row])),
    colourOf: (flight) => colours.get(flight) ?? COLOURS,
  }
}

/** A small picture with words under it. */
export function figure(
  { thumbnails, rowOf }: PageContext,
  path: string,
  caption: string,
  mark?: { readonly text: string; readonly kind: 'keep' | 'drop' },
): Markup {
  const picture = thumbnails.get(path)
  const name = path.split('/').at(-1)!
  return markup`<figure${mark ? markup` class="${mark.kind}"` : undefined} data-i="${rowOf.get(path) ?? -1}" title="${path}">${
    picture ? markup`<img alt="${path}" src="${picture}">` : markup`<div class="nopic">no picture</div>`
  }<figcaption>${mark ? markup`<b>${mark.text}</b> ` : undefined}<span class="name">${name}</span><br>${caption}</figcaption></figure>`
}

export function section(
  id: string,
  title: string,
  lead: string,
  ...content: readonly (Markup | readonly Markup[] | undefined)[]
): Markup {
  return markup`<section id="${id}"><h2>${title}</h2>${lead === '' ? undefined : markup`<p class="lead">${lead}</p>`}${content.map((part) => part)}</section>\n`
}
