import type { LocalPoint } from '../../../geo/local-frame.ts'
import { rangeOf } from '../../set/flights.ts'
import { markup, type Markup } from '../markup.ts'
import { at } from './axis.ts'

export interface MapImage extends LocalPoint {
  /** Corners of the ground that the image shows; undefined where its aim is not known. */
  readonly outline: readonly LocalPoint[] | undefined
  /** Degrees clockwise from north to where the camera looks; undefined when unknown or straight down. */
  readonly lookDeg: number | undefined
  readonly colour: number
  readonly name: string
  readonly image: number
}

export interface MapTrack {
  readonly colour: number
  readonly points: readonly LocalPoint[]
}

const WIDTH = 560
const MOST_HEIGHT = 460
const AIR = 26

/**
 * A site from above, north up, in metres: where images were taken, in the order of their flight, and what ground they
 * show. No map tiles: nothing is asked of the network.
 *
 * @param tracks of each flight, in order of time
 */
export function mapPlot(images: readonly MapImage[], tracks: readonly MapTrack[]): Markup {
  const points = images.flatMap((image) => [image, ...(image.outline ?? [])])
  const east = bounds(points.map(({ eastM }) => eastM))
  const north = bounds(points.map(({ northM }) => northM))
  // At least ten metres across, so that a hover is a dot and not a storm of GPS noise.
  const spanE = Math.max(10, east[1] - east[0])
  const spanN = Math.max(10, north[1] - north[0])
  const metre = Math.min((WIDTH - 2 * AIR) / spanE, (MOST_HEIGHT - 2 * AIR) / spanN)
  const height = Math.round(Math.max(200, spanN * metre + 2 * AIR))
  const middleE = (east[0] + east[1]) / 2
  const middleN = (north[0] + north[1]) / 2
  const place = ({ eastM, northM }: LocalPoint): string =>
    `${at(WIDTH / 2 + (eastM - middleE) * metre)} ${at(height / 2 - (northM - middleN) * metre)}`
  const x = (point: LocalPoint): string => place(point).split(' ')[0]!
  const y = (point: LocalPoint): string => place(point).split(' ')[1]!
  const outlines = images.map(({ outline, colour, image, name }) =>
    outline
      ? markup`<path class="foot c${colour}" d="M${outline.map(place).join('L')}Z" data-i="${image}"><title>ground of ${name}</title></path>`
      : undefined,
  )
  const lines = tracks.map(({ colour, points: track }) =>
    track.length > 1 ? markup`<path class="track c${colour}" d="M${track.map(place).join('L')}"/>` : undefined,
  )
  const marks = images.map((image) => [
    image.lookDeg === undefined
      ? undefined
      : markup`<path class="look c${image.colour}" d="M-3.2 -5L0 -13L3.2 -5Z" transform="translate(${place(image)}) rotate(${at(image.lookDeg)})"/>`,
    markup`<circle class="c${image.colour}" cx="${x(image)}" cy="${y(image)}" r="4.5" data-i="${image.image}"><title>${image.name}</title></circle>`,
  ])
  return markup`<svg class="plot map" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Map of ${images.length} images">${grid(metre, height)}<g>${outlines}</g><g>${lines}</g><g class="dots">${marks}</g>${scaleBar(metre, height)}<g class="north" transform="translate(${WIDTH - 18} 24)"><path d="M0 -14L5 4L0 0L-5 4Z"/><text y="17" text-anchor="middle">N</text></g></svg>`
}

function grid(metre: number, height: number): Markup {
  const step = barMetres(metre) * metre
  const columns = Array.from({ length: Math.floor(WIDTH / step) + 1 }, (_, k) => markup`M${at(k * step)} 0V${height}`)
  const rows = Array.from(
    { length: Math.floor(height / step) + 1 },
    (_, k) => markup`M0 ${at(height - k * step)}H${WIDTH}`,
  )
  return markup`<path class="grid" d="${columns}${rows}"/>`
}

function scaleBar(metre: number, height: number): Markup {
  const length = barMetres(metre)
  const label = length >= 1000 ? `${length / 1000} km` : `${length} m`
  return markup`<g class="scale"><path d="M12 ${height - 16}v5h${at(length * metre)}v-5"/><text x="${at(16 + length * metre)}" y="${height - 9}">${label}</text></g>`
}

/** The largest 1, 2 or 5 times a power of ten that is at most 130 pixels long. */
function barMetres(metre: number): number {
  const most = 130 / metre
  const power = 10 ** Math.floor(Math.log10(most))
  return ([5, 2, 1].find((factor) => factor * power <= most * 1.001) ?? 1) * power
}

function bounds(values: readonly number[]): [number, number] {
  const { min, max } = rangeOf(values) ?? { min: 0, max: 0 }
  return [min, max]
}
