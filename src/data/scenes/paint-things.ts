import { convexHull, paintPolygon, type Shader } from './canvas.ts'
import { mixRgb, scaleRgb, srgb, type Rgb } from './colour.ts'
import { hashUnit, noiseTexture, sampleNoise } from './noise-texture.ts'
import type { Brush } from './paint-vehicle.ts'
import type { Boat, Building, Person, Tree } from './scene-contents.ts'
import { leafColour } from './scene-stock.ts'
import type { Season } from './scene-options.ts'
import { ellipse, placeSolid, rectangle } from './solid.ts'

function plain(brush: Brush, colour: Rgb, sun: number): Shader {
  return (ink, _x, _y, index) => {
    ink.r = colour[0]
    ink.g = colour[1]
    ink.b = colour[2]
    ink.sun = sun * brush.groundSun[index]!
  }
}

/** Shoulders and head from above; returns the outline. */
export function paintPerson(brush: Brush, person: Person, id: number): number[] {
  const solid = placeSolid(person, brush.camera)
  const feet = solid.at(ellipse(0.2, 0.2, 8), 0)
  const shoulders = solid.at(ellipse(0.2, 0.29, 10), person.heightM * 0.8)
  const legs = convexHull([...feet, ...shoulders])
  paintPolygon(brush.canvas, legs, plain(brush, scaleRgb(person.top, 0.6), 0.7), id)
  paintPolygon(brush.canvas, shoulders, plain(brush, person.top, 1), id)
  const head = solid.at(ellipse(0.13, 0.12, 8, 0.03), person.heightM)
  paintPolygon(brush.canvas, head, plain(brush, person.hair, 1), id)
  return [...legs, ...head]
}

export function paintBoat(brush: Brush, boat: Boat, id: number): number[] {
  const solid = placeSolid(boat, brush.camera)
  const [l, w] = [boat.lengthM / 2, boat.widthM / 2]
  const noise = noiseTexture()
  if (boat.moving) {
    const wake = solid.at(
      [-l * 0.8, w * 0.7, -l - boat.lengthM * 2.2, w * 2.6, -l - boat.lengthM * 2.2, -w * 2.6, -l * 0.8, -w * 0.7],
      0,
    )
    const foam: Shader = (ink, x, y) => {
      ink.r = ink.g = ink.b = 0.5
      ink.alpha = Math.max(0, 0.28 + 0.25 * sampleNoise(noise, x * 0.5, y * 0.5)) * 0.6
    }
    paintPolygon(brush.canvas, wake, foam, 0)
  }
  const plan = (f: number): number[] => [
    l * f,
    0,
    l * 0.72 * f,
    w * 0.52 * f,
    l * 0.3 * f,
    w * 0.9 * f,
    -l * 0.4 * f,
    w * f,
    -l * f,
    w * 0.82 * f,
    -l * f,
    -w * 0.82 * f,
    -l * 0.4 * f,
    -w * f,
    l * 0.3 * f,
    -w * 0.9 * f,
    l * 0.72 * f,
    -w * 0.52 * f,
  ]
  const hull = solid.at(plan(1), 0.5)
  paintPolygon(
    brush.canvas,
    convexHull([...solid.at(plan(0.95), 0), ...hull]),
    plain(brush, scaleRgb(boat.hull, 0.6), 0.5),
    id,
  )
  paintPolygon(brush.canvas, hull, plain(brush, boat.hull, 1), id)
  paintPolygon(brush.canvas, solid.at(plan(0.8), 0.5), plain(brush, boat.deck, 0.95), id)
  paintPolygon(
    brush.canvas,
    solid.at(rectangle(l * 0.5, w * 1.2, -l * 0.62), 0.4),
    plain(brush, scaleRgb(boat.deck, 0.45), 0.7),
    id,
  )
  if (boat.cabin) {
    const cabin = rectangle(l * 0.75, w * 1.15, -l * 0.02)
    const roof = solid.at(rectangle(l * 0.5, w * 0.95, -l * 0.06), 1.9)
    paintPolygon(brush.canvas, convexHull([...solid.at(cabin, 0.6), ...roof]), plain(brush, srgb(36, 42, 50), 0.8), id)
    paintPolygon(brush.canvas, roof, plain(brush, srgb(226, 226, 222), 1), id)
  } else {
    for (const x of [-0.25, 0.05, 0.32]) {
      paintPolygon(
        brush.canvas,
        solid.at(rectangle(0.3, w * 1.3, x * l), 0.5),
        plain(brush, srgb(120, 96, 72), 0.9),
        id,
      )
    }
  }
  if (hashUnit(Math.round(boat.lengthM * 1000), 3) < 0.6) {
    paintPolygon(brush.canvas, solid.at(rectangle(0.6, 0.4, -l - 0.15), 0.6), plain(brush, srgb(34, 36, 40), 1), id)
  }
  return hull
}

/** Crown as a lumpy ball: lit from the sun's side, ragged at its edge, holes where leaves are few. */
export function paintTree(brush: Brush, tree: Tree, season: Season, snowy: boolean): void {
  const { canvas, camera, light } = brush
  const noise = noiseTexture()
  const { colour, density } = leafColour(tree, season)
  const centre: number[] = []
  camera.project(tree.x, tree.y, tree.heightM * 0.65, centre)
  camera.project(tree.x + tree.radiusM, tree.y, tree.heightM * 0.65, centre)
  const radius = Math.hypot(centre[2]! - centre[0]!, centre[3]! - centre[1]!)
  const [cx, cy] = [centre[0]!, centre[1]!]
  if (
    cx + radius * 1.3 < 0 ||
    cy + radius * 1.3 < 0 ||
    cx - radius * 1.3 > canvas.width ||
    cy - radius * 1.3 > canvas.height
  )
    return
  const away: number[] = []
  camera.project(tree.x + light.towardsSun[0], tree.y + light.towardsSun[1], tree.heightM * 0.65, away)
  const sunLength = Math.hypot(away[0]! - cx, away[1]! - cy) || 1
  const sx = (away[0]! - cx) / sunLength
  const sy = (away[1]! - cy) / sunLength
  const salt = (tree.variant % 509) + 0.5
  const spikes = tree.kind === 'conifer' ? 9 : 0
  const perM = tree.radiusM / radius
  const side = Math.min(1.1, light.shadowLength * 0.55)
  paintPolygon(
    canvas,
    ellipse(radius * 1.3, radius * 1.3, 14, cx, cy),
    (ink, x, y) => {
      const dx = (x - cx) / radius
      const dy = (y - cy) / radius
      const d = Math.hypot(dx, dy)
      const lump = sampleNoise(noise, dx * 2.1 + salt * 7, dy * 2.1 + salt)
      const leaf = sampleNoise(noise, x * perM * 3.2 + salt * 3, y * perM * 3.2)
      const rim = 0.92 + 0.13 * lump + (spikes ? 0.12 * Math.cos(Math.atan2(dy, dx) * spikes + salt) : 0)
      const inside = (rim - d) / 0.16 + 0.25 * leaf
      const cover = inside < 0 ? 0 : inside > 1 ? 1 : inside
      const gap = density < 0.9 ? clamp01(density + 0.3 * leaf + 0.25 * lump) : clamp01(1.05 + 0.12 * leaf)
      ink.alpha = cover * gap
      const dome = Math.sqrt(Math.max(0, 1 - Math.min(1, d * d)))
      const lit = 0.35 + 0.5 * dome + side * (dx * sx + dy * sy) * 0.8 + 0.24 * lump + 0.22 * leaf
      const tint = 1 + 0.14 * lump + 0.12 * leaf
      const c = snowy && leaf + lump > 0.4 ? mixRgb(colour, srgb(230, 232, 236), 0.6) : colour
      ink.r = c[0] * tint
      ink.g = c[1] * tint
      ink.b = c[2] * tint * 0.97
      ink.sun = lit < 0.05 ? 0.05 : lit > 1.5 ? 1.5 : lit
    },
    0,
  )
}

function clamp01(x: number): number {
  return x < 0 ? 0 : x > 1 ? 1 : x
}

/** Walls that lean away from the image centre, then the roof with its furniture. */
export function paintBuilding(brush: Brush, building: Building, snowy: boolean): void {
  const { canvas, light } = brush
  const solid = placeSolid(building, brush.camera)
  const { lengthM: l, widthM: w, heightM: h } = building
  const corners = rectangle(l, w)
  const low = solid.at(corners, 0)
  const top = solid.at(corners, h)
  const sunOn = (x: number, y: number): number => {
    const [dx, dy] = solid.direction(x, y)
    return dx * light.towardsSun[0] + dy * light.towardsSun[1]
  }
  const open =
    (colour: Rgb, sun: number): Shader =>
    (ink) => {
      ink.r = colour[0]
      ink.g = colour[1]
      ink.b = colour[2]
      ink.sun = sun
    }
  const sides = [
    [0, -1],
    [1, 0],
    [0, 1],
    [-1, 0],
  ] as const
  sides.forEach(([nx, ny], k) => {
    const m = (k + 1) % 4
    const quad = [
      low[2 * k]!,
      low[2 * k + 1]!,
      low[2 * m]!,
      low[2 * m + 1]!,
      top[2 * m]!,
      top[2 * m + 1]!,
      top[2 * k]!,
      top[2 * k + 1]!,
    ]
    if (area(quad) > -1) return
    const sun = Math.max(0, sunOn(nx, ny) * Math.min(2, light.shadowLength) * 0.8)
    paintPolygon(canvas, quad, open(scaleRgb(building.wallColour, 0.75), sun), 0)
    paintWindows(brush, building, k, sun)
  })
  const noise = noiseTexture()
  const grain: Record<Building['roof'], number> = { gravel: 0.07, gable: 0.05, metal: 0.025 }
  const roofShader =
    (colour: Rgb, sun: number, stripes: 'x' | 'y' | 'none', period: number): Shader =>
    (ink, x, y) => {
      const [lx, ly] = solid.local(x, y, h)
      const t = stripes === 'x' ? lx : ly
      const line = stripes === 'none' ? 0 : Math.abs(t / period - Math.round(t / period)) < 0.14 ? -0.1 : 0
      const f =
        1 +
        line +
        0.1 * sampleNoise(noise, lx * 0.25 + (building.variant % 300), ly * 0.25) +
        grain[building.roof] * sampleNoise(noise, lx * 3, ly * 3)
      const cover = snowy ? clamp01(0.8 + 0.3 * sampleNoise(noise, lx * 0.3, ly * 0.3)) : 0
      ink.r = colour[0] * f + (0.8 - colour[0] * f) * cover
      ink.g = colour[1] * f + (0.81 - colour[1] * f) * cover
      ink.b = colour[2] * f + (0.83 - colour[2] * f) * cover
      ink.sun = sun
    }
  if (building.roof === 'gable') {
    const over = 0.4
    const ridgeH = h + Math.min(w, l) * 0.3
    const [L, W] = [l / 2 + over, w / 2 + over]
    const ridge: [number, number] = [L, 0]
    for (const side of [1, -1]) {
      const eave = solid.at([-L, side * W, L, side * W], h)
      const crest = solid.at([ridge[0], 0, -ridge[0], 0], ridgeH)
      const sun = Math.max(0, 0.86 + sunOn(0, side) * Math.min(1.7, light.shadowLength) * 0.5)
      paintPolygon(canvas, [...eave, ...crest], roofShader(building.roofColour, sun, 'x', 0.9), 0)
    }
    const line = [...solid.at([-L, 0.12, L, 0.12], ridgeH), ...solid.at([L, -0.12, -L, -0.12], ridgeH)]
    paintPolygon(canvas, line, open(scaleRgb(building.roofColour, 1.25), 1), 0)
    if (hashUnit(building.variant, 6) < 0.7)
      box(
        brush,
        building,
        (hashUnit(building.variant, 7) - 0.5) * l * 0.6,
        w * 0.12,
        0.9,
        0.7,
        ridgeH - 0.6,
        ridgeH + 0.9,
        srgb(120, 84, 70),
      )
    return
  }
  paintPolygon(canvas, top, roofShader(building.roofColour, 1, building.roof === 'metal' ? 'x' : 'none', 1.1), 0)
  const rim = rectangle(l - 0.7, w - 0.7)
  const rimPx = solid.at(rim, h)
  paintPolygon(canvas, top, open(scaleRgb(building.wallColour, 0.95), 1), 0)
  paintPolygon(
    canvas,
    rimPx,
    roofShader(scaleRgb(building.roofColour, 0.96), 1, building.roof === 'metal' ? 'x' : 'none', 1.1),
    0,
  )
  const count = Math.round((l * w) / (building.roof === 'metal' ? 220 : 70))
  for (let k = 0; k < Math.min(18, count); k++) {
    const rnd = (n: number): number => hashUnit(building.variant, k, n)
    const [bw, bl] = [0.7 + rnd(1) * 2.4, 0.7 + rnd(2) * 2]
    const colour = mixRgb(srgb(176, 178, 178), srgb(90, 92, 94), rnd(3))
    box(
      brush,
      building,
      (rnd(4) - 0.5) * (l - 4),
      (rnd(5) - 0.5) * (w - 4),
      bw,
      bl,
      h,
      h + 0.6 + rnd(6) * (bw > 2.2 ? 2.4 : 0.8),
      colour,
    )
  }
}

/** Roof furniture with its own shadow on the roof. */
function box(
  brush: Brush,
  at: Building,
  x: number,
  y: number,
  length: number,
  width: number,
  z0: number,
  z1: number,
  colour: Rgb,
): void {
  const solid = placeSolid(at, brush.camera)
  const plan = rectangle(length, width, x, y)
  const low = solid.at(plan, z0)
  const high = solid.at(plan, z1)
  const [sx, sy] = brush.light.towardsSun
  const reach = (z1 - z0) * Math.min(2.5, brush.light.shadowLength)
  const shifted = placeSolid({ x: at.x - sx * reach, y: at.y - sy * reach, heading: at.heading }, brush.camera).at(
    plan,
    z0,
  )
  paintPolygon(
    brush.canvas,
    convexHull([...low, ...shifted]),
    (ink, _x, _y, index) => {
      ink.r = brush.canvas.r[index]!
      ink.g = brush.canvas.g[index]!
      ink.b = brush.canvas.b[index]!
      ink.sun = 0.08
    },
    0,
  )
  const shade =
    (c: Rgb, sun: number): Shader =>
    (ink) => {
      ink.r = c[0]
      ink.g = c[1]
      ink.b = c[2]
      ink.sun = sun
    }
  paintPolygon(brush.canvas, convexHull([...low, ...high]), shade(scaleRgb(colour, 0.7), 0.4), 0)
  paintPolygon(brush.canvas, high, shade(colour, 1), 0)
}

function paintWindows(brush: Brush, building: Building, side: number, sun: number): void {
  const solid = placeSolid(building, brush.camera)
  const { lengthM: l, widthM: w, heightM: h } = building
  if (building.roof === 'metal' && h < 12) return
  const span = side % 2 === 0 ? l : w
  const columns = Math.min(24, Math.floor(span / 2.8))
  const floors = Math.min(7, Math.floor(h / 3))
  const glass = srgb(52, 60, 70)
  for (let f = 0; f < floors; f++) {
    for (let c = 0; c < columns; c++) {
      const t0 = ((c + 0.22) / columns - 0.5) * span
      const t1 = ((c + 0.78) / columns - 0.5) * span
      const [z0, z1] = [f * 3 + 1, f * 3 + 2.5]
      const at = (t: number, z: number): [number, number] =>
        side === 0
          ? solid.point(t, -w / 2, z)
          : side === 1
            ? solid.point(l / 2, t, z)
            : side === 2
              ? solid.point(-t, w / 2, z)
              : solid.point(-l / 2, -t, z)
      paintPolygon(
        brush.canvas,
        [...at(t0, z0), ...at(t1, z0), ...at(t1, z1), ...at(t0, z1)],
        (ink) => {
          ink.r = glass[0]
          ink.g = glass[1]
          ink.b = glass[2]
          ink.sun = sun * 0.7
        },
        0,
      )
    }
  }
}

function area(points: readonly number[]): number {
  let sum = 0
  for (let i = 0; i < points.length; i += 2) {
    const j = (i + 2) % points.length
    sum += points[i]! * points[j + 1]! - points[j]! * points[i + 1]!
  }
  return sum / 2
}
