import { convexHull, type Canvas } from './canvas.ts'
import type { SceneClass, SceneObject } from './scene-options.ts'

/** A painted object; the k-th leaves the id k + 1 in the canvas. */
export interface Tracked {
  readonly className: SceneClass
  /** Outline of the whole object, pixels, also beyond the frame. */
  readonly outline: readonly number[]
}

/** Boxes of what can still be seen, from the id plane. */
export function seenObjects(canvas: Canvas, tracked: readonly Tracked[], minVisible: number): SceneObject[] {
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
    const whole = polygonArea(convexHull(object.outline))
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
    if (visibleFraction < minVisible || tooSmall(box)) return
    objects.push({ className: object.className, boxXyxyPx: box, visibleFraction })
  })
  return objects
}

/** No person labels what is under four pixels long or two across: it cannot be told from a stain. */
function tooSmall(box: readonly [number, number, number, number]): boolean {
  const [w, h] = [box[2] - box[0], box[3] - box[1]]
  return Math.max(w, h) < 4 || Math.min(w, h) < 2
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

function polygonArea(points: readonly number[]): number {
  let sum = 0
  for (let i = 0; i < points.length; i += 2) {
    const j = (i + 2) % points.length
    sum += points[i]! * points[j + 1]! - points[j]! * points[i + 1]!
  }
  return Math.abs(sum) / 2
}
