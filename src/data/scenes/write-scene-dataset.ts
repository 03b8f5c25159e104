import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { SkyloopError } from '../../core/errors.ts'
import { writeFileAtomic } from '../../core/files.ts'
import { hash32, seededRandom } from '../../core/random.ts'
import { createPlace } from './place.ts'
import { interestingPoint } from './aim-camera.ts'
import { renderScene } from './render-scene.ts'
import {
  sampleConditions,
  SCENE_CLASSES,
  type Place,
  type Scene,
  type SceneClass,
  type SceneConditions,
  type SceneOptions,
} from './scene-options.ts'

export interface SceneDatasetOptions extends Partial<SceneConditions> {
  /** Flights: each has its own place, time and conditions. */
  readonly flights: number
  readonly framesPerFlight: number
  readonly width: number
  readonly height: number
  /** The same seed gives the same pixels before JPEG. @default 0 */
  readonly seed?: number
  /** @default drawn for each flight */
  readonly place?: Place
  /** @see SceneOptions.frameWidthPx */
  readonly frameWidthPx?: number
  /** Conditions not named here are drawn for each flight; false leaves them at their defaults. @default true */
  readonly varied?: boolean
  /** Subfolder of the whole set, e.g. `train`; empty for `images/` and `labels/` at the top. @default '' */
  readonly split?: string
  /** First flight's number, so that several calls do not repeat names or places. @default 1 */
  readonly firstFlight?: number
  /** Quality of the JPEG files, 1 to 100. @default drawn for each flight, 85 to 95 */
  readonly jpegQuality?: number
  readonly onProgress?: (done: number, total: number) => void
}

export interface SceneDatasetSummary {
  readonly images: number
  readonly boxes: Readonly<Record<SceneClass, number>>
  readonly classes: readonly SceneClass[]
}

/** Metres between the frames of a flight, and seconds. */
const STEP_M = 22
const STEP_S = 4

/**
 * Writes flights as a YOLO data set: `images/*.jpg`, `labels/*.txt`, `classes.txt`, `metadata.jsonl`.
 *
 * The frames of one flight share place, time and conditions and lie along a track, as a drone's do; moving traffic moves.
 *
 * @throws SkyloopError `data.scene.count` when there is nothing to write
 */
export async function writeSceneDataset(folder: string, options: SceneDatasetOptions): Promise<SceneDatasetSummary> {
  const { flights, framesPerFlight, split = '', firstFlight = 1 } = options
  if (!(flights >= 1 && framesPerFlight >= 1)) {
    throw new SkyloopError({
      code: 'data.scene.count',
      message: `flights and frames are 1 or more, not ${flights} and ${framesPerFlight}`,
    })
  }
  const base = join(folder, split)
  await mkdir(join(base, 'images'), { recursive: true })
  await mkdir(join(base, 'labels'), { recursive: true })
  const boxes = Object.fromEntries(SCENE_CLASSES.map((name) => [name, 0])) as Record<SceneClass, number>
  const metadata: string[] = []
  const total = flights * framesPerFlight
  let writing = Promise.resolve()
  for (let k = 0; k < flights; k++) {
    const number = firstFlight + k
    const flight = `flight${String(number).padStart(3, '0')}`
    const plan = planFlight(options, number)
    for (let frame = 0; frame < framesPerFlight; frame++) {
      const scene = renderScene(plan.frame(frame))
      const stem = `${flight}-${String(frame + 1).padStart(4, '0')}`
      // JPEG encoding runs on another thread while the next scene is rendered on this one.
      await writing
      writing = write(scene, base, stem, plan.jpegQuality)
      for (const object of scene.objects) boxes[object.className]++
      metadata.push(metadataLine(scene, [split, 'images', `${stem}.jpg`].filter(Boolean).join('/'), flight))
      options.onProgress?.(metadata.length, total)
    }
  }
  await writing
  await writeFileAtomic(join(folder, 'classes.txt'), `${SCENE_CLASSES.join('\n')}\n`)
  await writeFileAtomic(join(base, 'metadata.jsonl'), `${metadata.join('\n')}\n`)
  return { images: total, boxes, classes: SCENE_CLASSES }
}

async function write(scene: Scene, base: string, stem: string, jpegQuality: number): Promise<void> {
  await writeFile(join(base, 'images', `${stem}.jpg`), await encodeScene(scene, jpegQuality))
  await writeFile(join(base, 'labels', `${stem}.txt`), labelText(scene))
}

function planFlight(
  options: SceneDatasetOptions,
  number: number,
): { jpegQuality: number; frame(k: number): SceneOptions } {
  const random = seededRandom(hash32(`flight/${options.seed ?? 0}/${number}`))
  const placeSeed = random.int(2 ** 31)
  const place = createPlace(placeSeed, options.place)
  const [x0, y0] = interestingPoint(place, random)
  const headingDeg = random.range(0, 360)
  const course =
    random.next() < 0.7 ? place.headingToWorld(x0, y0, random.int(4) * (Math.PI / 2)) : random.range(0, 6.28)
  const pitch = -90 + Math.abs(random.normal()) * 2.5
  const drawn = options.varied === false ? {} : sampleConditions(random)
  const startTime = new Date(Date.UTC(2026, random.int(12), 1 + random.int(28), 6 + random.int(12), random.int(60)))
  const jpegQuality = options.jpegQuality ?? 85 + random.int(11)
  const given = Object.fromEntries(
    (['altitudeM', 'light', 'weather', 'season', 'fog', 'blurPx', 'motionBlurPx', 'noise'] as const)
      .filter((key) => options[key] !== undefined)
      .map((key) => [key, options[key]]),
  ) as Partial<SceneConditions>
  return {
    jpegQuality,
    frame: (k) => ({
      ...drawn,
      ...given,
      seed: hash32(`frame/${options.seed ?? 0}/${number}/${k}`),
      width: options.width,
      height: options.height,
      frameWidthPx: options.frameWidthPx ?? Math.max(960, options.width),
      placeSeed,
      place: options.place,
      timeS: k * STEP_S,
      startTime,
      gimbalPitchDeg: pitch,
      position: {
        x: x0 + Math.cos(course) * k * STEP_M,
        y: y0 + Math.sin(course) * k * STEP_M,
        headingDeg: headingDeg + 3 * Math.sin(k * 0.7),
      },
    }),
  }
}

/** A scene as a JPEG file, as a camera writes it. */
export async function encodeScene(scene: Scene, quality: number): Promise<Buffer> {
  return sharp(scene.rgb, { raw: { width: scene.width, height: scene.height, channels: 3 } })
    .jpeg({ quality, chromaSubsampling: '4:2:0' })
    .toBuffer()
}

/** YOLO lines `class cx cy w h`, normalised to six places. */
export function labelText(scene: Scene): string {
  return scene.objects
    .map(({ className, boxXyxyPx: [x1, y1, x2, y2] }) => {
      const numbers = [
        (x1 + x2) / 2 / scene.width,
        (y1 + y2) / 2 / scene.height,
        (x2 - x1) / scene.width,
        (y2 - y1) / scene.height,
      ]
      return `${SCENE_CLASSES.indexOf(className)} ${numbers.map((n) => n.toFixed(6)).join(' ')}\n`
    })
    .join('')
}

function metadataLine(scene: Scene, image: string, flight: string): string {
  const { camera, conditions } = scene
  const round = (value: number, places: number): number => Number(value.toFixed(places))
  return JSON.stringify({
    image,
    flight,
    altitudeM: round(camera.altitudeM, 2),
    gimbalPitchDeg: round(camera.gimbalPitchDeg, 2),
    headingDeg: round(camera.headingDeg, 2),
    latitude: round(camera.latitude, 7),
    longitude: round(camera.longitude, 7),
    time: camera.time,
    gsdM: round(camera.gsdM, 4),
    conditions,
  })
}
