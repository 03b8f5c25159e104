import { basename, posix } from 'node:path'
import { parseImageMetadata, type ImageMetadata } from '../../formats/image-metadata.ts'
import type { GroundSample } from '../../metadata/ground-sample.ts'
import type { ImageProfile } from '../image-profile.ts'
import type { SetSource } from '../source/set-source.ts'

/**
 * What the `metadata.jsonl` files of a set say, by image path: those at its top and in the folders just below it. Paths
 * in them are relative to the file's folder, to the set, or, for a set that is one split of a larger one, to that.
 *
 * @throws SkyloopError `data.metadata` or `core.json` naming file and line
 */
export async function readDeclared(
  source: SetSource,
  paths: readonly string[],
): Promise<ReadonlyMap<string, ImageMetadata>> {
  const folders = new Set(['', ...paths.filter((path) => path.includes('/')).map((path) => path.split('/')[0]!)])
  const known = new Set(paths)
  const own = `${basename(source.uri)}/`
  const found = new Map<string, ImageMetadata>()
  for (const folder of folders) {
    const file = posix.join(folder, 'metadata.jsonl')
    const text = await source.readText(file, 0)
    for (const entry of parseImageMetadata(text ?? '', file)) {
      const image = posix.normalize(entry.image)
      const candidates = [posix.join(folder, image), image, image.startsWith(own) ? image.slice(own.length) : image]
      const path = candidates.find((one) => known.has(one))
      if (path !== undefined) found.set(path, entry)
    }
  }
  return found
}

/** Fills what an image itself does not say with what its metadata line says; the image's own word counts first. */
export function withDeclared(image: ImageProfile, entry: ImageMetadata | undefined): ImageProfile {
  if (!entry) return image
  const number = (name: string): number | undefined => {
    const value = entry[name]
    return typeof value === 'number' && Number.isFinite(value) ? value : undefined
  }
  const { camera } = image
  const time = entry['time']
  const timeMs = typeof time === 'string' ? Date.parse(time) : Number.NaN
  const clock =
    camera.capturedAt === undefined && !Number.isNaN(timeMs)
      ? { capturedAt: time as string, capturedAtMs: timeMs }
      : { capturedAt: camera.capturedAt, capturedAtMs: camera.capturedAtMs }
  // A place is a pair: half of one from here and half from there would be nowhere.
  const place =
    camera.latitudeDeg === undefined || camera.longitudeDeg === undefined
      ? { latitudeDeg: number('latitude'), longitudeDeg: number('longitude') }
      : { latitudeDeg: camera.latitudeDeg, longitudeDeg: camera.longitudeDeg }
  const relativeAltitudeM = camera.relativeAltitudeM ?? number('altitudeM')
  const gimbalPitchDeg = camera.gimbalPitchDeg ?? number('gimbalPitchDeg')
  const groundSample = image.groundSample ?? declaredSample(number('gsdM'), relativeAltitudeM, gimbalPitchDeg)
  return {
    ...image,
    camera: {
      ...camera,
      ...clock,
      ...place,
      relativeAltitudeM,
      gimbalPitchDeg,
      gimbalYawDeg: camera.gimbalYawDeg ?? number('headingDeg'),
    },
    groundSample,
  }
}

/** @param gsdM metres a pixel across the line of sight at the centre */
function declaredSample(
  gsdM: number | undefined,
  heightM: number | undefined,
  gimbalPitchDeg: number | undefined,
): GroundSample | undefined {
  if (gsdM === undefined || gsdM <= 0 || heightM === undefined || heightM <= 0) return undefined
  const offNadirDeg = gimbalPitchDeg === undefined ? undefined : Math.abs(gimbalPitchDeg + 90)
  const slant = Math.cos(((offNadirDeg ?? 0) * Math.PI) / 180)
  if (slant < 0.01) return undefined
  return {
    cmPerPx: gsdM * 100,
    alongCmPerPx: (gsdM * 100) / slant,
    distanceM: heightM / slant,
    offNadirDeg,
    distanceFrom: 'declared',
  }
}
