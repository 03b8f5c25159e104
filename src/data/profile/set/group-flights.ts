import { posix } from 'node:path'
import { flightOf, type ImageMetadata } from '../../formats/image-metadata.ts'
import { distanceM, type GeoPoint } from '../../geo/local-frame.ts'
import type { ImageProfile } from '../image-profile.ts'

/** A pause longer than this between two shutters begins a new flight: few drones change a battery faster. */
const PAUSE_MS = 10 * 60_000

/** A step farther than this between two shutters begins a new flight. */
const JUMP_M = 2_000

/**
 * Names the flight of each image: what `metadata.jsonl` says; else by the camera's clock and place, where consecutive
 * images of one camera belong together until a pause of ten minutes or a jump of two kilometres; else by the file's name
 * (see `flightOf`).
 *
 * @returns by path
 */
export function groupFlights(
  images: readonly ImageProfile[],
  metadata: ReadonlyMap<string, ImageMetadata>,
): Map<string, string> {
  const flights = new Map<string, string>()
  const clocked = new Map<string, ImageProfile[]>()
  for (const image of images) {
    const entry = metadata.get(image.path)
    const { capturedAtMs, make = '', model = '' } = image.camera
    if (capturedAtMs === undefined || typeof entry?.['flight'] === 'string') {
      flights.set(image.path, flightOf(posix.parse(image.path).name, entry))
      continue
    }
    const camera = `${make} ${model}`.trim()
    const list = clocked.get(camera)
    if (list) list.push(image)
    else clocked.set(camera, [image])
  }
  const taken = new Set<string>()
  for (const [camera, list] of clocked) {
    let open: { readonly name: string; last: ImageProfile }[] = []
    const inTime = list.toSorted(
      (a, b) => a.camera.capturedAtMs! - b.camera.capturedAtMs! || (a.path < b.path ? -1 : 1),
    )
    for (const image of inTime) {
      // Two drones of a model may fly at once at two places, so more than one flight can be open.
      open = open.filter(({ last }) => image.camera.capturedAtMs! - last.camera.capturedAtMs! <= PAUSE_MS)
      const near = open
        .map((flight) => ({ flight, stepM: stepM(flight.last, image) }))
        .filter((one) => one.stepM <= JUMP_M)
        .sort((a, b) => a.stepM - b.stepM)[0]?.flight
      if (near) near.last = image
      const flight = near ?? { name: unused(nameOf(image, camera), taken), last: image }
      if (!near) open.push(flight)
      flights.set(image.path, flight.name)
    }
  }
  return flights
}

/** Metres between two images; 0 where either does not know its place. */
function stepM(before: ImageProfile, image: ImageProfile): number {
  const [from, to] = [placeOf(before), placeOf(image)]
  return from && to ? distanceM(from, to) : 0
}

function unused(name: string, taken: Set<string>): string {
  let free = name
  for (let k = 2; taken.has(free); k++) free = `${name} (${k})`
  taken.add(free)
  return free
}

/** `2016-06-23 14:05 FC300S`: when it began, and with what. */
function nameOf(image: ImageProfile, camera: string): string {
  const began = (image.camera.capturedAt ?? new Date(image.camera.capturedAtMs!).toISOString()).slice(0, 16)
  return `${began.replace('T', ' ')} ${image.camera.model ?? camera}`.trim()
}

export function placeOf(image: Pick<ImageProfile, 'camera'>): GeoPoint | undefined {
  const { latitudeDeg, longitudeDeg } = image.camera
  return latitudeDeg === undefined || longitudeDeg === undefined ? undefined : { latitudeDeg, longitudeDeg }
}
