/** A pinhole camera over the flat ground z = 0. World axes: x east, y north, z up, metres. */
export interface SceneCamera {
  readonly x: number
  readonly y: number
  readonly altitudeM: number
  readonly headingDeg: number
  readonly pitchDeg: number
  readonly focalPx: number
  /** Where the optical axis meets the image; outside it when the image is a crop. */
  readonly centreXPx: number
  readonly centreYPx: number
  /** Appends the pixel position of a world point to `out`. */
  project(x: number, y: number, z: number, out: number[]): void
  /** Ground point seen by a pixel. */
  ground(xPx: number, yPx: number): readonly [number, number]
}

export type CameraPose = Omit<SceneCamera, 'project' | 'ground'>

/** Horizontal field of view of the full frame: a 24 mm equivalent lens, usual on small drones. */
const FIELD_OF_VIEW_DEG = 73

export function sceneCamera(pose: CameraPose): SceneCamera {
  const heading = (pose.headingDeg * Math.PI) / 180
  const pitch = (pose.pitchDeg * Math.PI) / 180
  const [fx, fy] = [Math.sin(heading), Math.cos(heading)]
  const [rx, ry] = [fy, -fx]
  const [cp, sp] = [Math.cos(pitch), Math.sin(pitch)]
  const [vx, vy, vz] = [cp * fx, cp * fy, sp]
  const [ux, uy, uz] = [-sp * fx, -sp * fy, cp]
  const { x: cx, y: cy, altitudeM: cz, focalPx: f, centreXPx, centreYPx } = pose
  return {
    ...pose,
    project(x, y, z, out) {
      const dx = x - cx
      const dy = y - cy
      const dz = z - cz
      const depth = Math.max(0.5, dx * vx + dy * vy + dz * vz)
      out.push(centreXPx + (f * (dx * rx + dy * ry)) / depth, centreYPx - (f * (dx * ux + dy * uy + dz * uz)) / depth)
    },
    ground(xPx, yPx) {
      const a = (xPx - centreXPx) / f
      const b = (centreYPx - yPx) / f
      const t = -cz / (vz + b * uz)
      return [cx + t * (vx + rx * a + ux * b), cy + t * (vy + ry * a + uy * b)]
    },
  }
}

/** Focal length in pixels that spreads {@link FIELD_OF_VIEW_DEG} over a frame. */
export function focalLengthPx(frameWidthPx: number): number {
  return frameWidthPx / 2 / Math.tan((FIELD_OF_VIEW_DEG * Math.PI) / 360)
}
