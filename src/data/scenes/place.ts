import { hash32, seededRandom, type Random } from '../../core/random.ts'
import { hashUnit } from './noise-texture.ts'
import { weighted, type Place } from './scene-options.ts'

/** What fills a block between four roads. */
export type BlockKind = 'buildings' | 'houses' | 'carpark' | 'park' | 'plaza' | 'industrial' | 'water' | 'field'

/** One road of the grid. Axis 0 roads run along v at a fixed u; axis 1 roads along u at a fixed v. */
export interface Road {
  readonly index: number
  readonly axis: 0 | 1
  /** Position of its middle line, metres. */
  readonly at: number
  /** Lanes in each direction; 0 is an unmarked lane for both. */
  readonly lanes: number
  readonly laneWidthM: number
  /** Half of the carriageway, metres, parking strips included. */
  readonly halfWidthM: number
  /** Kerbside parking on either side. */
  readonly parking: boolean
  readonly pavementM: number
  /** Reflectance of its asphalt. */
  readonly tone: number
}

/**
 * A place without end: a bent grid of roads and the blocks between them, each a function of the seed and its index.
 *
 * Layout coordinates (u, v) are straight; world coordinates bend them a little, so that roads curve.
 */
export interface PlaceMap {
  readonly seed: number
  readonly kind: Place
  /** Moving vehicles per lane slot, 0 to 1. */
  readonly traffic: number
  readonly cornerRadiusM: number
  road(axis: 0 | 1, index: number): Road
  /** Index of the last road at or before a position. */
  roadBefore(axis: 0 | 1, at: number): number
  block(i: number, j: number): BlockKind
  /** A stream of its own for one block or road, the same at every visit. */
  random(what: string, i: number, j: number): Random
  toWorld(u: number, v: number): readonly [number, number]
  /** World heading (radians, counter-clockwise from east) of a layout heading at a point. */
  headingToWorld(u: number, v: number, heading: number): number
  toLayout(x: number, y: number): readonly [number, number]
}

const MIXES: Record<Place, Record<BlockKind, number>> = {
  urban: { buildings: 6, houses: 0, carpark: 2, park: 1, plaza: 2, industrial: 0, water: 0, field: 0 },
  suburb: { buildings: 1, houses: 7, carpark: 1, park: 2, plaza: 0, industrial: 0, water: 0, field: 0 },
  industrial: { buildings: 0, houses: 0, carpark: 2, park: 0, plaza: 0, industrial: 6, water: 0, field: 1 },
  park: { buildings: 1, houses: 1, carpark: 2, park: 6, plaza: 1, industrial: 0, water: 1, field: 0 },
  waterfront: { buildings: 2, houses: 0, carpark: 1, park: 1, plaza: 1, industrial: 1, water: 6, field: 0 },
  rural: { buildings: 0, houses: 2, carpark: 0, park: 1, plaza: 0, industrial: 0, water: 0, field: 7 },
}

export function createPlace(seed: number, wanted: Place | undefined): PlaceMap {
  const random = seededRandom(hash32(`place/${seed}`))
  const drawn = weighted(random, { urban: 6, suburb: 3, industrial: 2, park: 2, waterfront: 3, rural: 1 } as const)
  const kind = wanted ?? drawn
  const spacing: readonly [number, number] = [random.range(70, 130), random.range(70, 150)]
  const [bend, waveU, waveV] = [random.range(0, 9), random.range(45, 90), random.range(45, 90)]
  const [phaseU, phaseV] = [random.range(0, 6.3), random.range(0, 6.3)]
  const busy = kind === 'urban' || kind === 'waterfront' ? random.range(0.25, 0.75) : random.range(0.12, 0.45)
  const laneWidthM = random.range(3, 3.6)
  const salt = random.int(1 << 30)

  const bendU = (v: number): number => bend * Math.sin(v / waveU + phaseU)
  const bendV = (u: number): number => bend * Math.sin(u / waveV + phaseV)

  const cache = new Map<string, Road>()
  const makeRoad = (axis: 0 | 1, index: number): Road => {
    const h = (n: number): number => hashUnit(salt + axis, index, n, 77)
    const lanes = kind === 'rural' ? (h(1) < 0.5 ? 0 : 1) : h(1) < 0.18 ? 0 : h(1) < 0.6 ? 1 : h(1) < 0.88 ? 2 : 3
    const parking = lanes < 3 && kind !== 'rural' && h(2) < 0.45
    return {
      index,
      axis,
      at: (index + (h(3) - 0.5) * 0.4) * spacing[axis],
      lanes,
      laneWidthM,
      halfWidthM: (lanes === 0 ? 2.9 : lanes * laneWidthM + 0.35) + (parking ? 2.2 : 0),
      parking,
      pavementM: kind === 'rural' ? 0.6 : 1.6 + 2.6 * h(4),
      tone: 0.06 + 0.14 * h(5),
    }
  }
  const road = (axis: 0 | 1, index: number): Road => {
    const key = `${axis}/${index}`
    const known = cache.get(key)
    if (known) return known
    const made = makeRoad(axis, index)
    cache.set(key, made)
    return made
  }
  return {
    seed,
    kind,
    traffic: busy,
    cornerRadiusM: kind === 'rural' ? 4 : random.range(5, 11),
    road,
    roadBefore(axis, at) {
      let index = Math.floor(at / spacing[axis]) + 1
      while (road(axis, index).at > at) index--
      return index
    },
    block(i, j) {
      return weighted(seededRandom(hash32(`${salt}/block/${i}/${j}`)), MIXES[kind])
    },
    random: (what, i, j) => seededRandom(hash32(`${salt}/${what}/${i}/${j}`)),
    toWorld: (u, v) => [u + bendU(v), v + bendV(u)],
    headingToWorld(u, v, heading) {
      const [c, s] = [Math.cos(heading), Math.sin(heading)]
      const du = (bend / waveU) * Math.cos(v / waveU + phaseU)
      const dv = (bend / waveV) * Math.cos(u / waveV + phaseV)
      return Math.atan2(s + dv * c, c + du * s)
    },
    toLayout(x, y) {
      let [u, v] = [x, y]
      for (let k = 0; k < 4; k++) [u, v] = [x - bendU(v), y - bendV(u)]
      return [u, v]
    },
  }
}
