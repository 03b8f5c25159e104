import type { Random } from '../../core/random.ts'

/** Classes that the renderer draws and labels, in the order of their ids. */
export const SCENE_CLASSES = ['car', 'van', 'truck', 'bus', 'person', 'boat'] as const
export type SceneClass = (typeof SCENE_CLASSES)[number]

export const LIGHTS = ['noon', 'afternoon', 'golden', 'dusk'] as const
export const WEATHERS = ['clear', 'hazy', 'overcast', 'rain', 'snow'] as const
export const SEASONS = ['summer', 'autumn', 'winter'] as const
export type Light = (typeof LIGHTS)[number]
export type Weather = (typeof WEATHERS)[number]
export type Season = (typeof SEASONS)[number]
export type Place = 'urban' | 'suburb' | 'industrial' | 'park' | 'waterfront' | 'rural'

/** What the air, the light and the camera do to a scene. */
export interface SceneConditions {
  /** Height of the camera above ground, metres, 15 to 300. @default 80 */
  readonly altitudeM: number
  /** Sun height and colour. @default 'afternoon' */
  readonly light: Light
  /** @default 'clear' */
  readonly weather: Weather
  /** @default 'summer' */
  readonly season: Season
  /** 0 none to 1 barely anything visible. @default 0 */
  readonly fog: number
  /** Defocus, gaussian sigma in pixels on top of the lens' own 0.55. @default 0 */
  readonly blurPx: number
  /** Length of the smear of motion, pixels. @default 0 */
  readonly motionBlurPx: number
  /** Sensor noise, 1 is a small drone sensor by day, 4 the same at night. @default 1 */
  readonly noise: number
}

export const DEFAULT_CONDITIONS: SceneConditions = {
  altitudeM: 80,
  light: 'afternoon',
  weather: 'clear',
  season: 'summer',
  fog: 0,
  blurPx: 0,
  motionBlurPx: 0,
  noise: 1,
}

export interface SceneOptions extends Partial<SceneConditions> {
  /** Decides everything not named here; the same options give the same bytes. */
  readonly seed: number
  /** Pixels, 32 to 4096. */
  readonly width: number
  readonly height: number
  /** Decides the place (streets, houses, trees, parked vehicles). @default derived from `seed` */
  readonly placeSeed?: number
  /** Character of the place. @default drawn from `placeSeed` */
  readonly place?: Place
  /**
   * Width in pixels of the full frame of which this image is a part; the lens spans 73 degrees over it. With the
   * default altitude and 960 px a car is about 36 px long. An image narrower than this is a crop from somewhere in it.
   * @default max(960, width)
   */
  readonly frameWidthPx?: number
  /** Seconds since the flight began: moving vehicles and people advance with it. @default 0 */
  readonly timeS?: number
  /** Camera position in the place, metres, and heading. @default somewhere over a street, drawn from `seed` */
  readonly position?: { readonly x: number; readonly y: number; readonly headingDeg: number }
  /** -90 looks straight down; up to -60. @default near -90, drawn from `seed` */
  readonly gimbalPitchDeg?: number
  /** Start of the flight, for the metadata. @default 2026-06-01 at the hour of `light` */
  readonly startTime?: Date
  /** Objects of which less than this fraction can be seen carry no box. @default 0.3 */
  readonly minVisible?: number
}

/** Camera and place of one frame, as a drone's XMP would tell them. */
export interface CameraMetadata {
  readonly altitudeM: number
  readonly gimbalPitchDeg: number
  readonly headingDeg: number
  readonly latitude: number
  readonly longitude: number
  /** ISO 8601. */
  readonly time: string
  /** Ground sample distance at the image centre, metres a pixel. */
  readonly gsdM: number
  readonly focalPx: number
}

export interface SceneObject {
  readonly className: SceneClass
  /** Visible part inside the frame, x1 y1 x2 y2, pixels. */
  readonly boxXyxyPx: readonly [number, number, number, number]
  /** Seen area over the whole area, cut-off parts counted as unseen; 0 to 1. */
  readonly visibleFraction: number
}

export interface Scene {
  readonly width: number
  readonly height: number
  /** `[H, W, 3]` sRGB. */
  readonly rgb: Uint8Array
  readonly objects: readonly SceneObject[]
  readonly camera: CameraMetadata
  readonly conditions: SceneConditions
}

/** Everyday conditions of a flight, drawn at random: varied, mostly good weather, all seasons, 55 to 110 m. */
export function sampleConditions(random: Random): SceneConditions {
  const weather = weighted(random, { clear: 5, hazy: 2, overcast: 5, rain: 1, snow: 0 } as const)
  const season = weighted(random, { summer: 5, autumn: 3, winter: 2 } as const)
  return {
    altitudeM: random.range(55, 110),
    light: weighted(random, { noon: 4, afternoon: 5, golden: 2, dusk: 1 } as const),
    weather: season === 'winter' && random.next() < 0.4 ? 'snow' : weather,
    season,
    fog: random.next() < 0.15 ? random.range(0.05, 0.35) : random.range(0, 0.05),
    blurPx: random.next() < 0.25 ? random.range(0.1, 0.8) : 0,
    motionBlurPx: random.next() < 0.15 ? random.range(1, 3) : 0,
    noise: random.range(0.4, 2),
  }
}

/** Draws a key with probability proportional to its weight. */
export function weighted<K extends string>(random: Random, weights: Readonly<Record<K, number>>): K {
  const keys = Object.keys(weights) as K[]
  let left = random.next() * keys.reduce((sum, key) => sum + weights[key], 0)
  for (const key of keys) {
    left -= weights[key]
    if (left < 0) return key
  }
  return keys[0] as K
}
