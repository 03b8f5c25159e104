import { NEAR_BITS, nearPairs } from '../../version/near-pairs.ts'

/** Images so alike that one of them teaches nearly all that the others do. */
export interface DuplicateGroup {
  /** Worth keeping: no two of them are alike. */
  readonly keep: readonly string[]
  readonly drop: readonly {
    readonly image: string
    /** The kept image that it is like. */
    readonly like: string
    /** Bits in which their hashes differ, of 128. */
    readonly distance: number
    /** The files are the same, byte by byte. */
    readonly identical: boolean
  }[]
}

export interface HashedImage {
  readonly path: string
  readonly contentHash: string
  /** Undefined for images too even for a hash; these are only compared by content. */
  readonly hash: Uint32Array | undefined
  /** The better of two alike images is kept: the higher merit. */
  readonly merit: number
}

/**
 * Groups images that are alike and says which to keep of each group.
 *
 * A group is whatever hangs together by pairs; within it the best image is kept, then the best
 * that is not like a kept one, and so on: so each dropped image is like one that is kept, however long the chain.
 *
 * @returns the largest groups first
 */
export function findNearDuplicates(images: readonly HashedImage[], nearBits = NEAR_BITS): DuplicateGroup[] {
  // A hovering drone's frames often have the very same hash: they are one node, so that no pair of them is ever looked at.
  const nodes = [...groupBy(images, ({ hash, contentHash }) => hash?.join(',') ?? contentHash).values()].map((same) =>
    same.toSorted(byMerit),
  )
  const neighbours = neighboursOf(
    nodes.map((same) => same[0]!.hash),
    nearBits,
  )
  const seen = new Uint8Array(nodes.length)
  const groups: DuplicateGroup[] = []
  for (let start = 0; start < nodes.length; start++) {
    if (seen[start]) continue
    const members: number[] = [start]
    seen[start] = 1
    for (let at = 0; at < members.length; at++) {
      for (const { node } of neighbours.get(members[at]!) ?? []) {
        if (seen[node]) continue
        seen[node] = 1
        members.push(node)
      }
    }
    if (members.length > 1 || nodes[start]!.length > 1) groups.push(chooseKept(members, nodes, neighbours))
  }
  const size = (group: DuplicateGroup): number => group.keep.length + group.drop.length
  return groups.sort((a, b) => size(b) - size(a) || (a.keep[0]! < b.keep[0]! ? -1 : 1))
}

interface Neighbour {
  readonly node: number
  readonly distance: number
}

function chooseKept(
  members: readonly number[],
  nodes: readonly (readonly HashedImage[])[],
  neighbours: ReadonlyMap<number, readonly Neighbour[]>,
): DuplicateGroup {
  const keep: string[] = []
  const kept = new Set<number>()
  const drop: DuplicateGroup['drop'][number][] = []
  for (const node of members.toSorted((a, b) => byMerit(nodes[a]![0]!, nodes[b]![0]!))) {
    const nearest = (neighbours.get(node) ?? [])
      .filter((other) => kept.has(other.node))
      .reduce<Neighbour | undefined>((best, one) => (best && best.distance <= one.distance ? best : one), undefined)
    const model = nodes[nearest?.node ?? node]![0]!
    if (!nearest) {
      kept.add(node)
      keep.push(model.path)
    }
    for (const image of nodes[node]!) {
      if (image === model) continue
      const identical = image.contentHash === model.contentHash
      drop.push({ image: image.path, like: model.path, distance: nearest?.distance ?? 0, identical })
    }
  }
  return { keep, drop }
}

/** For each hash, the others within `nearBits` of it. */
function neighboursOf(hashes: readonly (Uint32Array | undefined)[], nearBits: number): Map<number, Neighbour[]> {
  const neighbours = new Map<number, Neighbour[]>()
  const link = (from: number, neighbour: Neighbour): void => {
    const list = neighbours.get(from)
    if (list) list.push(neighbour)
    else neighbours.set(from, [neighbour])
  }
  for (const { first, second, bits } of nearPairs(hashes, nearBits)) {
    link(first, { node: second, distance: bits })
    link(second, { node: first, distance: bits })
  }
  return neighbours
}

function byMerit(a: HashedImage, b: HashedImage): number {
  return b.merit - a.merit || (a.path < b.path ? -1 : 1)
}

function groupBy<T, K>(items: readonly T[], key: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>()
  for (const item of items) {
    const name = key(item)
    const group = groups.get(name)
    if (group) group.push(item)
    else groups.set(name, [item])
  }
  return groups
}
