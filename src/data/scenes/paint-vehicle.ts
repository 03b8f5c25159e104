import { convexHull, paintPolygon, type Canvas, type Shader } from './canvas.ts'
import { mixRgb, scaleRgb, srgb, type Rgb } from './colour.ts'
import { hashUnit, noiseTexture, sampleNoise } from './noise-texture.ts'
import type { SceneCamera } from './scene-camera.ts'
import type { Vehicle } from './scene-contents.ts'
import type { SceneLight } from './scene-light.ts'
import { bodyOutline, placeSolid, rectangle, type Solid } from './solid.ts'

const GLASS: Rgb = srgb(34, 40, 46)
const TYRE: Rgb = srgb(30, 30, 31)

/** What painting one object needs. */
export interface Brush {
  readonly canvas: Canvas
  readonly camera: SceneCamera
  readonly light: SceneLight
  /** `[H, W]` sun that buildings and trees leave to things near the ground. */
  readonly groundSun: Float32Array
}

/** Paints a vehicle as stacked plans from sill to roof; returns the outline of all of it, pixels. */
export function paintVehicle(brush: Brush, vehicle: Vehicle, id: number): number[] {
  const solid = placeSolid(vehicle, brush.camera)
  const draw = makeDraw(brush, solid, id)
  switch (vehicle.body) {
    case 'bus':
      return paintBus(draw, vehicle)
    case 'van':
      return paintVan(draw, vehicle)
    case 'box-truck':
    case 'tipper':
    case 'semi':
      return paintTruck(draw, vehicle)
    case 'hatchback':
    case 'saloon':
    case 'estate':
    case 'suv':
      return paintCar(draw, vehicle)
  }
}

interface Draw {
  readonly solid: Solid
  /** A flat face; `tilt` is the local direction its normal leans to, whose length is the sine of the lean. */
  face(points: readonly number[], colour: Rgb, tilt?: readonly [number, number], gloss?: number): void
  /** Walls from one plan to another: their hull, shaded by side. */
  walls(low: readonly number[], high: readonly number[], colour: Rgb): void
  lamp(x: number, y: number, z: number, colour: Rgb, size: number): void
}

function makeDraw(brush: Brush, solid: Solid, id: number): Draw {
  const { canvas, light, groundSun } = brush
  const noise = noiseTexture()
  const shadeFor = (tilt: readonly [number, number], steep: number): number => {
    const [tx, ty] = solid.direction(tilt[0], tilt[1])
    const towards = tx * light.towardsSun[0] + ty * light.towardsSun[1]
    return Math.max(0, Math.min(2.2, steep + towards * Math.min(1.6, light.shadowLength)))
  }
  const flat = (points: readonly number[], colour: Rgb, sun: number, gloss: number): void => {
    const shader: Shader = (ink, x, y, index) => {
      const g = 1 + gloss * sampleNoise(noise, x * 0.45, y * 0.45)
      ink.r = colour[0] * g
      ink.g = colour[1] * g
      ink.b = colour[2] * g
      ink.sun = sun * groundSun[index]!
    }
    paintPolygon(canvas, points, shader, id)
  }
  return {
    solid,
    face: (points, colour, tilt = [0, 0], gloss = 0.02) => {
      flat(points, colour, shadeFor(tilt, Math.sqrt(Math.max(0, 1 - tilt[0] ** 2 - tilt[1] ** 2))), gloss)
    },
    walls(low, high, colour) {
      // One quad a side, painted only where the side faces the camera: the hull alone would hide nothing but look flat.
      flat(convexHull([...low, ...high]), scaleRgb(colour, 0.55), 0.35, 0)
      const n = low.length / 2
      for (let k = 0; k < n; k++) {
        const m = (k + 1) % n
        const quad = [
          low[2 * k]!,
          low[2 * k + 1]!,
          low[2 * m]!,
          low[2 * m + 1]!,
          high[2 * m]!,
          high[2 * m + 1]!,
          high[2 * k]!,
          high[2 * k + 1]!,
        ]
        if (signedArea(quad) > -0.15) continue
        const nx = low[2 * m + 1]! - low[2 * k + 1]!
        const ny = -(low[2 * m]! - low[2 * k]!)
        const length = Math.hypot(nx, ny) || 1
        const sunPx = projectDirection(brush)
        const facing = -(nx * sunPx[0] + ny * sunPx[1]) / length
        flat(quad, scaleRgb(colour, 0.72), Math.max(0, 0.25 + facing * Math.min(1.4, light.shadowLength)), 0)
      }
    },
    lamp(x, y, z, colour, size) {
      const [px, py] = solid.point(x, y, z)
      const half = size / 2
      flat([px - half, py - half, px + half, py - half, px + half, py + half, px - half, py + half], colour, 1, 0)
    },
  }
}

/** Direction towards the sun in the image, pixels, not normalised for pitch. */
function projectDirection(brush: Brush): [number, number] {
  const out: number[] = []
  const { camera, light } = brush
  camera.project(camera.x, camera.y, 0, out)
  camera.project(camera.x + light.towardsSun[0], camera.y + light.towardsSun[1], 0, out)
  const [dx, dy] = [out[2]! - out[0]!, out[3]! - out[1]!]
  const length = Math.hypot(dx, dy) || 1
  return [dx / length, dy / length]
}

function signedArea(points: readonly number[]): number {
  let sum = 0
  for (let i = 0; i < points.length; i += 2) {
    const j = (i + 2) % points.length
    sum += points[i]! * points[j + 1]! - points[j]! * points[i + 1]!
  }
  return sum / 2
}

function paintCar(draw: Draw, car: Vehicle): number[] {
  const { lengthM: l, widthM: w, heightM: h } = car
  const { solid } = draw
  const rnd = (k: number): number => hashUnit(car.variant, k)
  const sill = bodyOutline(l * 0.99, w * 0.97, l * 0.1, l * 0.06)
  const belt = bodyOutline(l, w, l * 0.13, l * 0.08)
  const beltZ = h * 0.6
  const low = solid.at(sill, 0.25)
  const mid = solid.at(bodyOutline(l, w, l * 0.12, l * 0.07), 0.55)
  const high = solid.at(bodyOutline(l * 0.97, w * 0.94, l * 0.14, l * 0.08), beltZ)
  draw.walls(low, mid, mixRgb(car.paint, TYRE, 0.45))
  draw.walls(mid, high, car.paint)
  draw.face(high, scaleRgb(car.paint, 0.97), [0, 0], 0.03)
  // Bonnet and tail: the bonnet slopes forward, its middle catches the light.
  const shape = {
    hatchback: [0.2, -0.47, 0.06, -0.4],
    saloon: [0.17, -0.33, 0.02, -0.19],
    estate: [0.2, -0.47, 0.05, -0.42],
    suv: [0.22, -0.47, 0.07, -0.42],
  }[car.body as 'hatchback' | 'saloon' | 'estate' | 'suv']
  const [front, back, roofFront, roofBack] = shape.map((t) => t * l) as [number, number, number, number]
  const bonnet = [l * 0.46, w * 0.3, front + 0.05, w * 0.4, front + 0.05, -w * 0.4, l * 0.46, -w * 0.3]
  draw.face(solid.at(bonnet, beltZ), scaleRgb(car.paint, 1.06), [0.12, 0], 0.03)
  const glassLow = [front, w * 0.43, back, w * 0.43, back, -w * 0.43, front, -w * 0.43]
  const roof = [roofFront, w * 0.36, roofBack, w * 0.36, roofBack, -w * 0.36, roofFront, -w * 0.36]
  const glassLowPx = solid.at(glassLow, beltZ)
  const roofPx = solid.at(roof, h)
  const glass = scaleRgb(GLASS, 0.7 + rnd(1) * 0.9)
  draw.face(convexHull([...glassLowPx, ...roofPx]), mixRgb(car.paint, glass, 0.78), [0, 0], 0)
  const quad = (a: number, b: number): number[] => [
    glassLowPx[2 * a]!,
    glassLowPx[2 * a + 1]!,
    glassLowPx[2 * b]!,
    glassLowPx[2 * b + 1]!,
    roofPx[2 * b]!,
    roofPx[2 * b + 1]!,
    roofPx[2 * a]!,
    roofPx[2 * a + 1]!,
  ]
  draw.face(quad(3, 0), mixRgb(glass, srgb(150, 165, 180), 0.08 + 0.62 * rnd(2) ** 1.5), [0.25, 0], 0.04)
  draw.face(quad(1, 2), mixRgb(glass, srgb(150, 165, 180), 0.04 + 0.4 * rnd(3) ** 2), [-0.25, 0], 0.03)
  const dark = rnd(4) < 0.1
  draw.face(roofPx, dark ? srgb(30, 32, 35) : scaleRgb(car.paint, 1.04), [0, 0], 0.03)
  const ridge = [
    roofFront - 0.15,
    w * 0.2,
    roofBack + 0.15,
    w * 0.2,
    roofBack + 0.15,
    -w * 0.2,
    roofFront - 0.15,
    -w * 0.2,
  ]
  if (!dark) draw.face(solid.at(ridge, h), scaleRgb(car.paint, 1.09), [0, 0], 0.02)
  if (rnd(5) < 0.16) {
    draw.face(solid.at(rectangle(l * 0.13, w * 0.42, roofFront - l * 0.14), h), srgb(28, 30, 33))
  }
  for (const side of [1, -1]) {
    draw.face(solid.at(rectangle(0.22, 0.2, front - 0.1, side * (w * 0.5 + 0.06)), beltZ), scaleRgb(car.paint, 0.7))
    draw.face(solid.at(rectangle(0.18, w * 0.2, l * 0.468, side * w * 0.3), beltZ * 0.85), srgb(190, 194, 196))
    draw.face(solid.at(rectangle(0.14, w * 0.22, -l * 0.475, side * w * 0.32), beltZ * 0.95), srgb(110, 24, 22))
  }
  return [...solid.at(sill, 0.05), ...solid.at(belt, 0.5), ...high, ...roofPx]
}

function paintVan(draw: Draw, van: Vehicle): number[] {
  const { lengthM: l, widthM: w, heightM: h } = van
  const { solid } = draw
  const low = solid.at(bodyOutline(l, w, l * 0.1, l * 0.03), 0.3)
  const mid = solid.at(bodyOutline(l, w, l * 0.1, l * 0.03), h * 0.5)
  const nose = l / 2 - l * 0.17
  const upper = [-l * 0.495, -w * 0.46, nose - 0.55, -w * 0.46, nose - 0.55, w * 0.46, -l * 0.495, w * 0.46]
  const roofPx = solid.at(upper, h)
  const windows = hashUnit(van.variant, 1) < 0.45
  draw.walls(low, mid, van.paint)
  draw.face(mid, van.paint)
  draw.walls(
    solid.at([-l * 0.495, -w * 0.49, nose, -w * 0.48, nose, w * 0.48, -l * 0.495, w * 0.49], h * 0.52),
    roofPx,
    windows ? mixRgb(GLASS, van.paint, 0.15) : van.paint,
  )
  const screen = [
    ...solid.at([nose + 0.1, w * 0.43, nose + 0.1, -w * 0.43], h * 0.54),
    ...solid.at([nose - 0.55, -w * 0.42, nose - 0.55, w * 0.42], h * 0.97),
  ]
  draw.face(screen, mixRgb(GLASS, srgb(150, 165, 180), 0.1 + 0.5 * hashUnit(van.variant, 5)), [0.25, 0], 0.03)
  draw.face(roofPx, scaleRgb(van.paint, 1.02), [0, 0], 0.02)
  for (let k = 0; k < 4; k++) {
    draw.face(solid.at(rectangle(0.07, w * 0.8, -l * 0.4 + k * l * 0.17), h), scaleRgb(van.paint, 0.9))
  }
  for (const side of [1, -1]) {
    draw.face(solid.at(rectangle(0.25, 0.24, nose + 0.1, side * (w * 0.5 + 0.1)), h * 0.55), srgb(36, 36, 38))
    draw.face(solid.at(rectangle(0.16, w * 0.18, l * 0.47, side * w * 0.32), h * 0.4), srgb(190, 194, 196))
  }
  return [...low, ...mid, ...roofPx]
}

function paintBus(draw: Draw, bus: Vehicle): number[] {
  const { lengthM: l, widthM: w, heightM: h } = bus
  const { solid } = draw
  const outline = bodyOutline(l, w, 0.5, 0.25)
  const low = solid.at(outline, 0.3)
  const belt = solid.at(outline, h * 0.35)
  const sash = solid.at(outline, h * 0.78)
  const roofPx = solid.at(bodyOutline(l * 0.995, w * 0.95, 0.6, 0.3), h)
  draw.walls(low, belt, bus.paint)
  draw.walls(belt, sash, mixRgb(GLASS, bus.paint, 0.2))
  draw.walls(sash, roofPx, bus.paint)
  const roof = hashUnit(bus.variant, 2) < 0.55 ? mixRgb(bus.paint, srgb(216, 218, 216), 0.75) : bus.paint
  draw.face(roofPx, roof, [0, 0], 0.02)
  draw.face(solid.at(rectangle(l * 0.96, w * 0.1, 0, w * 0.36), h), scaleRgb(roof, 0.86))
  draw.face(solid.at(rectangle(l * 0.96, w * 0.1, 0, -w * 0.36), h), scaleRgb(roof, 0.86))
  if (l > 14) draw.face(solid.at(rectangle(1.1, w * 0.96, -l * 0.08), h), srgb(48, 48, 50), [0, 0], 0.1)
  const units = 1 + Math.floor(hashUnit(bus.variant, 3) * 4)
  for (let k = 0; k < units; k++) {
    const x = (hashUnit(bus.variant, 10 + k) - 0.5) * l * 0.8
    const colour = hashUnit(bus.variant, 20 + k) < 0.6 ? srgb(196, 198, 198) : srgb(96, 98, 100)
    const size = 0.7 + hashUnit(bus.variant, 30 + k) * 1.9
    const top = rectangle(size, w * (0.4 + 0.3 * hashUnit(bus.variant, 40 + k)), x)
    draw.walls(solid.at(top, h), solid.at(top, h + 0.25), scaleRgb(colour, 0.6))
    draw.face(solid.at(top, h + 0.25), colour)
  }
  draw.face(solid.at(rectangle(0.25, w * 0.8, l * 0.485), h * 0.8), GLASS, [0.5, 0])
  return [...low, ...belt, ...roofPx]
}

function paintTruck(draw: Draw, truck: Vehicle): number[] {
  const { lengthM: l, widthM: w, heightM: h } = truck
  const { solid } = draw
  const cabL = truck.body === 'semi' ? 2.3 : 1.9
  const cabX = l / 2 - cabL / 2
  const cabH = truck.body === 'box-truck' ? Math.min(h - 0.4, 2.7) : 3
  const chassis = rectangle(l * 0.98, w * 0.8, -0.1)
  draw.face(solid.at(chassis, 0.7), srgb(38, 38, 40))
  const cab = bodyOutline(cabL, w * 0.97, 0.35, 0.1).map((value, i) => (i % 2 === 0 ? value + cabX : value))
  const cabTop = rectangle(cabL * 0.8, w * 0.88, cabX - cabL * 0.08)
  const cabLow = solid.at(cab, 0.4)
  const cabMid = solid.at(cab, cabH * 0.6)
  const cabRoof = solid.at(cabTop, cabH)
  draw.walls(cabLow, cabMid, truck.paint)
  draw.face(convexHull([...cabMid, ...cabRoof]), mixRgb(GLASS, truck.paint, 0.3))
  draw.face(
    [
      ...solid.at([cabX + cabL * 0.48, w * 0.42, cabX + cabL * 0.48, -w * 0.42], cabH * 0.6),
      ...solid.at([cabX + cabL * 0.32, -w * 0.42, cabX + cabL * 0.32, w * 0.42], cabH),
    ],
    GLASS,
    [0.6, 0],
  )
  draw.face(cabRoof, truck.paint, [0, 0], 0.03)
  const bodyL = l - cabL - (truck.body === 'semi' ? 0.7 : 0.35)
  const bodyX = -l / 2 + bodyL / 2
  const box = rectangle(bodyL, w, bodyX)
  const low = solid.at(box, 0.9)
  const high = solid.at(box, truck.body === 'tipper' ? h * 0.75 : h)
  draw.walls(low, high, truck.second)
  draw.face(high, scaleRgb(truck.second, 1.02), [0, 0], 0.02)
  if (truck.body === 'tipper') {
    const load = [srgb(126, 108, 84), srgb(96, 92, 88), srgb(60, 58, 56), srgb(150, 140, 120)][truck.variant % 4]!
    draw.face(solid.at(rectangle(bodyL - 0.3, w - 0.3, bodyX), h * 0.6), load, [0, 0], 0.14)
  } else {
    for (let k = 1; k < 5; k++) {
      draw.face(
        solid.at(rectangle(0.06, w * 0.96, bodyX - bodyL / 2 + (k * bodyL) / 5), h),
        scaleRgb(truck.second, 0.9),
      )
    }
  }
  return [...cabLow, ...cabMid, ...cabRoof, ...solid.at(box, 0.4), ...high]
}
