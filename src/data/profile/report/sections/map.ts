import { cameraView } from '../../../geo/camera-view.ts'
import { footprintOf } from '../../../geo/footprint.ts'
import { localFrame, type LocalFrame, type LocalPoint } from '../../../geo/local-frame.ts'
import { count } from '../../advice/phrase.ts'
import { placeOf } from '../../set/group-flights.ts'
import type { ImageRow } from '../../set/profile-image-row.ts'
import type { Site } from '../../set/sites.ts'
import { evenly } from '../evenly.ts'
import { markup, type Markup } from '../markup.ts'
import { section, type PageContext } from '../page-context.ts'
import { mapPlot, type MapImage } from '../plots/map-plot.ts'

const SITES_SHOWN = 6
const MOST_MARKS = 2000

/** Oblique views reach to the horizon: drawn is the ground up to so many heights along the line of sight. */
const DEPTH_IN_HEIGHTS = 4

/** Where images were taken, one map a site. */
export function mapSection(context: PageContext): Markup | undefined {
  const { sites, images } = context.profile
  if (sites.length === 0) return undefined
  const cards = sites.slice(0, SITES_SHOWN).map((site) => siteCard(context, site))
  const placed = sites.reduce((sum, site) => sum + site.images.length, 0)
  const lead = `${count(placed, 'image')} of ${images.length} know their place, on ${count(sites.length, 'site')}${sites.length > SITES_SHOWN ? `, the ${SITES_SHOWN} largest of them drawn` : ''}. North is up; outlines are the ground that an image shows, taken as flat. Drawn from the images alone, without map tiles.`
  return section('map', 'Map', lead, markup`<div class="cards wide">${cards}</div>`)
}

function siteCard(context: PageContext, site: Site): Markup {
  const frame = localFrame(site.centre)
  const rows = site.images.map((path) => context.byPath.get(path)!)
  const shown = evenly(rows, MOST_MARKS)
  const flights = Map.groupBy(shown, ({ flight }) => flight)
  const tracks = [...flights].map(([flight, list]) => ({
    colour: context.colourOf(flight),
    points: list
      .filter(({ camera }) => camera.capturedAtMs !== undefined)
      .sort((a, b) => a.camera.capturedAtMs! - b.camera.capturedAtMs!)
      .map((image) => frame.toLocal(placeOf(image)!)),
  }))
  const { latitudeDeg, longitudeDeg } = site.centre
  const hemisphere = (value: number, positive: string, negative: string): string =>
    `${Math.abs(value).toFixed(5)}° ${value < 0 ? negative : positive}`
  const legend = [...flights.keys()].map(
    (flight) => markup`<span><i class="key c${context.colourOf(flight)}"></i>${flight}</span>`,
  )
  return markup`<div class="card wide"><h3>${hemisphere(latitudeDeg, 'N', 'S')}, ${hemisphere(longitudeDeg, 'E', 'W')} <small>${count(site.images.length, 'image')}</small></h3>${mapPlot(
    shown.map((image) => markOf(image, frame, context)),
    tracks,
  )}<p class="legend">${legend.slice(0, 12)}</p></div>`
}

function markOf(image: ImageRow, frame: LocalFrame, { colourOf, rowOf }: PageContext): MapImage {
  const { gimbalPitchDeg, gimbalYawDeg } = image.camera
  return {
    ...frame.toLocal(placeOf(image)!),
    outline: outlineOf(image, frame),
    lookDeg: gimbalPitchDeg !== undefined && gimbalPitchDeg > -75 ? gimbalYawDeg : undefined,
    colour: colourOf(image.flight),
    name: image.path,
    image: rowOf.get(image.path) ?? -1,
  }
}

/** The ground that an image shows; undefined where height, aim or lens is not known. */
function outlineOf(image: ImageRow, frame: LocalFrame): LocalPoint[] | undefined {
  const { camera, groundSample, width, height } = image
  const { relativeAltitudeM, gimbalYawDeg, gimbalPitchDeg } = camera
  if (!groundSample || relativeAltitudeM === undefined || relativeAltitudeM <= 0) return undefined
  if (gimbalYawDeg === undefined || gimbalPitchDeg === undefined) return undefined
  const view = cameraView(
    {
      ...placeOf(image)!,
      heightM: relativeAltitudeM,
      yawDeg: gimbalYawDeg,
      pitchDeg: gimbalPitchDeg,
      rollDeg: camera.gimbalRollDeg ?? 0,
    },
    // The ground sample is distance over focal length: turned around it gives the focal length in pixels of this file.
    { focalPx: (groundSample.distanceM * 100) / groundSample.cmPerPx, centreXPx: width / 2, centreYPx: height / 2 },
  )
  const footprint = footprintOf(view, width, height, relativeAltitudeM * DEPTH_IN_HEIGHTS)
  return footprint?.corners.map((corner) => frame.toLocal(corner))
}
