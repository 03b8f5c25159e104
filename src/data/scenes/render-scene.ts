import { SkyloopError } from '../../core/errors.ts'
import { hash32, seededRandom, type Random } from '../../core/random.ts'
import { aimCamera } from './aim-camera.ts'
import { createCanvas } from './canvas.ts'
import type { Rgb } from './colour.ts'
import { expose } from './expose.ts'
import { gatherContents } from './gather-contents.ts'
import { mapGround, paintGround } from './paint-ground.ts'
import { paintPatch } from './paint-patch.ts'
import { paintProp } from './paint-props.ts'
import { castShadows } from './paint-shadows.ts'
import { paintBoat, paintBuilding, paintPerson, paintTree } from './paint-things.ts'
import { paintVehicle, type Brush } from './paint-vehicle.ts'
import { createPlace } from './place.ts'
import { focalLengthPx, type SceneCamera } from './scene-camera.ts'
import type { SceneContents } from './scene-contents.ts'
import { hourOf, sceneLight } from './scene-light.ts'
import {
  DEFAULT_CONDITIONS,
  type CameraMetadata,
  type Scene,
  type SceneConditions,
  type SceneOptions,
} from './scene-options.ts'
import { seenObjects, type Tracked } from './seen-objects.ts'

/**
 * Renders one aerial photograph of an invented place, with exact boxes.
 *
 * Ground, shadows, vehicles, buildings and tree crowns are painted in that order as reflectance and shade; then
 * light, air, lens and sensor make the photograph. Pure: equal options give equal bytes.
 *
 * @throws SkyloopError `data.scene.size` or `data.scene.altitude` when an option is out of range
 */
export function renderScene(options: SceneOptions): Scene {
  check(options)
  const { width, height } = options
  const conditions = conditionsOf(options)
  const random = seededRandom(hash32(`scene/${options.seed}`))
  const placeSeed = options.placeSeed ?? hash32(`place/${options.seed}`)
  const place = createPlace(placeSeed, options.place)
  const camera = aimCamera(options, conditions, place, random.fork('camera'))
  const gsdM = conditions.altitudeM / camera.focalPx
  const light = sceneLight(conditions, (placeSeed % 360) + 0.5)
  const map = mapGround(width, height, camera, place)
  const contents = gatherContents(place, map, options.timeS ?? 0)

  const canvas = createCanvas(width, height)
  const snowy = conditions.weather === 'snow'
  paintGround(canvas, map, place, gsdM, conditions.season, conditions.weather)
  for (const patch of contents.patches) paintPatch(canvas, patch, map, camera, snowy)
  const shadows = castShadows(width, height, contents, camera, light, conditions.season, gsdM)
  const groundSun = new Float32Array(width * height)
  for (let p = 0; p < groundSun.length; p++) {
    groundSun[p] = 1 - shadows.fixed[p]!
    canvas.sun[p]! *= groundSun[p]! * (1 - shadows.moving[p]!)
    const dark = 1 - 0.62 * shadows.contact[p]! - 0.12 * shadows.fixed[p]!
    canvas.r[p]! *= dark
    canvas.g[p]! *= dark
    canvas.b[p]! *= dark
  }
  const brush: Brush = { canvas, camera, light, groundSun }
  for (const prop of contents.props) if (prop.kind !== 'lamp') paintProp(brush, prop)
  const tracked = paintObjects(brush, contents)
  for (const building of contents.buildings.toSorted((a, b) => a.heightM - b.heightM))
    paintBuilding(brush, building, snowy)
  for (const tree of contents.trees.toSorted((a, b) => a.heightM - b.heightM)) {
    paintTree(brush, tree, conditions.season, snowy)
  }
  for (const prop of contents.props) if (prop.kind === 'lamp') paintProp(brush, prop)
  const objects = seenObjects(canvas, tracked, options.minVisible ?? 0.3)
  const gain = exposureGain(light, random.fork('exposure'))
  const rgb = expose(canvas, light, conditions, gain, random.range(0, Math.PI), options.seed)
  return { width, height, rgb, objects, camera: describe(options, conditions, camera, gsdM, placeSeed), conditions }
}

function check(options: SceneOptions): void {
  const sizeOk = (n: number): boolean => Number.isInteger(n) && n >= 32 && n <= 4096
  if (!sizeOk(options.width) || !sizeOk(options.height)) {
    throw new SkyloopError({
      code: 'data.scene.size',
      message: `a scene is 32 to 4096 px a side, not ${options.width} x ${options.height}`,
    })
  }
  const altitude = options.altitudeM ?? DEFAULT_CONDITIONS.altitudeM
  if (!(altitude >= 15 && altitude <= 300)) {
    throw new SkyloopError({ code: 'data.scene.altitude', message: `altitude is 15 to 300 m, not ${altitude}` })
  }
}

function conditionsOf(options: SceneOptions): SceneConditions {
  const d = DEFAULT_CONDITIONS
  return {
    altitudeM: options.altitudeM ?? d.altitudeM,
    light: options.light ?? d.light,
    weather: options.weather ?? d.weather,
    season: options.season ?? d.season,
    fog: options.fog ?? d.fog,
    blurPx: options.blurPx ?? d.blurPx,
    motionBlurPx: options.motionBlurPx ?? d.motionBlurPx,
    noise: options.noise ?? d.noise,
  }
}

/** Paints all labelled objects; object k leaves the id k + 1. */
function paintObjects(brush: Brush, contents: SceneContents): Tracked[] {
  const tracked: Tracked[] = []
  for (const boat of contents.boats)
    tracked.push({ className: 'boat', outline: paintBoat(brush, boat, tracked.length + 1) })
  for (const person of contents.people) {
    tracked.push({ className: 'person', outline: paintPerson(brush, person, tracked.length + 1) })
  }
  for (const vehicle of contents.vehicles) {
    tracked.push({ className: vehicle.className, outline: paintVehicle(brush, vehicle, tracked.length + 1) })
  }
  return tracked
}

/** A camera's automatic exposure and white balance: middle grey near the middle, dusk stays dark and a little blue. */
function exposureGain(light: { sun: readonly number[]; sky: readonly number[] }, random: Random): Rgb {
  const level = light.sky[1]! + light.sun[1]! * 0.8
  const gain = (0.86 / level) * level ** 0.35 * random.range(0.85, 1.15)
  const [warm, green] = [random.normal() * 0.03, random.normal() * 0.015]
  return [gain * (1 + warm), gain * (1 + green), gain * (1 - warm)]
}

function describe(
  options: SceneOptions,
  conditions: SceneConditions,
  camera: SceneCamera,
  gsdM: number,
  placeSeed: number,
): CameraMetadata {
  const start = options.startTime ?? new Date(Date.UTC(2026, 5, 1) + hourOf(conditions.light) * 3_600_000)
  const site = seededRandom(hash32(`site/${placeSeed}`))
  const latitude0 = site.range(36, 58)
  const longitude0 = site.range(-8, 28)
  return {
    altitudeM: conditions.altitudeM,
    gimbalPitchDeg: camera.pitchDeg,
    headingDeg: ((camera.headingDeg % 360) + 360) % 360,
    latitude: latitude0 + camera.y / 111_320,
    longitude: longitude0 + camera.x / (111_320 * Math.cos((latitude0 * Math.PI) / 180)),
    time: new Date(start.getTime() + (options.timeS ?? 0) * 1000).toISOString(),
    gsdM,
    focalPx: focalLengthPx(options.frameWidthPx ?? Math.max(960, options.width)),
  }
}
