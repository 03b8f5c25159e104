/** How rays become pixels of an image of a given size: a pinhole, and how the lens bends it. */
export interface Lens {
  /** Focal length in pixels of the image. */
  readonly focalPx: number
  /** Where the optical axis meets the image, pixels from the left upper corner. */
  readonly centreXPx: number
  readonly centreYPx: number
  readonly distortion?: Distortion
}

/**
 * Brown-Conrady coefficients, in OpenCV's order and sense: they move a point of the ideal pinhole image to where the
 * lens shows it.
 *
 * @source D. C. Brown 1966, Decentering distortion of lenses; OpenCV documentation, "Camera Calibration and 3D
 *   Reconstruction"
 */
export interface Distortion {
  readonly k1: number
  readonly k2: number
  readonly p1: number
  readonly p2: number
  readonly k3: number
}

/** A ray `[x, y, 1]` in the camera's axes: x right, y down, z ahead. */
export type RayXy = readonly [x: number, y: number]

/** The ray of a pixel; undefined where the coefficients describe no lens, far outside the image for which they were fitted. */
export function rayOfPixel(lens: Lens, xPx: number, yPx: number): RayXy | undefined {
  const seen: RayXy = [(xPx - lens.centreXPx) / lens.focalPx, (yPx - lens.centreYPx) / lens.focalPx]
  const { distortion } = lens
  if (!distortion) return seen
  // A fixed point: distortion is mild, so each turn adds a digit or more.
  let [x, y] = seen
  for (let turn = 0; turn < 60; turn++) {
    const [dx, dy] = distort(distortion, x, y)
    const [stepX, stepY] = [seen[0] - dx, seen[1] - dy]
    x += stepX
    y += stepY
    if (!Number.isFinite(x + y)) return undefined
    if (Math.hypot(stepX, stepY) < 1e-10) return [x, y]
  }
  return undefined
}

/** The pixel at which a ray is seen. */
export function pixelOfRay(lens: Lens, [x, y]: RayXy): readonly [xPx: number, yPx: number] {
  const [dx, dy] = lens.distortion ? distort(lens.distortion, x, y) : [x, y]
  return [lens.centreXPx + dx * lens.focalPx, lens.centreYPx + dy * lens.focalPx]
}

function distort({ k1, k2, p1, p2, k3 }: Distortion, x: number, y: number): RayXy {
  const r2 = x * x + y * y
  const radial = 1 + r2 * (k1 + r2 * (k2 + r2 * k3))
  return [x * radial + 2 * p1 * x * y + p2 * (r2 + 2 * x * x), y * radial + p1 * (r2 + 2 * y * y) + 2 * p2 * x * y]
}
