/** Boxes that are true, of one image. */
export interface GroundTruthImage {
  readonly id: string
  /** `[M, 4]`, x1 y1 x2 y2 in pixels. */
  readonly boxesXyxyPx: Float32Array
  /** `[M]`, each in `[0, K)`. */
  readonly classes: Int32Array
  /** `[M]`, 1 = a region of many objects: detections inside it count neither for nor against. @default all 0 */
  readonly crowd?: Uint8Array
  /** `[M]`, object areas in square pixels that choose the size group. @default the area of the box */
  readonly areas?: Float64Array
}

/** One box that a model reports. */
export interface Detection {
  readonly classId: number
  /** In `[0, 1]`. */
  readonly confidence: number
  /** x1 y1 x2 y2 in pixels. */
  readonly box: readonly [number, number, number, number]
}

/** Boxes that a model reports for one image. */
export interface DetectionImage {
  readonly id: string
  readonly detections: readonly Detection[]
}

/**
 * Intersection over union of two boxes given by their sides; 0 when they do not touch or have no area.
 */
export function boxIou(
  a: readonly [number, number, number, number],
  b: readonly [number, number, number, number],
): number {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0])
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1])
  if (width <= 0 || height <= 0) return 0
  const shared = width * height
  return shared / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared)
}
