import { geocentric, type GeoPoint } from '../geo/local-frame.ts'
import { nearPairs } from '../version/near-pairs.ts'

/** What tells whether two images show the same thing. */
export interface RelatedImage {
  readonly image: string
  readonly flight: string
  /** Where the camera was; undefined when nobody knows. */
  readonly place?: GeoPoint | undefined
  /** Hash of the file's content. */
  readonly sha256: string
  /** Perceptual hash; undefined when it was not made or the picture is too even for one. */
  readonly look?: Uint32Array | undefined
}

/** Why two images belong together. */
const RELATIONS = ['flight', 'place', 'look'] as const
export type Relation = (typeof RELATIONS)[number]

export interface GroupRule {
  /** Metres between two cameras that see the same ground; 0 leaves places out. */
  readonly placeRadiusM: number
  /** Bits of 128 in which hashes of near-duplicates differ at most. */
  readonly lookBits: number
}

/** Images that must not be parted. */
export interface ImageGroup<T> {
  /** The first of its flights' names; the group is known by it when images are added. */
  readonly key: string
  readonly members: readonly T[]
}

export interface GroupedImages<T> {
  /** Sorted by key. */
  readonly groups: readonly ImageGroup<T>[]
  /** How many groups each relation joined that the relations before it had left apart. */
  readonly joined: Readonly<Record<Relation, number>>
}

/**
 * Puts images together that show the same thing: of one flight, taken within a radius of each other, or nearly the same
 * picture; and whatever such pairs connect (union-find, Tarjan 1975). Splitting by these groups leaks by none of the three.
 */
export function groupImages<T extends RelatedImage>(images: readonly T[], rule: GroupRule): GroupedImages<T> {
  const sorted = images.toSorted((a, b) => (a.image < b.image ? -1 : a.image > b.image ? 1 : 0))
  const parent = sorted.map((_, k) => k)
  const rootOf = (k: number): number => {
    let root = k
    while (parent[root] !== root) root = parent[root]!
    for (let at = k; at !== root;) [parent[at], at] = [root, parent[at]!]
    return root
  }
  const joined: Record<Relation, number> = { flight: 0, place: 0, look: 0 }
  const join = (a: number, b: number, why: Relation): void => {
    const [x, y] = [rootOf(a), rootOf(b)]
    if (x === y) return
    parent[Math.max(x, y)] = Math.min(x, y)
    joined[why]++
  }
  const apart = (a: number, b: number): boolean => rootOf(a) !== rootOf(b)
  const joinWhy = (why: Relation) => (a: number, b: number) => join(a, b, why)
  joinEqual(
    sorted.map(({ flight }) => flight),
    joinWhy('flight'),
  )
  if (rule.placeRadiusM > 0) {
    const places = sorted.map(({ place }) => place)
    joinNear(places, rule.placeRadiusM, joinWhy('place'), apart)
  }
  joinEqual(
    sorted.map(({ sha256 }) => sha256),
    joinWhy('look'),
  )
  const looks = sorted.map(({ look }) => look)
  for (const { first, second } of nearPairs(looks, rule.lookBits, apart)) join(first, second, 'look')
  const groups = new Map<number, T[]>()
  sorted.forEach((image, k) => {
    const root = rootOf(k)
    const members = groups.get(root)
    if (members) members.push(image)
    else groups.set(root, [image])
  })
  return {
    groups: [...groups.values()]
      .map((members) => ({ key: members.map(({ flight }) => flight).reduce((a, b) => (b < a ? b : a)), members }))
      .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)),
    joined,
  }
}

function joinEqual(keys: readonly string[], join: (a: number, b: number) => void): void {
  const first = new Map<string, number>()
  keys.forEach((key, k) => {
    const other = first.get(key)
    if (other === undefined) first.set(key, k)
    else join(other, k)
  })
}

/**
 * Joins cameras within the radius of each other. Earth-centred cells are so small that all cameras of one are near; two
 * cells are compared until one pair of theirs is.
 */
function joinNear(
  places: readonly (GeoPoint | undefined)[],
  radiusM: number,
  join: (a: number, b: number) => void,
  apart: (a: number, b: number) => boolean,
): void {
  const side = radiusM / Math.sqrt(3)
  const cells = new Map<string, { cell: readonly number[]; cameras: { at: readonly number[]; k: number }[] }>()
  places.forEach((place, k) => {
    if (!place) return
    const at = geocentric(place)
    const cell = at.map((metres) => Math.floor(metres / side))
    const there = cells.get(cell.join())
    if (!there) cells.set(cell.join(), { cell, cameras: [{ at, k }] })
    else {
      join(there.cameras[0]!.k, k)
      there.cameras.push({ at, k })
    }
  })
  for (const { cell, cameras } of cells.values()) {
    for (const step of STEPS) {
      const other = cells.get(cell.map((n, axis) => n + step[axis]!).join())
      if (!other || !apart(cameras[0]!.k, other.cameras[0]!.k)) continue
      const near = cameras.find((a) =>
        other.cameras.some((b) => Math.hypot(...a.at.map((n, axis) => n - b.at[axis]!)) <= radiusM),
      )
      if (near) join(near.k, other.cameras[0]!.k)
    }
  }
}

/** To every cell that a radius reaches, each pair of cells once. */
const STEPS: readonly (readonly number[])[] = [-2, -1, 0, 1, 2].flatMap((x) =>
  [-2, -1, 0, 1, 2]
    .flatMap((y) => [-2, -1, 0, 1, 2].map((z) => [x, y, z]))
    .filter(([, y2, z2]) => x > 0 || (x === 0 && (y2! > 0 || (y2 === 0 && z2! > 0)))),
)
