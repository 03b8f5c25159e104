import { hash32, seededRandom } from '../../core/random.ts'
import type { Split } from '../formats/find-images.ts'

/** A group of images that goes into one split as a whole. */
export interface CountedGroup {
  readonly key: string
  readonly images: number
  /** By class number, and last the images without boxes: how many the group has of each. */
  readonly counts: readonly number[]
}

/** Shares of the splits that are wanted, adding up to 1; a split with share 0 is not among them. */
export type Shares = readonly (readonly [split: Split, share: number])[]

/**
 * The split of every group, so that each split has its share of the images and of each class's boxes.
 *
 * Iterative stratification: the class that the fewest free groups have is dealt first, its largest group to the split that
 * still wants most of it. Then groups are moved, and pairs of groups swapped, as long as that brings the shares nearer to
 * what is wanted ({@link deviation}). Every split gets a group.
 *
 * @param groups at least as many as splits
 * @param seed decides between equals
 * @source Sechidis, Tsoumakas & Vlahavas 2011, On the Stratification of Multi-Label Data (ECML PKDD), over groups instead
 *   of examples
 */
export function stratifyGroups(groups: readonly CountedGroup[], shares: Shares, seed: number): Map<string, Split> {
  const ordered = seededRandom(hash32(`stratify/${seed}`)).shuffle(groups.toSorted((a, b) => (a.key < b.key ? -1 : 1)))
  const of = deal(ordered, shares)
  fillEmpty(ordered, of, shares)
  improve(ordered, of, shares)
  return new Map(ordered.map((group, k) => [group.key, shares[of[k]!]![0]]))
}

/**
 * The split of every group by a hash of its key and the seed alone, so that a group stays where it is however many
 * others are added. Shares are met on average, classes are not looked at. A split that would stay empty takes the group
 * whose hash is nearest to its range.
 */
export function hashGroups(groups: readonly CountedGroup[], shares: Shares, seed: number): Map<string, Split> {
  // Test, val, train: a larger share of val takes from train alone, and test stays what it was.
  const order = ['test', 'val', 'train']
  const ranges = shares.toSorted(([a], [b]) => order.indexOf(a) - order.indexOf(b))
  const at = (key: string): number => hash32(`split/${seed}/${key}`) / 2 ** 32
  const out = new Map<string, Split>()
  for (const { key } of groups) {
    let end = 0
    const found = ranges.find(([, share]) => at(key) < (end += share)) ?? ranges.at(-1)!
    out.set(key, found[0])
  }
  let end = 0
  for (const [split, share] of ranges) {
    const middle = end + share / 2
    end += share
    if ([...out.values()].includes(split)) continue
    const sizes = new Map<Split, number>()
    for (const other of out.values()) sizes.set(other, (sizes.get(other) ?? 0) + 1)
    const free = groups.filter(({ key }) => sizes.get(out.get(key)!)! > 1)
    const nearest = free.reduce((a, b) => (Math.abs(at(b.key) - middle) < Math.abs(at(a.key) - middle) ? b : a))
    out.set(nearest.key, split)
  }
  return out
}

/** @returns by group, the number of its split */
function deal(groups: readonly CountedGroup[], shares: Shares): number[] {
  const labels = groups[0]!.counts.length
  const total = (label: number): number => groups.reduce((sum, group) => sum + group.counts[label]!, 0)
  const wanted = shares.map(([, share]) => Array.from({ length: labels }, (_, label) => share * total(label)))
  const images = groups.reduce((sum, group) => sum + group.images, 0)
  const wantedImages = shares.map(([, share]) => share * images)
  const of = groups.map(() => -1)
  const free = new Set(groups.keys())
  while (free.size > 0) {
    const holders = Array.from({ length: labels }, (_, label) => [...free].filter((k) => groups[k]!.counts[label]! > 0))
    const label = holders.reduce(
      (best, list, l) => (list.length > 0 && (best < 0 || list.length < holders[best]!.length) ? l : best),
      -1,
    )
    const turn =
      label < 0 ? [...free] : holders[label]!.toSorted((a, b) => groups[b]!.counts[label]! - groups[a]!.counts[label]!)
    for (const k of turn) {
      const desire = (s: number): number => (label < 0 ? 0 : wanted[s]![label]!)
      const s = shares.keys().reduce((a, b) => {
        const more = desire(b) - desire(a)
        return more > 1e-9 || (Math.abs(more) <= 1e-9 && wantedImages[b]! > wantedImages[a]!) ? b : a
      })
      of[k] = s
      groups[k]!.counts.forEach((count, l) => (wanted[s]![l]! -= count))
      wantedImages[s]! -= groups[k]!.images
      free.delete(k)
    }
  }
  return of
}

/** Gives a split without a group the smallest one of the split that has most groups. */
function fillEmpty(groups: readonly CountedGroup[], of: number[], shares: Shares): void {
  for (const s of shares.keys()) {
    if (of.includes(s)) continue
    const numbers = shares.map((_, other) => of.filter((mine) => mine === other).length)
    const richest = numbers.indexOf(Math.max(...numbers))
    const smallest = [...groups.keys()]
      .filter((k) => of[k] === richest)
      .reduce((a, b) => (groups[b]!.images < groups[a]!.images ? b : a))
    of[smallest] = s
  }
}

/** Pairs are swapped only among so few groups; with more, moves alone come as near. */
const MOST_TO_SWAP = 150
const MOST_ROUNDS = 50

function improve(groups: readonly CountedGroup[], of: number[], shares: Shares): void {
  const counts = shares.map((_, s) =>
    sumOf(
      groups.filter((_group, k) => of[k] === s),
      groups[0]!.counts.length + 1,
    ),
  )
  const members = shares.map((_, s) => of.filter((mine) => mine === s).length)
  const totals = sumOf(groups, groups[0]!.counts.length + 1)
  const rows = groups.map((group) => [...group.counts, group.images])
  const common = commonLabels(groups, shares)
  const cost = (s: number, change: (label: number) => number): number => {
    let sum = 0
    for (let label = 0; label < totals.length; label++) {
      if (totals[label] === 0) continue
      sum += costOf(counts[s]![label]! + change(label), totals[label]!, shares[s]![1], common[label] ?? false)
    }
    return sum
  }
  const none = (): number => 0
  /** What the deviation becomes less by when `out` leaves split a for b, and `back` b for a. */
  const gain = (a: number, b: number, out: number, back: number | undefined): number => {
    const moved = (label: number): number => rows[out]![label]! - (back === undefined ? 0 : rows[back]![label]!)
    return cost(a, none) + cost(b, none) - cost(a, (label) => -moved(label)) - cost(b, moved)
  }
  const move = (k: number, to: number): void => {
    const from = of[k]!
    rows[k]!.forEach((count, label) => {
      counts[from]![label]! -= count
      counts[to]![label]! += count
    })
    members[from]!--
    members[to]!++
    of[k] = to
  }
  for (let round = 0; round < MOST_ROUNDS; round++) {
    let better = false
    for (const k of groups.keys()) {
      for (const to of shares.keys()) {
        if (to === of[k] || members[of[k]!]! < 2 || gain(of[k]!, to, k, undefined) <= 1e-12) continue
        move(k, to)
        better = true
      }
    }
    if (groups.length <= MOST_TO_SWAP) {
      for (const k of groups.keys()) {
        for (let other = k + 1; other < groups.length; other++) {
          const [a, b] = [of[k]!, of[other]!]
          if (a === b || gain(a, b, k, other) <= 1e-12) continue
          move(k, b)
          move(other, a)
          better = true
        }
      }
    }
    if (!better) return
  }
}

/** A split that lacks a class which could be in all of them is worse than any imbalance: the class goes unmeasured. */
const ABSENT = 1

function costOf(count: number, total: number, share: number, isCommon: boolean): number {
  return (count / total - share) ** 2 + (isCommon && count === 0 ? ABSENT : 0)
}

/** By label: whether there are groups that have it for every split. */
function commonLabels(groups: readonly CountedGroup[], shares: Shares): boolean[] {
  return groups[0]!.counts.map((_, label) => groups.filter(({ counts }) => counts[label]! > 0).length >= shares.length)
}

/** Sums of `counts`, and last of `images`. */
function sumOf(groups: readonly CountedGroup[], length: number): number[] {
  return Array.from({ length }, (_, label) =>
    groups.reduce((sum, group) => sum + (label < length - 1 ? group.counts[label]! : group.images), 0),
  )
}

/**
 * How far an assignment is from what is wanted: over classes, images without boxes, and images, the squared difference
 * between the share that a split has and the one that it should have, summed over splits; and 1 for each split without a
 * class that as many groups have as there are splits.
 */
export function deviation(groups: readonly CountedGroup[], splits: ReadonlyMap<string, Split>, shares: Shares): number {
  const length = groups[0]!.counts.length + 1
  const totals = sumOf(groups, length)
  const common = commonLabels(groups, shares)
  return shares.reduce((sum, [split, share]) => {
    const mine = sumOf(
      groups.filter(({ key }) => splits.get(key) === split),
      length,
    )
    return (
      sum +
      totals.reduce(
        (part, total, label) =>
          total === 0 ? part : part + costOf(mine[label]!, total, share, common[label] ?? false),
        0,
      )
    )
  }, 0)
}
