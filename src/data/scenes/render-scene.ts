import { SkyloopError } from '../../core/errors.ts'
import { hash32, seededRandom, type Random } from '../../core/random.ts'
import { createCanvas, paintPolygon, type Canvas } from './canvas.ts'
import type { Rgb } from './colour.ts'
import { expose } from './expose.ts'
import { fillBlock } from './fill-block.ts'
import { fillRoad } from './fill-road.ts'
import { noiseTexture, sampleNoise } from './noise-texture.ts'
import { mapGround, paintGround, type GroundMap } from './paint-ground.ts'
import { paintProp } from './paint-props.ts'
import { castShadows } from './paint-shadows.ts'
import { paintBoat, paintBuilding, paintPerson, paintTree } from './paint-things.ts'
import { paintVehicle, type Brush } from './paint-vehicle.ts'
import { createPlace, type PlaceMap } from './place.ts'
import { FIELD_OF_VIEW_DEG, focalLengthPx, sceneCamera, type SceneCamera } from './scene-camera.ts'
import { emptyContents, type Patch, type SceneContents, type Vehicle } from './scene-contents.ts'
import { hourOf, sceneLight } from './scene-light.ts'
import {
  DEFAULT_CONDITIONS,
  type CameraMetadata,
  type Scene,
  type SceneClass,
  type SceneConditions,
  type SceneObject,
  type SceneOptions,
} from './scene-options.ts'

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
  const camera = aim(options, conditions, place, random.fork('camera'))
  const gsdM = conditions.altitudeM / camera.focalPx
  const light = sceneLight(conditions, (placeSeed % 360) + 0.5)
  const map = mapGround(width, height, camera, place)
  const contents = gather(place, map, options.timeS ?? 0)
  contents.vehicles.splice(0, contents.vehicles.length, ...withoutCollisions(contents.vehicles))

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

function aim(options: SceneOptions, conditions: SceneConditions, place: PlaceMap, random: Random): SceneCamera {
  const frameWidth = options.frameWidthPx ?? Math.max(960, options.width)
  const frameHeight = Math.max(options.height, (frameWidth * 9) / 16)
  const slackX = Math.max(0, frameWidth - options.width) / 2
  const slackY = Math.max(0, frameHeight - options.height) / 2
  const pitchDeg = options.gimbalPitchDeg ?? -90 + Math.abs(random.normal()) * 2.5
  const offX = random.range(-slackX, slackX)
  const offY = random.range(-slackY, slackY)
  const pose = {
    altitudeM: conditions.altitudeM,
    pitchDeg: Math.max(-90, Math.min(-60, pitchDeg)),
    focalPx: focalLengthPx(frameWidth),
    centreXPx: options.width / 2 + offX,
    centreYPx: options.height / 2 + offY,
  }
  if (options.position) return sceneCamera({ ...pose, ...options.position })
  const [tx, ty] = interestingPoint(place, random)
  const headingDeg = random.range(0, 360)
  // The camera stands so that the middle of the image, not of the full frame, sees the point.
  const trial = sceneCamera({ ...pose, x: 0, y: 0, headingDeg })
  const [gx, gy] = trial.ground(options.width / 2, options.height / 2)
  return sceneCamera({ ...pose, x: tx - gx, y: ty - gy, headingDeg })
}

/** A crossing, a stretch of road or the inside of a block, in world metres. */
export function interestingPoint(place: PlaceMap, random: Random): readonly [number, number] {
  const i = random.int(9) - 4
  const j = random.int(9) - 4
  const [a, b] = [place.road(0, i).at, place.road(0, i + 1).at]
  const [c, d] = [place.road(1, j).at, place.road(1, j + 1).at]
  const what = random.next()
  const spread = (): number => random.normal() * 9
  if (what < 0.4) return place.toWorld(a + spread(), c + spread())
  if (what < 0.6) return place.toWorld(a + spread(), random.range(c, d))
  if (what < 0.72) return place.toWorld(random.range(a, b), c + spread())
  return place.toWorld(random.range(a, b), random.range(c, d))
}

/** Everything within sight, and a margin for what leans or casts its shadow in. */
function gather(place: PlaceMap, map: GroundMap, timeS: number): SceneContents {
  const out = emptyContents()
  const margin = 24
  const { u0, u1, v0, v1 } = map.bounds
  const [iFirst, iLast] = [place.roadBefore(0, u0 - margin), place.roadBefore(0, u1 + margin)]
  const [jFirst, jLast] = [place.roadBefore(1, v0 - margin), place.roadBefore(1, v1 + margin)]
  for (let i = iFirst; i <= iLast; i++) {
    for (let j = jFirst; j <= jLast; j++) {
      const [left, right, low, high] = [place.road(0, i), place.road(0, i + 1), place.road(1, j), place.road(1, j + 1)]
      const area = {
        kind: place.block(i, j),
        u0: left.at + left.halfWidthM + left.pavementM,
        u1: right.at - right.halfWidthM - right.pavementM,
        v0: low.at + low.halfWidthM + low.pavementM,
        v1: high.at - high.halfWidthM - high.pavementM,
      }
      fillBlock(place, area, place.random('block-fill', i, j), timeS, out)
    }
  }
  for (let i = iFirst; i <= iLast + 1; i++) {
    const road = place.road(0, i)
    if (Math.abs(road.at - (u0 + u1) / 2) > (u1 - u0) / 2 + margin) continue
    fillRoad({ place, road, from: v0 - 12, to: v1 + 12, timeS, out })
  }
  for (let j = jFirst; j <= jLast + 1; j++) {
    const road = place.road(1, j)
    if (Math.abs(road.at - (v0 + v1) / 2) > (v1 - v0) / 2 + margin) continue
    fillRoad({ place, road, from: u0 - 12, to: u1 + 12, timeS, out })
  }
  return out
}

/** Keeps the first of any vehicles that would overlap, parked ones before moving ones. */
function withoutCollisions(vehicles: readonly Vehicle[]): Vehicle[] {
  const kept: Vehicle[] = []
  const circles: { x: number; y: number; r: number }[][] = []
  for (const v of vehicles.toSorted((a, b) => Number(b.parked) - Number(a.parked))) {
    const n = Math.max(2, Math.round(v.lengthM / v.widthM))
    const own = Array.from({ length: n }, (_, k) => {
      const t = ((k + 0.5) / n - 0.5) * v.lengthM
      return { x: v.x + Math.cos(v.heading) * t, y: v.y + Math.sin(v.heading) * t, r: v.widthM * 0.52 }
    })
    const clash = circles.some((other) =>
      other.some((p) => own.some((q) => (p.x - q.x) ** 2 + (p.y - q.y) ** 2 < (p.r + q.r) ** 2)),
    )
    if (clash) continue
    kept.push(v)
    circles.push(own)
  }
  return kept
}

function paintPatch(canvas: Canvas, patch: Patch, map: GroundMap, camera: SceneCamera, snowy: boolean): void {
  const points: number[] = []
  for (let i = 0; i < patch.polygon.length; i += 2) camera.project(patch.polygon[i]!, patch.polygon[i + 1]!, 0, points)
  const noise = noiseTexture()
  const [coarse, fine] = {
    asphalt: [0.1, 0.06],
    paving: [0.1, 0.06],
    lawn: [0.16, 0.2],
    soil: [0.16, 0.14],
    line: [0.05, 0.05],
    wood: [0.05, 0.14],
    container: [0.03, 0.03],
    quay: [0.05, 0.05],
  }[patch.surface] as [number, number]
  const white = snowy && patch.surface !== 'container' ? 0.6 : 0
  paintPolygon(canvas, points, (ink, _x, _y, index) => {
    const u = map.u[index]!
    const v = map.v[index]!
    const t = 1 + coarse * sampleNoise(noise, u * 0.35, v * 0.35) + fine * sampleNoise(noise, u * 4.3, v * 4.3)
    const cover = white * Math.max(0, Math.min(1, 0.6 + 0.5 * sampleNoise(noise, u * 0.2, v * 0.2)))
    ink.r = patch.colour[0] * t * (1 - cover) + 0.75 * cover
    ink.g = patch.colour[1] * t * (1 - cover) + 0.76 * cover
    ink.b = patch.colour[2] * t * (1 - cover) + 0.78 * cover
    ink.sun = 1
    ink.alpha = patch.alpha
  })
}

interface Tracked {
  readonly className: SceneClass
  /** Outline of the whole object, pixels, also beyond the frame. */
  readonly outline: readonly number[]
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

/** Boxes of what can still be seen, from the id plane. */
function seenObjects(canvas: Canvas, tracked: readonly Tracked[], minVisible: number): SceneObject[] {
  const { width, height, id } = canvas
  const n = tracked.length + 1
  const count = new Uint32Array(n)
  const x0 = new Float64Array(n).fill(Infinity)
  const y0 = new Float64Array(n).fill(Infinity)
  const x1 = new Float64Array(n).fill(-Infinity)
  const y1 = new Float64Array(n).fill(-Infinity)
  for (let y = 0, p = 0; y < height; y++) {
    for (let x = 0; x < width; x++, p++) {
      const k = id[p]!
      if (k === 0) continue
      count[k]!++
      if (x < x0[k]!) x0[k] = x
      if (x + 1 > x1[k]!) x1[k] = x + 1
      if (y < y0[k]!) y0[k] = y
      if (y + 1 > y1[k]!) y1[k] = y + 1
    }
  }
  const objects: SceneObject[] = []
  tracked.forEach((object, i) => {
    const seen = count[i + 1]!
    const whole = hullArea(object.outline)
    if (seen < 6 || whole <= 0) return
    const visibleFraction = Math.min(1, seen / whole)
    const k = i + 1
    const full = extent(object.outline)
    const clipped = [
      Math.max(0, full[0]),
      Math.max(0, full[1]),
      Math.min(width, full[2]),
      Math.min(height, full[3]),
    ] as const
    // Where nothing hides it the outline is the exact box; where something does, the pixels that are left are.
    const inFrame = (clipped[2] - clipped[0]) * (clipped[3] - clipped[1])
    const seenBox = (x1[k]! - x0[k]!) * (y1[k]! - y0[k]!)
    const hidden = seenBox < 0.86 * inFrame
    const box = hidden ? ([x0[k]!, y0[k]!, x1[k]!, y1[k]!] as const) : clipped
    if (visibleFraction < minVisible || box[2] - box[0] < 2 || box[3] - box[1] < 2) return
    objects.push({ className: object.className, boxXyxyPx: box, visibleFraction })
  })
  return objects
}

function extent(points: readonly number[]): [number, number, number, number] {
  let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity]
  for (let i = 0; i < points.length; i += 2) {
    x0 = Math.min(x0, points[i]!)
    x1 = Math.max(x1, points[i]!)
    y0 = Math.min(y0, points[i + 1]!)
    y1 = Math.max(y1, points[i + 1]!)
  }
  return [x0, y0, x1, y1]
}

function hullArea(points: readonly number[]): number {
  const sorted: [number, number][] = []
  for (let i = 0; i < points.length; i += 2) sorted.push([points[i]!, points[i + 1]!])
  sorted.sort((p, q) => p[0] - q[0] || p[1] - q[1])
  const cross = (o: number[], a: number[], b: number[]): number =>
    (a[0]! - o[0]!) * (b[1]! - o[1]!) - (a[1]! - o[1]!) * (b[0]! - o[0]!)
  const chain = (list: [number, number][]): [number, number][] => {
    const out: [number, number][] = []
    for (const p of list) {
      while (out.length > 1 && cross(out.at(-2)!, out.at(-1)!, p) <= 0) out.pop()
      out.push(p)
    }
    return out.slice(0, -1)
  }
  const hull = [...chain(sorted), ...chain(sorted.toReversed())]
  let sum = 0
  hull.forEach((p, i) => {
    const q = hull[(i + 1) % hull.length]!
    sum += p[0] * q[1] - q[0] * p[1]
  })
  return Math.abs(sum) / 2
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

export { FIELD_OF_VIEW_DEG }
