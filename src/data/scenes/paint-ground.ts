import { mixRgb, srgb, type Rgb } from './colour.ts'
import type { Canvas } from './canvas.ts'
import { hashUnit, noiseTexture, sampleNoise } from './noise-texture.ts'
import type { BlockKind, PlaceMap, Road } from './place.ts'
import type { SceneCamera } from './scene-camera.ts'
import type { Season, Weather } from './scene-options.ts'

/** Layout coordinates of every pixel's ground point, `[H, W]` metres. */
export interface GroundMap {
  readonly u: Float32Array
  readonly v: Float32Array
  readonly bounds: { readonly u0: number; readonly u1: number; readonly v0: number; readonly v1: number }
}

const CELL = 8

/** Exact on an 8-pixel grid, bilinear between: the bend of a place is smooth over metres. */
export function mapGround(width: number, height: number, camera: SceneCamera, place: PlaceMap): GroundMap {
  const columns = Math.ceil(width / CELL) + 1
  const rows = Math.ceil(height / CELL) + 1
  const gridU = new Float32Array(columns * rows)
  const gridV = new Float32Array(columns * rows)
  for (let j = 0; j < rows; j++) {
    for (let i = 0; i < columns; i++) {
      const [u, v] = place.toLayout(...camera.ground(i * CELL, j * CELL))
      gridU[j * columns + i] = u
      gridV[j * columns + i] = v
    }
  }
  const u = new Float32Array(width * height)
  const v = new Float32Array(width * height)
  for (let y = 0; y < height; y++) {
    const j = Math.floor(y / CELL)
    const ty = (y + 0.5) / CELL - j
    for (let x = 0; x < width; x++) {
      const i = Math.floor(x / CELL)
      const tx = (x + 0.5) / CELL - i
      const p = j * columns + i
      const q = p + columns
      u[y * width + x] =
        (gridU[p]! * (1 - tx) + gridU[p + 1]! * tx) * (1 - ty) + (gridU[q]! * (1 - tx) + gridU[q + 1]! * tx) * ty
      v[y * width + x] =
        (gridV[p]! * (1 - tx) + gridV[p + 1]! * tx) * (1 - ty) + (gridV[q]! * (1 - tx) + gridV[q + 1]! * tx) * ty
    }
  }
  return { u, v, bounds: { u0: min(gridU), u1: max(gridU), v0: min(gridV), v1: max(gridV) } }
}

function min(values: Float32Array): number {
  return values.reduce((a, b) => Math.min(a, b), Infinity)
}

function max(values: Float32Array): number {
  return values.reduce((a, b) => Math.max(a, b), -Infinity)
}

const GRASS: Record<Season, readonly [Rgb, Rgb]> = {
  summer: [srgb(92, 101, 64), srgb(120, 119, 82)],
  autumn: [srgb(112, 106, 62), srgb(134, 116, 76)],
  winter: [srgb(116, 108, 82), srgb(104, 96, 78)],
}
const SOIL: readonly [Rgb, Rgb] = [srgb(128, 108, 84), srgb(96, 80, 62)]
const PAVINGS: readonly Rgb[] = [srgb(172, 166, 152), srgb(150, 148, 144), srgb(182, 172, 154), srgb(158, 140, 126)]
const WATER: readonly [Rgb, Rgb] = [srgb(38, 56, 60), srgb(52, 72, 70)]
const PAINT: Rgb = srgb(214, 214, 208)
const SNOW: Rgb = srgb(236, 238, 242)

/** Paints roads with their marks, kerbs and pavements, and the base surface of every block. */
export function paintGround(
  canvas: Canvas,
  map: GroundMap,
  place: PlaceMap,
  gsdM: number,
  season: Season,
  weather: Weather,
): void {
  const noise = noiseTexture()
  const iFirst = place.roadBefore(0, map.bounds.u0)
  const jFirst = place.roadBefore(1, map.bounds.v0)
  const roadsU = roadsUpTo(place, 0, iFirst, map.bounds.u1)
  const roadsV = roadsUpTo(place, 1, jFirst, map.bounds.v1)
  const paving = PAVINGS[Math.floor(hashUnit(place.seed, 3) * PAVINGS.length)]!
  const radius = place.cornerRadiusM
  const wet = weather === 'rain' ? 0.6 : 1
  const snowy = weather === 'snow'
  const soft = Math.max(gsdM, 0.05)
  const kinds = new Map<number, BlockKind>()
  const kindOf = (i: number, j: number): BlockKind => {
    const key = (i - iFirst) * 4096 + (j - jFirst)
    const known = kinds.get(key)
    if (known !== undefined) return known
    const kind = place.block(i, j)
    kinds.set(key, kind)
    return kind
  }
  let iu = 0
  let jv = 0
  const n = canvas.width * canvas.height
  for (let p = 0; p < n; p++) {
    const u = map.u[p]!
    const v = map.v[p]!
    while (iu > 0 && roadsU[iu]!.at > u) iu--
    while (iu < roadsU.length - 2 && roadsU[iu + 1]!.at <= u) iu++
    while (jv > 0 && roadsV[jv]!.at > v) jv--
    while (jv < roadsV.length - 2 && roadsV[jv + 1]!.at <= v) jv++
    const ru = u - roadsU[iu]!.at < roadsU[iu + 1]!.at - u ? roadsU[iu]! : roadsU[iu + 1]!
    const rv = v - roadsV[jv]!.at < roadsV[jv + 1]!.at - v ? roadsV[jv]! : roadsV[jv + 1]!
    const du = u - ru.at
    const dv = v - rv.at
    const a = Math.abs(du) - ru.halfWidthM
    const b = Math.abs(dv) - rv.halfWidthM
    // Distance to the kerb, positive inside the block; corners of the carriageway are rounded.
    const edge =
      a > 0 && b > 0 && a < radius && b < radius ? radius - Math.hypot(radius - a, radius - b) : Math.min(a, b)
    const coarse = sampleNoise(noise, u * 0.11 + 31, v * 0.11 + 7)
    const mid = sampleNoise(noise, u * 0.9, v * 0.9)
    const fine = sampleNoise(noise, u * 5.1 + 11, v * 5.1)

    let [r, g, bl] = [0, 0, 0]
    let sun = 1
    if (edge < 0) {
      // A crossing wears the asphalt of the wider road.
      const along = a < 0 && b < 0 ? ru.halfWidthM >= rv.halfWidthM : a < b
      const road = along ? ru : rv
      const across = along ? du : -dv
      const travelled = along ? v : u
      const lane = road.laneWidthM
      const wear = Math.cos(((Math.abs(across) % lane) / lane) * 2 * Math.PI)
      const stain = sampleNoise(noise, across * 0.8 + road.index * 37, travelled * 0.06)
      let tone =
        road.tone *
        (1 + 0.07 * coarse + 0.05 * mid + 0.05 * fine + 0.05 * wear * (road.lanes > 0 ? 1 : 0) + 0.1 * stain)
      const patchNoise = hashUnit(
        place.seed,
        Math.floor(travelled / 9 + road.index * 100),
        Math.floor(across / lane) + road.axis * 50,
      )
      if (patchNoise > 0.9) tone *= patchNoise > 0.95 ? 0.72 : 1.22
      // Lanes are resurfaced one by one, and tyres polish two darker tracks into each.
      const laneIndex = Math.floor(across / lane)
      tone *= 0.86 + 0.3 * hashUnit(place.seed + 5, road.index * 2 + road.axis, laneIndex)
      const streak = sampleNoise(noise, across * 2.6 + 170, travelled * 0.035 + road.index * 19)
      if (streak > 0.5) tone *= 1 - 0.22 * clamp01(streak - 0.5)
      const crack = Math.abs(sampleNoise(noise, u * 0.35 + 90, v * 0.35 + 40))
      if (crack < 0.012) tone *= 0.78
      tone *= wet
      r = tone * 1.02
      g = tone
      bl = tone * 0.985
      if (snowy) {
        const cover = clamp01(0.16 + 0.3 * coarse - 0.25 * wear + 0.3 * clamp01(1 + edge * 1.2))
        r += (SNOW[0] * 0.8 - r) * cover
        g += (SNOW[1] * 0.8 - g) * cover
        bl += (SNOW[2] * 0.8 - bl) * cover
      }
      const crossing = along ? b : a
      const paint =
        roadPaint(road, across, travelled, crossing, place, soft) * clamp01(0.86 + 0.22 * mid + 0.16 * coarse)
      if (paint > 0) {
        r += (PAINT[0] * 0.9 - r) * paint
        g += (PAINT[1] * 0.9 - g) * paint
        bl += (PAINT[2] * 0.88 - bl) * paint
      }
    } else {
      const pavement = a < b ? ru.pavementM : rv.pavementM
      const kind = kindOf(roadsU[iu]!.index, roadsV[jv]!.index)
      if (edge < pavement && place.kind !== 'rural') {
        const joint = joints(u, v, 0.9, soft) * 0.06
        const t = 1 + 0.08 * coarse + 0.06 * mid + 0.05 * fine - joint
        r = paving[0] * 0.9 * t
        g = paving[1] * 0.9 * t
        bl = paving[2] * 0.9 * t
      } else if (kind === 'water') {
        const depth = clamp01((edge - pavement) / 14)
        const ripple = sampleNoise(noise, u * 1.3 + v * 0.5, v * 0.45)
        const glint = clamp01(ripple * 0.9 + fine * 0.5 - 1.35)
        const t = 1 + 0.14 * coarse + 0.12 * ripple + 0.05 * fine
        const base = mixRgb(WATER[1], WATER[0], depth)
        r = base[0] * t + glint * 0.1
        g = base[1] * t + glint * 0.1
        bl = base[2] * t + glint * 0.1
        sun = 0.75
        const quay = clamp01(1 - (edge - pavement) / 0.7)
        if (quay > 0) {
          r += (0.27 - r) * quay
          g += (0.26 - g) * quay
          bl += (0.24 - bl) * quay
        }
      } else if (kind === 'plaza' || kind === 'buildings') {
        const joint = joints(u, v, 1.6, soft) * 0.05 + joints(u, v, 9.6, soft * 1.6) * 0.12
        const t =
          1 + 0.16 * sampleNoise(noise, u * 0.045, v * 0.045 + 60) + 0.1 * coarse + 0.07 * mid + 0.05 * fine - joint
        r = paving[0] * t
        g = paving[1] * t
        bl = paving[2] * t
      } else if (kind === 'carpark' || kind === 'industrial') {
        const t = 0.12 * (1 + 0.16 * coarse + 0.1 * mid + 0.07 * fine) * wet
        r = t
        g = t
        bl = t * 0.97
      } else if (kind === 'field') {
        const rows = Math.sin((u * 0.8 + v * 0.35) * 4.2) * clamp01(0.9 - gsdM * 2)
        const green = clamp01(0.5 + 0.5 * Math.sin(roadsU[iu]!.index * 12.9 + roadsV[jv]!.index * 78.2) + 0.3 * coarse)
        const base = mixRgb(mixRgb(SOIL[0], SOIL[1], clamp01(0.5 + 0.4 * mid)), GRASS[season][0], green)
        const t = 1 + 0.12 * rows + 0.08 * fine + 0.1 * coarse
        r = base[0] * t
        g = base[1] * t
        bl = base[2] * t
      } else {
        const base = mixRgb(GRASS[season][0], GRASS[season][1], clamp01(0.45 + 0.42 * coarse + 0.12 * mid))
        const bare = clamp01((coarse * 0.7 + mid * 0.5 - 1.1) * 1.6)
        const t = 1 + 0.16 * mid + 0.2 * fine
        r = (base[0] + (SOIL[0][0] - base[0]) * bare) * t
        g = (base[1] + (SOIL[0][1] - base[1]) * bare) * t
        bl = (base[2] + (SOIL[0][2] - base[2]) * bare) * t
      }
      if (snowy && kind !== 'water') {
        const cover = clamp01(0.75 + 0.4 * coarse + 0.2 * mid - (edge < pavement ? 0.45 : 0))
        r += (SNOW[0] * 0.85 - r) * cover
        g += (SNOW[1] * 0.85 - g) * cover
        bl += (SNOW[2] * 0.85 - bl) * cover
      }
    }
    const kerb = clamp01(1 - Math.abs(edge) / (0.12 + soft * 0.5)) * (place.kind === 'rural' ? 0.2 : 0.6)
    if (kerb > 0) {
      r += (0.3 - r) * kerb
      g += (0.29 - g) * kerb
      bl += (0.28 - bl) * kerb
    }
    canvas.r[p] = r
    canvas.g[p] = g
    canvas.b[p] = bl
    canvas.sun[p] = sun
  }
}

function roadsUpTo(place: PlaceMap, axis: 0 | 1, first: number, limit: number): Road[] {
  const roads: Road[] = []
  for (let index = first; roads.length < 2 || roads.at(-1)!.at <= limit; index++) roads.push(place.road(axis, index))
  return roads
}

function clamp01(x: number): number {
  return x < 0 ? 0 : x > 1 ? 1 : x
}

/** 1 on the line of a given half-width at distance `d`, with a soft edge of one pixel. */
function stroke(d: number, half: number, soft: number): number {
  return clamp01((half + soft * 0.5 - Math.abs(d)) / soft)
}

function joints(u: number, v: number, size: number, soft: number): number {
  const x = Math.abs(u / size - Math.round(u / size)) * size
  const y = Math.abs(v / size - Math.round(v / size)) * size
  return Math.max(stroke(x, 0.04, soft), stroke(y, 0.04, soft)) * clamp01(0.3 / soft)
}

/**
 * Coverage of white paint on a carriageway.
 *
 * @param across metres right of the middle in the direction of travel of the near side
 * @param crossing metres from the crossing's carriageway, negative inside it
 */
function roadPaint(road: Road, across: number, along: number, crossing: number, place: PlaceMap, soft: number): number {
  if (crossing < 0 || road.lanes === 0) return 0
  const start = place.cornerRadiusM * 0.6
  const h = hashUnit(place.seed + 11, road.index, road.axis)
  const zebra = h > 0.35 && place.kind !== 'rural'
  const inner = road.lanes * road.laneWidthM
  if (zebra && crossing > start && crossing < start + 3.6 && Math.abs(across) < inner) {
    const stripe = Math.abs(across / 1.1 - Math.round(across / 1.1)) * 1.1
    return stroke(stripe, 0.26, soft) * clamp01((crossing - start) / soft) * clamp01((start + 3.6 - crossing) / soft)
  }
  const stop = start + (zebra ? 5 : 1)
  if (crossing < stop) return 0
  let paint = 0
  if (crossing < stop + 0.45 && h < 0.9 && Math.abs(across) < inner) paint = 1
  if (road.lanes >= 2) {
    paint = Math.max(paint, stroke(Math.abs(across) - 0.14, 0.07, soft))
  } else {
    paint = Math.max(paint, stroke(across, 0.07, soft) * (crossing < stop + 12 ? 1 : dash(along, 4.5, 0.4, soft)))
  }
  for (let k = 1; k < road.lanes; k++) {
    const line = stroke(Math.abs(across) - k * road.laneWidthM, 0.07, soft)
    if (line > 0) paint = Math.max(paint, line * (crossing < stop + 15 ? 1 : dash(along, 7, 0.36, soft)))
  }
  if (h > 0.2) paint = Math.max(paint, stroke(Math.abs(across) - inner, 0.06, soft) * 0.85)
  return paint
}

function dash(along: number, period: number, share: number, soft: number): number {
  const t = Math.abs(along / period - Math.round(along / period)) * period
  return stroke(t, (period * share) / 2, soft)
}
