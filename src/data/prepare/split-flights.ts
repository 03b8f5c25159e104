import { SkyloopError } from '../../core/errors.ts'
import { hash32, seededRandom } from '../../core/random.ts'
import type { Split } from '../formats/find-images.ts'

export interface SplitInput {
  readonly image: string
  readonly flight: string
  /** The split that the data set itself gives. */
  readonly split: Split | undefined
}

export interface SplitRule {
  /** Share of the images that val should have, 0 to 0.9. */
  readonly valFraction: number
  /** @default 0 */
  readonly testFraction?: number
  /** `flight` keeps each flight whole; `image` does not, and near-duplicates then leak. */
  readonly splitBy: 'flight' | 'image'
  readonly seed: number
}

/**
 * The split of every image. A data set that has train and val keeps them; one that has only train, or none, is split
 * by whole flights, in an order drawn from the seed.
 *
 * @throws SkyloopError `data.split` when there is no train image, or only one flight to split
 */
export function splitFlights(images: readonly SplitInput[], rule: SplitRule): Map<string, Split> {
  const out = new Map<string, Split>()
  const given = new Set(images.map((image) => image.split))
  if (given.has('train') && given.has('val')) {
    for (const { image, split } of images) out.set(image, split ?? 'train')
    return out
  }
  if (!given.has('train') && !given.has(undefined)) {
    throw new SkyloopError({ code: 'data.split', message: 'the data set has no train images' })
  }
  const free: SplitInput[] = []
  for (const item of images) {
    if (item.split === 'test' || item.split === 'val') out.set(item.image, item.split)
    else free.push(item)
  }
  const groups = groupsOf(free, rule.splitBy)
  const wanted: [Split, number][] = [['val', given.has('val') ? 0 : rule.valFraction]]
  if (!given.has('test') && (rule.testFraction ?? 0) > 0) wanted.push(['test', rule.testFraction ?? 0])
  const needed = 1 + wanted.filter(([, fraction]) => fraction > 0).length
  if (groups.length < needed) {
    throw new SkyloopError({
      code: 'data.split',
      message: `${free.length} image(s) are of ${groups.length} flight(s) (${groups.map(([name]) => name).join(', ')}); splitting without a leak takes at least ${needed}`,
      hint: 'add another flight, name flights in metadata.jsonl, give train and val folders, or accept leaks with --split-by image',
    })
  }
  let left = seededRandom(hash32(`split/${rule.seed}`)).shuffle(groups)
  for (const [split, fraction] of wanted) {
    if (fraction <= 0) continue
    const taken = take(left, fraction * free.length, needed - 1)
    for (const [, members] of taken) for (const { image } of members) out.set(image, split)
    left = left.filter((group) => !taken.includes(group))
  }
  for (const [, members] of left) for (const { image } of members) out.set(image, 'train')
  return out
}

type Group = readonly [string, readonly SplitInput[]]

function groupsOf(images: readonly SplitInput[], by: 'flight' | 'image'): Group[] {
  const groups = new Map<string, SplitInput[]>()
  for (const item of images.toSorted((a, b) => (a.image < b.image ? -1 : 1))) {
    const key = by === 'flight' ? item.flight : item.image
    groups.set(key, [...(groups.get(key) ?? []), item])
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1))
}

/** Whole groups that bring the count near `target`: at least one, and `spare` are left over. */
function take(groups: readonly Group[], target: number, spare: number): Group[] {
  const taken: Group[] = []
  let count = 0
  for (const group of groups) {
    if (groups.length - taken.length <= spare) break
    const size = group[1].length
    if (Math.abs(count + size - target) < Math.abs(count - target)) {
      taken.push(group)
      count += size
    }
  }
  if (taken.length > 0) return taken
  return [groups.reduce((a, b) => (b[1].length < a[1].length ? b : a))]
}
