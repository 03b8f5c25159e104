import { hashUnit } from './noise-texture.ts'
import type { PlaceMap, Road } from './place.ts'
import type { Pose, SceneContents } from './scene-contents.ts'
import { drawCarBody, drawTrafficBody, makePerson, makeTree, makeVehicle } from './scene-stock.ts'

/** Stretch of lane that one moving vehicle has to itself, metres. */
const SLOT_M = 9.5

interface Stretch {
  readonly place: PlaceMap
  readonly road: Road
  /** Along the road, layout metres. */
  readonly from: number
  readonly to: number
  readonly timeS: number
  readonly out: SceneContents
}

/** Moving traffic, kerbside parking, street trees and walkers along a stretch of road. */
export function fillRoad(stretch: Stretch): void {
  movingTraffic(stretch)
  if (stretch.road.parking) kerbsideParking(stretch)
  walkersAndTrees(stretch)
}

/** `across` is metres to the right of the road's direction of increasing coordinate. */
function poseOn(stretch: Stretch, along: number, across: number, heading: number): Pose {
  const { road, place } = stretch
  const [u, v] = road.axis === 0 ? [road.at + across, along] : [along, road.at - across]
  const [x, y] = place.toWorld(u, v)
  return { x, y, heading: place.headingToWorld(u, v, (road.axis === 0 ? Math.PI / 2 : 0) + heading) }
}

/** Distance into the nearest crossing: negative inside the area of another road. */
function crossingGap(stretch: Stretch, along: number): number {
  const { place, road } = stretch
  const other = road.axis === 0 ? 1 : 0
  const index = place.roadBefore(other, along)
  const before = place.road(other, index)
  const after = place.road(other, index + 1)
  return Math.min(along - before.at - before.halfWidthM, after.at - after.halfWidthM - along)
}

function movingTraffic(stretch: Stretch): void {
  const { place, road, from, to, timeS, out } = stretch
  const heavy = place.kind === 'industrial' ? 3 : place.kind === 'rural' ? 1.6 : 1
  const lanes = Math.max(1, road.lanes)
  for (let lane = 0; lane < lanes; lane++) {
    for (const side of [1, -1] as const) {
      const across = road.lanes === 0 ? side * 1.35 : side * (lane + 0.5) * road.laneWidthM
      const salt = place.seed * 7 + road.index * 31 + road.axis * 977 + lane * 5 + side
      const speed = (road.lanes === 0 ? 0.15 : 1) * (5 + 7 * hashUnit(salt, 1))
      const shift = side * speed * timeS
      const density = place.traffic * (road.lanes === 0 ? 0.35 : 1)
      for (let slot = Math.floor((from - shift) / SLOT_M); slot * SLOT_M + shift <= to; slot++) {
        if (hashUnit(salt, slot, 2) > density * (0.5 + hashUnit(salt, Math.floor(slot / 6), 3))) continue
        const random = place.random(`moving/${road.axis}/${road.index}/${lane}/${side}`, slot, 0)
        const along = (slot + 0.5 + random.range(-0.18, 0.18)) * SLOT_M + shift
        const turning = crossingGap(stretch, along) < 0 && random.next() < 0.3 ? random.range(-1.1, 1.1) : 0
        const heading = (side > 0 ? 0 : Math.PI) + random.range(-0.035, 0.035) + turning
        const body = drawTrafficBody(random, heavy)
        out.vehicles.push(
          makeVehicle(random, body, poseOn(stretch, along, across + random.range(-0.3, 0.3), heading), false),
        )
      }
    }
  }
}

function kerbsideParking(stretch: Stretch): void {
  const { place, road, from, to, out } = stretch
  const full = 0.25 + 0.6 * hashUnit(place.seed, road.index, road.axis, 5)
  for (let slot = Math.floor(from / 6.1); slot * 6.1 <= to; slot++) {
    for (const side of [1, -1] as const) {
      const random = place.random(`parked/${road.axis}/${road.index}/${side}`, slot, 0)
      if (random.next() > full) continue
      const along = (slot + 0.5) * 6.1 + random.range(-0.4, 0.4)
      if (crossingGap(stretch, along) < place.cornerRadiusM + 4) continue
      const across = side * (road.halfWidthM - 1.12 + random.range(-0.1, 0.1))
      const heading = (side > 0 ? 0 : Math.PI) + random.range(-0.05, 0.05)
      const body = random.next() < 0.1 ? 'van' : drawCarBody(random)
      out.vehicles.push(makeVehicle(random, body, poseOn(stretch, along, across, heading), true))
    }
  }
}

function walkersAndTrees(stretch: Stretch): void {
  const { place, road, from, to, timeS, out } = stretch
  const walkers = { urban: 0.3, waterfront: 0.25, park: 0.2, suburb: 0.08, industrial: 0.05, rural: 0.01 }[place.kind]
  const lined = hashUnit(place.seed, road.index, road.axis, 9) < 0.45
  for (let slot = Math.floor((from - 20) / 8); slot * 8 <= to + 20; slot++) {
    for (const side of [1, -1] as const) {
      const random = place.random(`walk/${road.axis}/${road.index}/${side}`, slot, 0)
      if (lined && random.next() < 0.5) {
        const along = slot * 8 + random.range(-1.5, 1.5)
        if (crossingGap(stretch, along) > place.cornerRadiusM + 1) {
          const pose = poseOn(stretch, along, side * (road.halfWidthM + road.pavementM * 0.8 + 0.6), 0)
          out.trees.push(makeTree(random, pose.x, pose.y, false))
        }
      }
      if (slot % 4 === 0 && side === (road.index % 2 === 0 ? 1 : -1) && crossingGap(stretch, slot * 8) > 3) {
        const pose = poseOn(stretch, slot * 8, side * (road.halfWidthM + 0.5), side > 0 ? Math.PI / 2 : -Math.PI / 2)
        out.props.push({ ...pose, kind: 'lamp', variant: random.int(1 << 20) })
      }
      if (random.next() < 0.12) {
        out.props.push({
          ...poseOn(stretch, slot * 8 + random.range(0, 8), side * random.range(0.3, road.halfWidthM - 0.6), 0),
          kind: 'manhole',
          variant: random.int(1 << 20),
        })
      }
      if (random.next() > walkers) continue
      const way = random.next() < 0.5 ? 1 : -1
      const along = slot * 8 + random.range(0, 8) + way * 1.3 * timeS
      const across = side * (road.halfWidthM + road.pavementM * random.range(0.25, 0.85))
      out.people.push(makePerson(random, poseOn(stretch, along, across, way > 0 ? 0 : Math.PI)))
    }
  }
}
