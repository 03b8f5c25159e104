import { hash32 } from '../../core/random.ts'
import { blurPlane, type Canvas } from './canvas.ts'
import { noiseTexture, sampleNoise } from './noise-texture.ts'
import type { Rgb } from './colour.ts'
import type { SceneConditions } from './scene-options.ts'
import type { SceneLight } from './scene-light.ts'

const LUT_SIZE = 4096
/** Linear light up to this value is told apart; more is white. */
const LUT_RANGE = 1.25
let normals: Float32Array | undefined
let toneCurve: Float32Array | undefined

/** 65,536 fixed draws of a standard normal: cheaper by far than drawing three a pixel. */
function normalTable(): Float32Array {
  if (normals) return normals
  const table = new Float32Array(65_536)
  let s = 0x1234567
  const next = (): number => {
    s = (Math.imul(s, 1_664_525) + 1_013_904_223) >>> 0
    return (s + 0.5) / 4294967296
  }
  for (let i = 0; i < table.length; i++) table[i] = Math.sqrt(-2 * Math.log(next())) * Math.cos(2 * Math.PI * next())
  normals = table
  return table
}

/** Linear light to sRGB 0..255 with a camera's gentle shoulder. */
function curve(): Float32Array {
  if (toneCurve) return toneCurve
  const table = new Float32Array(LUT_SIZE + 1)
  for (let i = 0; i <= LUT_SIZE; i++) {
    const x = (i / LUT_SIZE) * LUT_RANGE
    const shouldered = x < 0.55 ? x : 0.55 + 0.45 * (1 - Math.exp(-(x - 0.55) / 0.45))
    const s = shouldered <= 0.0031308 ? shouldered * 12.92 : 1.055 * shouldered ** (1 / 2.4) - 0.055
    table[i] = 255 * (0.02 + 0.98 * s)
  }
  toneCurve = table
  return table
}

/** Light, air, lens and sensor: from reflectance and shade to the bytes of a photograph. */
export function expose(
  canvas: Canvas,
  light: SceneLight,
  conditions: SceneConditions,
  gain: Rgb,
  motionAngle: number,
  seed: number,
): Uint8Array {
  const { width, height, r, g, b, sun } = canvas
  const [fogR, fogG, fogB] = light.sky.map((sky, i) => (sky * 0.62 + light.sun[i]! * 0.22) * 1.05) as [
    number,
    number,
    number,
  ]
  const noise = noiseTexture()
  const salt = hash32(`fog/${seed}`) % 512
  const base =
    1 -
    Math.exp(
      -(conditions.fog * 2.3 + (conditions.weather === 'hazy' ? 0.1 : 0.025)) * (0.5 + conditions.altitudeM / 160),
    )
  for (let y = 0, p = 0; y < height; y++) {
    for (let x = 0; x < width; x++, p++) {
      const s = sun[p]!
      let veil = base
      if (conditions.fog > 0.02) {
        veil *= 1 + 0.22 * sampleNoise(noise, (x / width) * 3 + salt, (y / height) * 2 + salt * 0.37)
        veil = veil > 1 ? 1 : veil < 0 ? 0 : veil
      }
      const clear = 1 - veil
      r[p] = gain[0] * (r[p]! * (light.sky[0] + light.sun[0] * s) * clear + fogR * veil)
      g[p] = gain[1] * (g[p]! * (light.sky[1] + light.sun[1] * s) * clear + fogG * veil)
      b[p] = gain[2] * (b[p]! * (light.sky[2] + light.sun[2] * s) * clear + fogB * veil)
    }
  }
  const sigma = Math.hypot(0.55, conditions.blurPx)
  for (const plane of [r, g, b]) {
    blurPlane(plane, width, height, sigma)
    if (conditions.motionBlurPx >= 1) smear(plane, width, height, conditions.motionBlurPx, motionAngle)
  }
  return develop(canvas, conditions.noise, seed)
}

/** Mean along a short line, the path of the camera during one exposure. */
function smear(plane: Float32Array, width: number, height: number, lengthPx: number, angle: number): void {
  const copy = Float32Array.from(plane)
  const taps = Math.max(2, Math.ceil(lengthPx) + 1)
  const offsets = Array.from({ length: taps }, (_, k) => {
    const t = (k / (taps - 1) - 0.5) * lengthPx
    return [Math.round(t * Math.cos(angle)), Math.round(t * Math.sin(angle))] as const
  })
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0
      for (const [ox, oy] of offsets) {
        const sx = Math.min(width - 1, Math.max(0, x + ox))
        const sy = Math.min(height - 1, Math.max(0, y + oy))
        sum += copy[sy * width + sx]!
      }
      plane[y * width + x] = sum / taps
    }
  }
}

function develop(canvas: Canvas, amount: number, seed: number): Uint8Array {
  const { width, height, r, g, b } = canvas
  const tone = curve()
  const table = normalTable()
  const out = new Uint8Array(width * height * 3)
  const scale = LUT_SIZE / LUT_RANGE
  let state = hash32(`noise/${seed}`) | 1
  for (let y = 0, p = 0; y < height; y++) {
    const cy = (y / height - 0.5) ** 2
    for (let x = 0; x < width; x++, p++) {
      state ^= state << 13
      state ^= state >>> 17
      state ^= state << 5
      const fall = 1 - 0.22 * ((x / width - 0.5) ** 2 + cy)
      const n0 = table[state & 0xffff]!
      const n1 = table[(state >>> 8) & 0xffff]!
      const n2 = table[(state >>> 16) & 0xffff]!
      const index = (value: number): number => Math.max(0, Math.min(LUT_SIZE, (value * fall * scale) | 0))
      const vr = tone[index(r[p]!)]!
      const vg = tone[index(g[p]!)]!
      const vb = tone[index(b[p]!)]!
      // Shot noise seen through the tone curve is nearly even, a little stronger in the dark.
      const strength = amount * (1.1 + 1.6 * (1 - vg / 255))
      out[p * 3] = byte(vr + strength * (0.75 * n0 + 0.6 * n1))
      out[p * 3 + 1] = byte(vg + strength * 0.75 * n0)
      out[p * 3 + 2] = byte(vb + strength * (0.75 * n0 + 0.7 * n2))
    }
  }
  return out
}

function byte(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : (value + 0.5) | 0
}
