import type { Random } from '../../core/random.ts'
import { srgb, type Rgb } from './colour.ts'
import type { BlockKind, PlaceMap } from './place.ts'
import type { Patch, Pose, SceneContents } from './scene-contents.ts'
import { drawCarBody, makeBoat, makeBuilding, makePerson, makeTree, makeVehicle } from './scene-stock.ts'

/** A block's inside in layout metres, pavements taken off. */
export interface BlockArea {
  readonly kind: BlockKind
  readonly u0: number
  readonly u1: number
  readonly v0: number
  readonly v1: number
}

interface BlockFill extends BlockArea {
  readonly place: PlaceMap
  readonly random: Random
  readonly out: SceneContents
  readonly timeS: number
}

/** Everything standing in one block; the same at every visit but for what moves with `timeS`. */
export function fillBlock(place: PlaceMap, area: BlockArea, random: Random, timeS: number, out: SceneContents): void {
  if (area.u1 - area.u0 < 12 || area.v1 - area.v0 < 12) return
  FILLS[area.kind]({ ...area, place, random, out, timeS })
}

const FILLS: Record<BlockKind, (fill: BlockFill) => void> = {
  buildings: fillBuildings,
  houses: fillHouses,
  carpark: (fill) => {
    carPark(fill, fill.u0 + 2, fill.v0 + 2, fill.u1 - 2, fill.v1 - 2, fill.random.range(0.35, 0.85))
    scatterTrees(fill, 5, true)
  },
  park: fillPark,
  plaza: fillPlaza,
  industrial: fillIndustrial,
  water: fillWater,
  field: (fill) => {
    scatterTrees(fill, fill.random.int(5), true)
  },
}

function poseAt(fill: BlockFill, u: number, v: number, heading: number): Pose {
  const [x, y] = fill.place.toWorld(u, v)
  return { x, y, heading: fill.place.headingToWorld(u, v, heading) }
}

function patch(fill: BlockFill, corners: readonly number[], surface: Patch['surface'], colour: Rgb, alpha = 1): void {
  const polygon: number[] = []
  for (let i = 0; i < corners.length; i += 2) polygon.push(...fill.place.toWorld(corners[i]!, corners[i + 1]!))
  fill.out.patches.push({ polygon, surface, colour, alpha })
}

function rect(u0: number, v0: number, u1: number, v1: number): number[] {
  return [u0, v0, u1, v0, u1, v1, u0, v1]
}

function scatterTrees(fill: BlockFill, count: number, edges: boolean): void {
  const { random, u0, u1, v0, v1 } = fill
  for (let k = 0; k < count; k++) {
    let [u, v] = [random.range(u0 + 1, u1 - 1), random.range(v0 + 1, v1 - 1)]
    if (edges) {
      const side = random.int(4)
      if (side === 0) u = u0 + 1
      else if (side === 1) u = u1 - 1
      else if (side === 2) v = v0 + 1
      else v = v1 - 1
    }
    const [x, y] = fill.place.toWorld(u, v)
    fill.out.trees.push(makeTree(random, x, y, !edges))
  }
}

function scatterPeople(fill: BlockFill, count: number): void {
  const { random, u0, u1, v0, v1 } = fill
  for (let k = 0; k < count; k++) {
    const heading = random.range(0, 6.28)
    const walk = random.next() < 0.7 ? fill.timeS * 1.2 : 0
    const u = between(u0, u1, random.range(u0, u1) + Math.cos(heading) * walk)
    const v = between(v0, v1, random.range(v0, v1) + Math.sin(heading) * walk)
    fill.out.people.push(makePerson(random, poseAt(fill, u, v, heading)))
    if (random.next() < 0.35) {
      fill.out.people.push(
        makePerson(random, poseAt(fill, u - 0.6 * Math.sin(heading), v + 0.6 * Math.cos(heading), heading)),
      )
    }
  }
}

/** Wraps a walker's position into its block. */
function between(low: number, high: number, value: number): number {
  const span = high - low
  return low + ((((value - low) % span) + span) % span)
}

/** Rows of bays, 2.5 by 5 m, either side of 6 m aisles. */
function carPark(fill: BlockFill, u0: number, v0: number, u1: number, v1: number, full: number): void {
  const { random } = fill
  patch(fill, rect(u0, v0, u1, v1), 'asphalt', srgb(92, 93, 94))
  const line = srgb(206, 206, 200)
  const along = u1 - u0 > v1 - v0
  const [a0, a1, b0, b1] = along ? [u0, u1, v0, v1] : [v0, v1, u0, u1]
  const at = (a: number, b: number): [number, number] => (along ? [a, b] : [b, a])
  for (let b = b0 + 0.4; b + 5 <= b1; b += 11) {
    for (const [row, facing] of [
      [b, 1],
      [b + 11, -1],
    ] as const) {
      const far = facing > 0 ? row + 5 : row - 5
      if (Math.max(row, far) > b1) continue
      for (let a = a0 + 0.5; a + 2.5 <= a1; a += 2.5) {
        patch(
          fill,
          [...at(a - 0.05, row), ...at(a + 0.05, row), ...at(a + 0.05, far), ...at(a - 0.05, far)],
          'line',
          line,
          0.75,
        )
        if (random.next() > full) continue
        const [u, v] = at(a + 1.25 + random.range(-0.15, 0.15), (row + far) / 2 + random.range(-0.3, 0.3))
        const turn = random.next() < 0.5 ? 0 : Math.PI
        const heading = (along ? Math.PI / 2 : 0) + turn + random.range(-0.04, 0.04)
        const body = random.next() < 0.07 ? 'van' : drawCarBody(random)
        fill.out.vehicles.push(makeVehicle(random, body, poseAt(fill, u, v, heading), true))
      }
    }
  }
  scatterPeople({ ...fill, u0, u1, v0, v1 }, random.int(4))
}

function fillBuildings(fill: BlockFill): void {
  const { random, u0, u1, v0, v1 } = fill
  const depth = random.range(11, 17)
  const place = (ua: number, va: number, ub: number, vb: number): void => {
    if (ub - ua < 7 || vb - va < 7) return
    const [u, v] = [(ua + ub) / 2, (va + vb) / 2]
    fill.out.buildings.push(makeBuilding(random, poseAt(fill, u, v, 0), ub - ua, vb - va, 'city'))
  }
  const inset = random.range(1, 7)
  const [a0, a1, b0, b1] = [u0 + inset, u1 - inset, v0 + inset, v1 - inset]
  if (random.next() < 0.85) place(a0, b0, a0 + (a1 - a0) * random.range(0.4, 1), b0 + depth)
  if (random.next() < 0.7) place(a0, b1 - depth, a0 + (a1 - a0) * random.range(0.3, 1), b1)
  if (random.next() < 0.6) place(a1 - depth, b0 + depth + 6, a1, b1 - depth - 6)
  const [c0, c1, d0, d1] = [a0, a1 - depth - 4, b0 + depth + 3, b1 - depth - 3]
  if (c1 - c0 > 14 && d1 - d0 > 14) {
    const courtyard = { ...fill, u0: c0, u1: c1, v0: d0, v1: d1 }
    if (random.next() < 0.5) carPark(courtyard, c0, d0, c1, Math.min(d1, d0 + 17), random.range(0.4, 0.9))
    else patch(fill, rect(c0, d0, c1, d1), 'lawn', srgb(88, 96, 58))
    scatterTrees({ ...courtyard, v0: (d0 + d1) / 2 }, 3 + random.int(6), false)
    scatterPeople(courtyard, random.int(4))
  }
  scatterTrees(fill, random.int(7), true)
  scatterPeople(fill, random.int(5))
  furnish({ ...fill, v1: v0 + Math.max(4.5, inset) }, 3 + random.int(4))
}

function fillHouses(fill: BlockFill): void {
  const { random, u0, u1, v0, v1 } = fill
  for (let u = u0 + 9; u < u1 - 8; u += random.range(17, 23)) {
    for (const [v, back] of [
      [v0 + 10, 1],
      [v1 - 10, -1],
    ] as const) {
      if (v1 - v0 < 34 && back < 0) continue
      const turn = random.next() < 0.5 ? 0 : Math.PI / 2
      const pose = poseAt(fill, u + random.range(-1, 1), v + random.range(-1.5, 1.5), turn + random.range(-0.05, 0.05))
      fill.out.buildings.push(makeBuilding(random, pose, random.range(9, 13), random.range(7.5, 10), 'house'))
      const drive = u + 7.6
      const edge = v - back * 10
      patch(fill, rect(drive - 1.6, Math.min(edge, v), drive + 1.6, Math.max(edge, v)), 'paving', srgb(150, 142, 132))
      if (random.next() < 0.75) {
        const heading = (random.next() < 0.5 ? 1 : -1) * (Math.PI / 2)
        const at = poseAt(fill, drive, v - back * random.range(2.6, 6.5), heading + random.range(-0.06, 0.06))
        fill.out.vehicles.push(makeVehicle(random, random.next() < 0.12 ? 'van' : drawCarBody(random), at, true))
      }
      for (let k = random.int(4); k > 0; k--) {
        const [x, y] = fill.place.toWorld(u + random.range(-9, 5), v + back * random.range(5, 13))
        fill.out.trees.push(makeTree(random, x, y, false))
      }
    }
  }
  scatterTrees(fill, 4 + random.int(8), random.next() < 0.4)
  scatterPeople(fill, random.int(4))
}

function fillPark(fill: BlockFill): void {
  const { random, u0, u1, v0, v1 } = fill
  const colour = random.pick([srgb(168, 156, 134), srgb(134, 130, 124)])
  for (let k = 0; k < 2; k++) {
    const [a, b] = [random.range(v0, v1), random.range(v0, v1)]
    patch(fill, [u0, a - 1.3, u0, a + 1.3, u1, b + 1.3, u1, b - 1.3], 'paving', colour)
    const [c, d] = [random.range(u0, u1), random.range(u0, u1)]
    patch(fill, [c - 1.3, v0, c + 1.3, v0, d + 1.3, v1, d - 1.3, v1], 'paving', colour)
  }
  scatterTrees(fill, Math.round(((u1 - u0) * (v1 - v0)) / random.range(90, 260)), false)
  scatterPeople(fill, 4 + random.int(14))
}

/** Lamps, benches, bins and planters on paving; rows more often than chance. */
function furnish(fill: BlockFill, count: number): void {
  const { random, u0, u1, v0, v1 } = fill
  for (let k = 0; k < count; k++) {
    const kind = random.pick(['lamp', 'bench', 'bin', 'manhole', 'planter', 'planter', 'lamp'] as const)
    const [u, v] = [random.range(u0 + 2, u1 - 2), random.range(v0 + 2, v1 - 2)]
    const row = random.next() < 0.4 ? 2 + random.int(5) : 1
    const turn = random.int(2) * (Math.PI / 2)
    for (let n = 0; n < row; n++) {
      const step = n * (kind === 'lamp' ? 14 : 4.2)
      const pose = poseAt(
        fill,
        Math.min(u1 - 1, u + (turn === 0 ? step : 0)),
        Math.min(v1 - 1, v + (turn === 0 ? 0 : step)),
        turn,
      )
      fill.out.props.push({ ...pose, kind, variant: random.int(1 << 20) })
      if (kind === 'planter')
        fill.out.trees.push({ ...makeTree(random, pose.x, pose.y, false), kind: 'bush', radiusM: 0.75, heightM: 1.2 })
    }
  }
}

function fillPlaza(fill: BlockFill): void {
  const { random, u0, u1, v0, v1 } = fill
  furnish(fill, 8 + random.int(12))
  const shade = random.pick([srgb(140, 132, 122), srgb(176, 168, 152), srgb(126, 112, 104)])
  for (let k = 1 + random.int(4); k > 0; k--) {
    const [u, v, w] = [random.range(u0, u1), random.range(v0, v1), random.range(0.6, 3)]
    if (random.next() < 0.5) patch(fill, rect(u0, v - w, u1, v + w), 'paving', shade, 0.55)
    else patch(fill, rect(u - w, v0, u + w, v1), 'paving', shade, 0.55)
  }
  if (random.next() < 0.6) {
    const [u, v] = [random.range(u0 + 8, u1 - 8), random.range(v0 + 8, v1 - 8)]
    const [w, h] = [random.range(4, 9), random.range(4, 9)]
    patch(fill, rect(u - w, v - h, u + w, v + h), 'lawn', srgb(92, 100, 60))
    scatterTrees({ ...fill, u0: u - w, u1: u + w, v0: v - h, v1: v + h }, 3 + random.int(5), false)
  }
  if (random.next() < 0.5) {
    const size = random.range(14, 24)
    const pose = poseAt(fill, u0 + size / 2 + 3, v1 - size / 2 - 3, random.range(-0.1, 0.1))
    fill.out.buildings.push(makeBuilding(random, pose, size, size * random.range(0.6, 1), 'city'))
  }
  scatterPeople(fill, 10 + random.int(26))
}

function fillIndustrial(fill: BlockFill): void {
  const { random, u0, u1, v0, v1 } = fill
  patch(fill, rect(u0, v0, u1, v1), 'asphalt', srgb(112, 111, 107))
  const split = u0 + (u1 - u0) * random.range(0.45, 0.62)
  const [hu0, hu1, hv0, hv1] = [u0 + 3, split, v0 + 4, v1 - 4]
  fill.out.buildings.push(
    makeBuilding(random, poseAt(fill, (hu0 + hu1) / 2, (hv0 + hv1) / 2, 0), hu1 - hu0, hv1 - hv0, 'hall'),
  )
  for (let v = v0 + 5; v < v1 - 6; v += 4.2) {
    const x = random.next()
    if (x < 0.3) {
      const body = random.pick(['semi', 'box-truck', 'tipper', 'van', 'semi'] as const)
      const pose = poseAt(
        fill,
        split + 13 + random.range(-1, 1),
        v,
        (random.next() < 0.5 ? 0 : Math.PI) + random.range(-0.03, 0.03),
      )
      fill.out.vehicles.push(makeVehicle(random, body, pose, true))
    }
    if (x > 0.55 && u1 - split > 34) {
      const u = u1 - 9
      const colour = random.pick([
        srgb(150, 62, 44),
        srgb(60, 96, 130),
        srgb(70, 104, 80),
        srgb(170, 166, 156),
        srgb(186, 120, 52),
      ])
      const stack = makeBuilding(
        random,
        poseAt(fill, u - 3, v, random.range(-0.02, 0.02)),
        random.next() < 0.5 ? 6.1 : 12.2,
        2.44,
        'hall',
      )
      fill.out.buildings.push({
        ...stack,
        roofColour: colour,
        wallColour: colour,
        heightM: random.next() < 0.3 ? 5.2 : 2.6,
      })
    }
  }
  if (u1 - split > 22) carPark(fill, u1 - 8, v0 + 2, u1 - 1, v1 - 2, random.range(0.2, 0.7))
  scatterPeople(fill, random.int(5))
}

function fillWater(fill: BlockFill): void {
  const { random, u0, u1, v0, v1 } = fill
  const wood = srgb(134, 116, 94)
  const quay = random.int(2) === 0 ? v0 : v1
  const into = quay === v0 ? 1 : -1
  for (let u = u0 + random.range(6, 14); u < u1 - 10; u += random.range(15, 24)) {
    const reach = Math.min(v1 - v0 - 8, random.range(16, 40))
    const [a, b] = [Math.min(quay, quay + into * reach), Math.max(quay, quay + into * reach)]
    patch(fill, rect(u - 1, a, u + 1, b), 'wood', wood)
    for (let v = a + 4; v < b - 2; v += random.range(3.6, 5.4)) {
      for (const side of [-1, 1]) {
        if (random.next() < 0.35) continue
        const boat = makeBoat(random, poseAt(fill, u, v, 0), false)
        const heading = (side > 0 ? 0 : Math.PI) + (random.next() < 0.3 ? Math.PI : 0) + random.range(-0.08, 0.08)
        fill.out.boats.push({ ...boat, ...poseAt(fill, u + side * (1.5 + boat.lengthM / 2), v, heading) })
      }
    }
  }
  for (let k = 1 + random.int(4); k > 0; k--) {
    const heading = random.range(0, 6.28)
    const speed = random.next() < 0.6 ? 4 : 0
    const u = between(u0 + 8, u1 - 8, random.range(u0, u1) + Math.cos(heading) * speed * fill.timeS)
    const v = between(v0 + 8, v1 - 8, random.range(v0, v1) + Math.sin(heading) * speed * fill.timeS)
    fill.out.boats.push(makeBoat(random, poseAt(fill, u, v, heading), speed > 0))
  }
}
