import { fillBlock } from './fill-block.ts'
import { fillRoad } from './fill-road.ts'
import type { GroundMap } from './paint-ground.ts'
import type { PlaceMap } from './place.ts'
import { emptyContents, type SceneContents, type Vehicle } from './scene-contents.ts'

/** Everything within sight, and a margin for what leans or casts its shadow in. */
export function gatherContents(place: PlaceMap, map: GroundMap, timeS: number): SceneContents {
  const out = emptyContents()
  const margin = 24
  const { u0, u1, v0, v1 } = map.bounds
  const [iFirst, iLast] = [place.roadBefore(0, u0 - margin), place.roadBefore(0, u1 + margin)]
  const [jFirst, jLast] = [place.roadBefore(1, v0 - margin), place.roadBefore(1, v1 + margin)]
  for (let i = iFirst; i <= iLast; i++) {
    for (let j = jFirst; j <= jLast; j++) {
      const [left, right, low, high] = [place.road(0, i), place.road(0, i + 1), place.road(1, j), place.road(1, j + 1)]
      const area = {
        kind: place.block(i, j),
        u0: left.at + left.halfWidthM + left.pavementM,
        u1: right.at - right.halfWidthM - right.pavementM,
        v0: low.at + low.halfWidthM + low.pavementM,
        v1: high.at - high.halfWidthM - high.pavementM,
      }
      fillBlock(place, area, place.random('block-fill', i, j), timeS, out)
    }
  }
  for (let i = iFirst; i <= iLast + 1; i++) {
    const road = place.road(0, i)
    if (Math.abs(road.at - (u0 + u1) / 2) > (u1 - u0) / 2 + margin) continue
    fillRoad({ place, road, from: v0 - 12, to: v1 + 12, timeS, out })
  }
  for (let j = jFirst; j <= jLast + 1; j++) {
    const road = place.road(1, j)
    if (Math.abs(road.at - (v0 + v1) / 2) > (v1 - v0) / 2 + margin) continue
    fillRoad({ place, road, from: u0 - 12, to: u1 + 12, timeS, out })
  }
  out.vehicles.splice(0, out.vehicles.length, ...withoutCollisions(out.vehicles))
  return out
}

/** Keeps the first of any vehicles that would overlap, parked ones before moving ones. */
function withoutCollisions(vehicles: readonly Vehicle[]): Vehicle[] {
  const kept: Vehicle[] = []
  const circles: { x: number; y: number; r: number }[][] = []
  for (const v of vehicles.toSorted((a, b) => Number(b.parked) - Number(a.parked))) {
    const n = Math.max(2, Math.round(v.lengthM / v.widthM))
    const own = Array.from({ length: n }, (_, k) => {
      const t = ((k + 0.5) / n - 0.5) * v.lengthM
      return { x: v.x + Math.cos(v.heading) * t, y: v.y + Math.sin(v.heading) * t, r: v.widthM * 0.52 }
    })
    const clash = circles.some((other) =>
      other.some((p) => own.some((q) => (p.x - q.x) ** 2 + (p.y - q.y) ** 2 < (p.r + q.r) ** 2)),
    )
    if (clash) continue
    kept.push(v)
    circles.push(own)
  }
  return kept
}
