import type { Pose } from './scene-contents.ts'
import type { SceneCamera } from './scene-camera.ts'

/** Projects rigid shapes of one object: local x forward, y left, z up, metres. */
export interface Solid {
  /** Pixels of a polygon of local (x, y) pairs, all at height `z`. */
  at(outline: readonly number[], z: number): number[]
  /** Pixel of one local point. */
  point(x: number, y: number, z: number): [number, number]
  /** Unit vector on the ground of a local direction. */
  direction(x: number, y: number): [number, number]
  /** Local (x, y) of a pixel on the horizontal plane at height `z`, exact for a camera that looks straight down. */
  local(xPx: number, yPx: number, z: number): [number, number]
}

export function placeSolid(pose: Pose, camera: SceneCamera): Solid {
  const c = Math.cos(pose.heading)
  const s = Math.sin(pose.heading)
  return {
    at(outline, z) {
      const out: number[] = []
      for (let i = 0; i < outline.length; i += 2) {
        const x = outline[i]!
        const y = outline[i + 1]!
        camera.project(pose.x + x * c - y * s, pose.y + x * s + y * c, z, out)
      }
      return out
    },
    point(x, y, z) {
      const out: number[] = []
      camera.project(pose.x + x * c - y * s, pose.y + x * s + y * c, z, out)
      return [out[0]!, out[1]!]
    },
    direction: (x, y) => [x * c - y * s, x * s + y * c],
    local(xPx, yPx, z) {
      const [gx, gy] = camera.ground(xPx, yPx)
      const t = 1 - z / camera.altitudeM
      const dx = camera.x + (gx - camera.x) * t - pose.x
      const dy = camera.y + (gy - camera.y) * t - pose.y
      return [dx * c + dy * s, -dx * s + dy * c]
    },
  }
}

/** Corners of a rectangle centred at (`x`, 0). */
export function rectangle(length: number, width: number, x = 0, y = 0): number[] {
  const [l, w] = [length / 2, width / 2]
  return [x - l, y - w, x + l, y - w, x + l, y + w, x - l, y + w]
}

/** A car's plan: rounded corners, a nose rounder than the tail. */
export function bodyOutline(length: number, width: number, nose: number, tail: number): number[] {
  const [l, w] = [length / 2, width / 2]
  return [
    l,
    w * 0.35,
    l - nose * 0.25,
    w * 0.72,
    l - nose,
    w * 0.96,
    0,
    w,
    -l + tail,
    w * 0.98,
    -l + tail * 0.25,
    w * 0.82,
    -l,
    w * 0.5,
    -l,
    -w * 0.5,
    -l + tail * 0.25,
    -w * 0.82,
    -l + tail,
    -w * 0.98,
    0,
    -w,
    l - nose,
    -w * 0.96,
    l - nose * 0.25,
    -w * 0.72,
    l,
    -w * 0.35,
  ]
}

/** `n` corners of an ellipse. */
export function ellipse(a: number, b: number, n: number, x = 0, y = 0): number[] {
  const out: number[] = []
  for (let k = 0; k < n; k++) {
    out.push(x + a * Math.cos((k / n) * 2 * Math.PI), y + b * Math.sin((k / n) * 2 * Math.PI))
  }
  return out
}
