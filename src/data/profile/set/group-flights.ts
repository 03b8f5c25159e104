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
  for (const [camera, list] of clocked) {
    const ordered = list.toSorted(
      (a, b) => a.camera.capturedAtMs! - b.camera.capturedAtMs! || (a.path < b.path ? -1 : 1),
    )
    let name = ''
    ordered.forEach((image, k) => {
      const before = ordered[k - 1]
      if (!before || isNewFlight(before, image)) name = nameOf(image, camera)
      flights.set(image.path, name)
    })
  }
  return flights
}

function isNewFlight(before: ImageProfile, image: ImageProfile): boolean {
  if (image.camera.capturedAtMs! - before.camera.capturedAtMs! > PAUSE_MS) return true
  const [from, to] = [placeOf(before), placeOf(image)]
  return from !== undefined && to !== undefined && distanceM(from, to) > JUMP_M
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
