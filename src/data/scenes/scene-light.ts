import { scaleRgb, type Rgb } from './colour.ts'
import type { Light, SceneConditions } from './scene-options.ts'

/** Light of a scene: colour of sun and sky, and where the sun stands. */
export interface SceneLight {
  /** Linear light of the sun on level ground. */
  readonly sun: Rgb
  /** Linear light of the sky. */
  readonly sky: Rgb
  /** Unit vector on the ground towards the sun. */
  readonly towardsSun: readonly [number, number]
  readonly elevationDeg: number
  /** Metres of shadow per metre of height, at most 5. */
  readonly shadowLength: number
  /** Width of the soft edge of shadows, metres. */
  readonly penumbraM: number
  /** 0 to 1: how far the lamps of vehicles are on. */
  readonly lamps: number
}

const SUNS: Record<Light, { elevationDeg: number; azimuthDeg: number; sun: Rgb; sky: Rgb; hour: number }> = {
  noon: { elevationDeg: 58, azimuthDeg: 180, sun: [1.62, 1.55, 1.44], sky: [0.36, 0.4, 0.47], hour: 12.5 },
  afternoon: { elevationDeg: 38, azimuthDeg: 235, sun: [1.58, 1.46, 1.28], sky: [0.36, 0.41, 0.5], hour: 15.5 },
  golden: { elevationDeg: 16, azimuthDeg: 275, sun: [1.35, 1.02, 0.66], sky: [0.32, 0.36, 0.45], hour: 18.5 },
  dusk: { elevationDeg: 6, azimuthDeg: 295, sun: [0.13, 0.08, 0.05], sky: [0.19, 0.215, 0.3], hour: 20.5 },
}

/** Local hour of the day that belongs to a light. */
export function hourOf(light: Light): number {
  return SUNS[light].hour
}

/** @param turnDeg turns the sun about the vertical, so that a place has its own north */
export function sceneLight(conditions: SceneConditions, turnDeg: number): SceneLight {
  const base = SUNS[conditions.light]
  const cloud = { clear: 0, hazy: 0.3, overcast: 0.93, rain: 0.97, snow: 0.85 }[conditions.weather]
  const veil = Math.max(cloud, Math.min(0.95, conditions.fog * 1.6))
  const elevation = (base.elevationDeg * Math.PI) / 180
  const azimuth = ((base.azimuthDeg + turnDeg) * Math.PI) / 180
  const grey = (base.sun[0] + base.sun[1] + base.sun[2]) / 3
  const dim = conditions.weather === 'rain' ? 0.75 : 0.95
  const cloudSky: Rgb = [
    (base.sky[0] * 0.5 + grey * 0.62) * dim,
    (base.sky[1] * 0.5 + grey * 0.63) * dim,
    (base.sky[2] * 0.5 + grey * 0.62) * dim,
  ]
  return {
    sun: scaleRgb(base.sun, 1 - veil),
    sky: [0, 1, 2].map((i) => base.sky[i]! * (1 - veil) + cloudSky[i]! * veil) as unknown as Rgb,
    towardsSun: [Math.sin(azimuth), Math.cos(azimuth)],
    elevationDeg: base.elevationDeg,
    shadowLength: Math.min(5, 1 / Math.tan(elevation)),
    penumbraM: 0.08 + veil * 0.5,
    lamps: conditions.light === 'dusk' ? 1 : conditions.weather === 'rain' ? 0.4 : 0,
  }
}
