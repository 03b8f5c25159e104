import { blurPlane, convexHull, scanPolygon } from './canvas.ts'
import { noiseTexture, sampleNoise } from './noise-texture.ts'
import type { SceneCamera } from './scene-camera.ts'
import type { Boat, Building, Person, Pose, Prop, Tree, Vehicle } from './scene-contents.ts'
import type { SceneLight } from './scene-light.ts'
import type { Season } from './scene-options.ts'
import { leafColour } from './scene-stock.ts'
import { bodyOutline, ellipse, placeSolid, rectangle } from './solid.ts'

/** `[H, W]` planes, 0 open to 1 fully shaded. */
export interface Shadows {
  /** Cast by buildings and trees. */
  readonly fixed: Float32Array
  /** Cast by vehicles, people and boats. */
  readonly moving: Float32Array
  /** Sky hidden close to and beneath vehicles: dark even under cloud. */
  readonly contact: Float32Array
}

interface Casters {
  readonly buildings: readonly Building[]
  readonly trees: readonly Tree[]
  readonly vehicles: readonly Vehicle[]
  readonly people: readonly Person[]
  readonly boats: readonly Boat[]
  readonly props: readonly Prop[]
}

export function castShadows(
  width: number,
  height: number,
  casters: Casters,
  camera: SceneCamera,
  light: SceneLight,
  season: Season,
  gsdM: number,
): Shadows {
  const plane = (): Float32Array => new Float32Array(width * height)
  const shadows = { fixed: plane(), moving: plane(), contact: plane() }
  const cover = (target: Float32Array, points: readonly number[], strength = 1): void => {
    scanPolygon(width, height, points, (index, coverage) => {
      const value = coverage * strength
      if (value > target[index]!) target[index] = value
    })
  }
  const [sx, sy] = light.towardsSun
  const swept = (pose: Pose, plan: readonly number[], z0: number, z1: number): number[] => {
    const shift = (z: number): Pose => ({
      x: pose.x - sx * z * light.shadowLength,
      y: pose.y - sy * z * light.shadowLength,
      heading: pose.heading,
    })
    return convexHull([...placeSolid(shift(z0), camera).at(plan, 0), ...placeSolid(shift(z1), camera).at(plan, 0)])
  }
  for (const b of casters.buildings) cover(shadows.fixed, swept(b, rectangle(b.lengthM, b.widthM), 0, b.heightM))
  for (const tree of casters.trees) castTree(shadows.fixed, tree)
  for (const p of casters.props) castProp(shadows.fixed, p)
  for (const v of casters.vehicles) {
    const plan = bodyOutline(v.lengthM * 0.98, v.widthM * 0.96, v.lengthM * 0.1, v.lengthM * 0.06)
    cover(shadows.moving, swept(v, plan, 0, v.heightM * 0.62))
    const cabin = rectangle(v.lengthM * (v.className === 'car' ? 0.5 : 0.94), v.widthM * 0.8)
    cover(shadows.moving, swept(v, cabin, v.heightM * 0.5, v.heightM))
    cover(shadows.contact, placeSolid(v, camera).at(bodyOutline(v.lengthM + 0.35, v.widthM + 0.35, 0.5, 0.4), 0), 0.95)
  }
  for (const p of casters.people) {
    cover(shadows.moving, swept(p, ellipse(0.16, 0.24, 8), 0, p.heightM), 0.9)
    cover(shadows.contact, placeSolid(p, camera).at(ellipse(0.4, 0.4, 8), 0), 0.5)
  }
  for (const b of casters.boats) cover(shadows.moving, swept(b, ellipse(b.lengthM / 2, b.widthM / 2, 12), 0, 1), 0.7)
  blurPlane(shadows.fixed, width, height, light.penumbraM / gsdM + 0.4)
  blurPlane(shadows.moving, width, height, light.penumbraM / gsdM + 0.2)
  blurPlane(shadows.contact, width, height, 0.22 / gsdM)
  return shadows

  function castProp(target: Float32Array, prop: Prop): void {
    if (prop.kind === 'lamp') {
      cover(target, swept(prop, ellipse(0.1, 0.1, 6), 0, 8), 0.75)
      cover(target, swept(prop, rectangle(1.8, 0.14, 0.9), 7.9, 8.1), 0.6)
    } else if (prop.kind === 'bin' || prop.kind === 'planter') {
      cover(target, swept(prop, rectangle(0.8, 0.8), 0, 0.9), 0.9)
    }
  }

  function castTree(target: Float32Array, tree: Tree): void {
    const noise = noiseTexture()
    const z = tree.heightM * 0.6
    const x = tree.x - sx * z * light.shadowLength
    const y = tree.y - sy * z * light.shadowLength
    const at: number[] = []
    camera.project(x, y, 0, at)
    const stretch = Math.min(2.4, Math.max(1, light.shadowLength * 0.8))
    const along = Math.atan2(sy, sx)
    const pose: Pose = { x, y, heading: along }
    const ragged = ellipse(tree.radiusM * stretch, tree.radiusM, 26).map(
      (value, i) =>
        value * (0.9 + 0.16 * sampleNoise(noise, Math.floor(i / 2) * 0.9 + tree.variant * 0.37, tree.variant * 0.11)),
    )
    const outline = placeSolid(pose, camera).at(ragged, 0)
    const density = leafColour(tree, season).density
    const salt = tree.variant % 401
    scanPolygon(width, height, outline, (index, coverage, px, py) => {
      const mottle = sampleNoise(noise, px * gsdM * 1.6 + salt, py * gsdM * 1.6)
      const value = coverage * Math.max(0, Math.min(1, density * 0.92 + 0.14 * mottle))
      if (value > target[index]!) target[index] = value
    })
    if (tree.kind !== 'bush') {
      cover(target, swept({ x: tree.x, y: tree.y, heading: 0 }, ellipse(0.18, 0.18, 6), 0, z), 0.8)
    }
  }
}
