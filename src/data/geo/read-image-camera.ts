import { readFile } from 'node:fs/promises'
import { basename, dirname, join, posix, relative, sep } from 'node:path'
import { codeOf, SkyloopError } from '../../core/errors.ts'
import { flightOf, parseImageMetadata, type ImageMetadata } from '../formats/image-metadata.ts'
import type { CameraMetadata } from '../metadata/camera-metadata.ts'
import { imageHeader } from '../metadata/image-header.ts'
import { swapsSides, type Orientation } from './orientation.ts'
import type { ImageCamera } from './view-of-image.ts'

/** An image's camera with what else is known of it. */
export interface LocatedImage extends ImageCamera {
  readonly path: string
  readonly flight: string
  /** The program that wrote the file after the camera; it may have turned the picture without telling. */
  readonly editedBy?: string
}

/** Programs, not firmware, in EXIF's `Software`. */
const EDITORS =
  /photo|picasa|gimp|lightroom|paint|irfan|xnview|snapseed|affinity|capture one|darktable|rawtherapee|magick|windows|acdsee/i

/** How many folders above an image `metadata.jsonl` is looked for: its own, the split's, the data set's. */
const LEVELS = 4

/**
 * Reads cameras of image files: EXIF and XMP, and over them what the nearest `metadata.jsonl` says (`latitude`,
 * `longitude`, `altitudeM`, `gimbalPitchDeg`, `gimbalYawDeg` or `headingDeg`, `gimbalRollDeg`, `focalPx`, `turnedDeg`).
 */
export function imageCameraReader(): (path: string) => Promise<LocatedImage> {
  const files = new Map<string, Promise<ReadonlyMap<string, ImageMetadata>>>()
  const linesOf = (folder: string): Promise<ReadonlyMap<string, ImageMetadata>> => {
    const lines = files.get(folder) ?? readLines(folder)
    files.set(folder, lines)
    return lines
  }
  return async (path) => {
    const header = await imageHeader(await readFile(path), path)
    const known = await metadataOf(path, linesOf)
    if (known?.['tileXyxyPx'] !== undefined) {
      throw new SkyloopError({
        code: 'data.geo.tile',
        message: `${path} is a tile: its camera's middle lies elsewhere`,
        hint: 'give whole images, for example those in frames/',
      })
    }
    const orientation = turned((header.orientation ?? 1) as Orientation, number(known, 'turnedDeg') ?? 0, path)
    const swapped = swapsSides((header.orientation ?? 1) as Orientation)
    const focalPx = number(known, 'focalPx')
    const { software } = header.camera
    const isEdited = software !== undefined && EDITORS.test(software) && number(known, 'turnedDeg') === undefined
    return {
      path,
      image: basename(path),
      flight: flightOf(posix.parse(basename(path)).name, known),
      width: swapped ? header.storedHeight : header.storedWidth,
      height: swapped ? header.storedWidth : header.storedHeight,
      camera: { ...header.camera, ...cameraFrom(known) },
      orientation,
      ...(focalPx !== undefined && { focalPx }),
      ...(isEdited && { editedBy: software }),
    }
  }
}

/**
 * EXIF's orientation together with a turn that some program gave the pixels without telling.
 *
 * @param deg clockwise, 0, 90, 180 or 270
 * @throws SkyloopError `data.geo.turned`
 */
function turned(orientation: Orientation, deg: number, name: string): Orientation {
  if (deg === 0) return orientation
  const turn = ({ 90: 6, 180: 3, 270: 8 } as Record<number, Orientation>)[deg]
  if (turn === undefined) {
    throw new SkyloopError({
      code: 'data.geo.turned',
      message: `${name} was turned by ${deg} degrees; allowed: 0, 90, 180, 270, clockwise`,
    })
  }
  if (orientation === 1) return turn
  throw new SkyloopError({
    code: 'data.geo.turned',
    message: `${name} has the EXIF orientation ${orientation} and is said to be turned by ${deg} degrees as well`,
    hint: 'only a picture whose EXIF says that it is upright can have been turned without a word',
  })
}

async function readLines(folder: string): Promise<ReadonlyMap<string, ImageMetadata>> {
  const file = join(folder, 'metadata.jsonl')
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return ''
    throw error
  })
  return new Map(parseImageMetadata(text, file).map((entry) => [posix.normalize(entry.image), entry]))
}

async function metadataOf(
  path: string,
  linesOf: (folder: string) => Promise<ReadonlyMap<string, ImageMetadata>>,
): Promise<ImageMetadata | undefined> {
  let folder = dirname(path)
  for (let level = 0; level < LEVELS; level++) {
    const found = (await linesOf(folder)).get(relative(folder, path).split(sep).join('/'))
    if (found) return found
    if (dirname(folder) === folder) return undefined
    folder = dirname(folder)
  }
  return undefined
}

function number(known: ImageMetadata | undefined, key: string): number | undefined {
  const value = known?.[key]
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

function cameraFrom(known: ImageMetadata | undefined): CameraMetadata {
  const values = {
    latitudeDeg: number(known, 'latitude'),
    longitudeDeg: number(known, 'longitude'),
    relativeAltitudeM: number(known, 'altitudeM'),
    gimbalPitchDeg: number(known, 'gimbalPitchDeg'),
    gimbalYawDeg: number(known, 'gimbalYawDeg') ?? number(known, 'headingDeg'),
    gimbalRollDeg: number(known, 'gimbalRollDeg'),
  }
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
}
