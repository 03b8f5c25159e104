import type { Random } from '../../core/random.ts'
import { mixRgb, srgb, type Rgb } from './colour.ts'
import type { Boat, Building, Person, Pose, Tree, Vehicle, VehicleBody } from './scene-contents.ts'
import type { Season } from './scene-options.ts'

/** Paints of real traffic: share of new cars by colour is mostly white, black, grey and silver. */
const CAR_PAINTS: readonly (readonly [number, Rgb])[] = [
  [24, srgb(226, 228, 228)],
  [19, srgb(24, 25, 28)],
  [15, srgb(84, 88, 92)],
  [14, srgb(168, 172, 174)],
  [5, srgb(50, 56, 64)],
  [7, srgb(42, 62, 104)],
  [4, srgb(70, 100, 138)],
  [6, srgb(134, 26, 30)],
  [2, srgb(96, 30, 44)],
  [2, srgb(40, 74, 58)],
  [2, srgb(150, 136, 112)],
  [1, srgb(196, 150, 40)],
  [1, srgb(176, 76, 32)],
]
const BUS_PAINTS: readonly Rgb[] = [
  srgb(222, 224, 222),
  srgb(120, 190, 96),
  srgb(176, 206, 168),
  srgb(206, 172, 48),
  srgb(164, 40, 38),
  srgb(58, 96, 158),
  srgb(200, 204, 208),
]
const LOADS: readonly Rgb[] = [
  srgb(222, 222, 218),
  srgb(206, 206, 202),
  srgb(52, 84, 140),
  srgb(150, 44, 38),
  srgb(58, 104, 74),
  srgb(110, 112, 114),
  srgb(176, 150, 92),
  srgb(134, 116, 94),
]
const CLOTHES: readonly Rgb[] = [
  srgb(28, 30, 36),
  srgb(44, 52, 76),
  srgb(200, 200, 196),
  srgb(140, 40, 42),
  srgb(96, 98, 100),
  srgb(64, 86, 62),
  srgb(170, 140, 100),
  srgb(52, 92, 150),
  srgb(196, 170, 60),
]

function carPaint(random: Random): Rgb {
  let left = random.next() * CAR_PAINTS.reduce((sum, [share]) => sum + share, 0)
  for (const [share, paint] of CAR_PAINTS) {
    left -= share
    if (left < 0) return mixRgb(paint, srgb(128, 128, 128), random.next() * 0.12)
  }
  return CAR_PAINTS[0]![1]
}

/** Length, width, height in metres of each body, as ranges. @source manufacturers' usual dimensions */
const SIZES: Record<VehicleBody, readonly [number, number, number, number, number, number]> = {
  hatchback: [3.6, 4.3, 1.66, 1.8, 1.45, 1.55],
  saloon: [4.4, 5, 1.76, 1.9, 1.4, 1.5],
  estate: [4.5, 4.9, 1.78, 1.88, 1.45, 1.55],
  suv: [4.3, 4.95, 1.8, 1.98, 1.62, 1.82],
  van: [4.9, 6.2, 1.92, 2.06, 2, 2.7],
  'box-truck': [6.8, 9.5, 2.3, 2.52, 3, 3.7],
  tipper: [7, 8.8, 2.45, 2.55, 2.8, 3.3],
  semi: [13.5, 16.5, 2.5, 2.55, 3.8, 4],
  bus: [9.5, 12.2, 2.48, 2.55, 3, 3.3],
}
const CLASS_OF: Record<VehicleBody, Vehicle['className']> = {
  hatchback: 'car',
  saloon: 'car',
  estate: 'car',
  suv: 'car',
  van: 'van',
  'box-truck': 'truck',
  tipper: 'truck',
  semi: 'truck',
  bus: 'bus',
}

export function makeVehicle(random: Random, body: VehicleBody, pose: Pose, parked: boolean): Vehicle {
  const size = SIZES[body]
  const grey = srgb(120, 122, 124)
  const commercial = body === 'van' && random.next() < 0.6
  return {
    ...pose,
    body,
    className: CLASS_OF[body],
    lengthM: body === 'bus' && random.next() < 0.15 ? random.range(16.5, 18.2) : random.range(size[0], size[1]),
    widthM: random.range(size[2], size[3]),
    heightM: random.range(size[4], size[5]),
    paint:
      body === 'bus'
        ? random.pick(BUS_PAINTS)
        : commercial
          ? srgb(224, 225, 223)
          : CLASS_OF[body] === 'truck'
            ? random.next() < 0.5
              ? random.pick(LOADS)
              : carPaint(random)
            : carPaint(random),
    second: mixRgb(random.pick(body === 'bus' ? BUS_PAINTS : LOADS), grey, random.next() * 0.25),
    parked,
    variant: random.int(1 << 20),
  }
}

export function drawCarBody(random: Random): VehicleBody {
  const x = random.next()
  return x < 0.33 ? 'hatchback' : x < 0.62 ? 'saloon' : x < 0.74 ? 'estate' : 'suv'
}

/** A body as moving traffic has it. */
export function drawTrafficBody(random: Random, heavy: number): VehicleBody {
  const x = random.next()
  if (x < 0.04 * heavy) return 'semi'
  if (x < 0.08 * heavy) return 'box-truck'
  if (x < 0.1 * heavy) return 'tipper'
  if (x < 0.1 * heavy + 0.055) return 'bus'
  if (x < 0.1 * heavy + 0.17) return 'van'
  return drawCarBody(random)
}

export function makePerson(random: Random, pose: Pose): Person {
  return {
    ...pose,
    heightM: random.range(1.55, 1.9),
    top: random.pick(CLOTHES),
    hair: random.pick([srgb(40, 30, 24), srgb(24, 22, 22), srgb(110, 84, 54), srgb(150, 130, 110)]),
  }
}

export function makeBoat(random: Random, pose: Pose, moving: boolean): Boat {
  const lengthM = random.next() < 0.75 ? random.range(4, 8.5) : random.range(9, 15)
  return {
    ...pose,
    lengthM,
    widthM: lengthM * random.range(0.29, 0.37),
    hull: random.pick([
      srgb(232, 232, 228),
      srgb(224, 224, 222),
      srgb(32, 48, 84),
      srgb(140, 40, 36),
      srgb(60, 62, 64),
    ]),
    deck: random.pick([srgb(214, 210, 200), srgb(160, 126, 88), srgb(196, 198, 198), srgb(120, 130, 140)]),
    cabin: lengthM > 5.5 && random.next() < 0.8,
    moving,
  }
}

export function makeBuilding(
  random: Random,
  pose: Pose,
  lengthM: number,
  widthM: number,
  use: 'city' | 'house' | 'hall',
): Building {
  const gable =
    use === 'house' ? random.next() < 0.85 : use === 'city' && Math.min(lengthM, widthM) < 15 && random.next() < 0.25
  const roof = gable ? 'gable' : use === 'hall' || random.next() < 0.25 ? 'metal' : 'gravel'
  const roofColours: Record<Building['roof'], readonly Rgb[]> = {
    gravel: [srgb(96, 98, 100), srgb(128, 124, 116), srgb(66, 68, 72), srgb(150, 146, 138), srgb(110, 104, 98)],
    gable: [
      srgb(134, 76, 58),
      srgb(112, 66, 54),
      srgb(84, 84, 88),
      srgb(96, 72, 58),
      srgb(72, 68, 68),
      srgb(150, 96, 70),
    ],
    metal: [srgb(150, 156, 160), srgb(176, 180, 180), srgb(90, 112, 126), srgb(120, 60, 52), srgb(84, 96, 92)],
  }
  return {
    ...pose,
    lengthM,
    widthM,
    heightM: use === 'house' ? random.range(3.5, 7) : use === 'hall' ? random.range(6, 11) : random.range(6, 21),
    roof,
    roofColour: random.pick(roofColours[roof]),
    wallColour: random.pick([
      srgb(190, 178, 158),
      srgb(164, 160, 152),
      srgb(150, 110, 88),
      srgb(206, 204, 198),
      srgb(176, 150, 120),
    ]),
    variant: random.int(1 << 20),
  }
}

export function makeTree(random: Random, x: number, y: number, large: boolean): Tree {
  const pick = random.next()
  const kind = pick < 0.1 ? 'conifer' : pick < 0.28 ? 'bush' : 'broadleaf'
  const radiusM = kind === 'bush' ? random.range(0.6, 1.6) : random.range(1.6, large ? 5.2 : 3.4)
  return {
    x,
    y,
    radiusM,
    heightM: kind === 'bush' ? radiusM : radiusM * random.range(1.3, 2.1),
    kind,
    variant: random.int(1 << 20),
  }
}

/** Leaf colour of a tree; bare trees in winter show twigs. */
export function leafColour(tree: Tree, season: Season): { colour: Rgb; density: number } {
  const t = (tree.variant % 997) / 997
  if (tree.kind === 'conifer') return { colour: mixRgb(srgb(34, 52, 36), srgb(48, 66, 44), t), density: 0.95 }
  if (season === 'winter') return { colour: mixRgb(srgb(92, 80, 68), srgb(74, 66, 60), t), density: 0.38 }
  if (season === 'autumn') {
    const colour =
      t < 0.4
        ? mixRgb(srgb(98, 94, 42), srgb(150, 120, 46), t * 2.5)
        : mixRgb(srgb(162, 112, 44), srgb(130, 64, 36), (t - 0.4) / 0.6)
    return { colour, density: 0.62 + 0.3 * t }
  }
  return { colour: mixRgb(srgb(50, 74, 34), srgb(82, 104, 48), t), density: 0.97 }
}
