import { SkyloopError } from '../../core/errors.ts'
import type { Split } from '../formats/find-images.ts'
import { hashGroups, stratifyGroups, type CountedGroup, type Shares } from './assign-groups.ts'
import { groupImages, type GroupedImages, type RelatedImage, type Relation } from './group-images.ts'
import { NEAR_BITS } from '../version/near-pairs.ts'

export interface SplitInput extends RelatedImage {
  /** The split that the data set itself gives. */
  readonly split: Split | undefined
  /** Class number of each of its boxes. */
  readonly classIds: readonly number[]
}

/** What stays together when a data set is split; see {@link groupImages}. */
export type SplitBy = 'group' | 'flight' | 'image'

export interface SplitRule {
  /** Share of the images that val should have, 0 to 0.9. */
  readonly valFraction: number
  readonly testFraction: number
  /** `group` keeps flight, place and look together; `flight` flights alone; `image` nothing, and near-duplicates leak. */
  readonly splitBy: SplitBy
  /** `stratified` meets the shares of images and classes; `hash` keeps groups where they are when others are added. */
  readonly assign: 'stratified' | 'hash'
  /** Metres between two cameras that see the same ground; 0 leaves places out. Of `group` alone. */
  readonly placeRadiusM: number
  /** Splits that the data set gives are forgotten. */
  readonly resplit: boolean
  readonly seed: number
}

export interface SplitPlan {
  readonly splits: ReadonlyMap<string, Split>
  /** By image: the key of its group. Empty where the data set's own splits were kept. */
  readonly groups: ReadonlyMap<string, string>
  /** What joined flights; undefined where nothing was split. */
  readonly joined: GroupedImages<SplitInput>['joined'] | undefined
}

/** Whether {@link planSplits} will part images, so that it pays to know how they look. */
export function splitsAnything(images: readonly Pick<SplitInput, 'split'>[], rule: SplitRule): boolean {
  if (rule.resplit) return true
  const given = new Set(images.map((image) => image.split))
  return !(given.has('train') && given.has('val'))
}

/**
 * The split of every image. A data set that has train and val keeps them, unless asked to forget them; one that has only
 * train, or none, is split by whole groups.
 *
 * @throws SkyloopError `data.split` when there is no train image, or too few groups to split
 */
export function planSplits(images: readonly SplitInput[], rule: SplitRule): SplitPlan {
  const given = new Set(rule.resplit ? [undefined] : images.map((image) => image.split))
  const splits = new Map<string, Split>()
  if (given.has('train') && given.has('val')) {
    for (const { image, split } of images) splits.set(image, split ?? 'train')
    return { splits, groups: new Map(), joined: undefined }
  }
  if (!given.has('train') && !given.has(undefined)) {
    throw new SkyloopError({ code: 'data.split', message: 'the data set has no train images' })
  }
  const free: SplitInput[] = []
  for (const item of images) {
    if (!rule.resplit && (item.split === 'test' || item.split === 'val')) splits.set(item.image, item.split)
    else free.push(item)
  }
  const { groups, joined } = together(free, rule)
  const fractions: readonly (readonly [Split, number])[] = [
    ['val', given.has('val') ? 0 : rule.valFraction],
    ['test', given.has('test') ? 0 : rule.testFraction],
  ]
  const wanted = fractions.filter(([, share]) => share > 0)
  const shares: Shares = [['train', 1 - wanted.reduce((sum, [, share]) => sum + share, 0)], ...wanted]
  if (shares[0]![1] <= 0) {
    throw new SkyloopError({
      code: 'data.split',
      message: `val and test together take ${wanted.map(([, share]) => share).join(' + ')} of the images, which leaves none for train`,
    })
  }
  if (groups.length < shares.length) throw tooFew(free.length, groups, joined, shares.length, rule)
  const counted = countGroups(groups)
  const assigned = (rule.assign === 'hash' ? hashGroups : stratifyGroups)(counted, shares, rule.seed)
  const groupOf = new Map<string, string>()
  for (const { key, members } of groups) {
    for (const { image } of members) {
      splits.set(image, assigned.get(key)!)
      groupOf.set(image, key)
    }
  }
  return { splits, groups: groupOf, joined }
}

function together(images: readonly SplitInput[], rule: SplitRule): GroupedImages<SplitInput> {
  if (rule.splitBy === 'image') {
    const groups = images.map((item) => ({ key: item.image, members: [item] })).sort((a, b) => (a.key < b.key ? -1 : 1))
    return { groups, joined: { flight: 0, place: 0, look: 0 } }
  }
  if (rule.splitBy === 'group') return groupImages(images, { placeRadiusM: rule.placeRadiusM, lookBits: NEAR_BITS })
  const alone = images.map((item) => ({ ...item, place: undefined, look: undefined, sha256: item.image }))
  return groupImages(alone, { placeRadiusM: 0, lookBits: NEAR_BITS })
}

function countGroups(groups: GroupedImages<SplitInput>['groups']): CountedGroup[] {
  const classes = groups.reduce(
    (most, { members }) =>
      members.reduce((inner, { classIds }) => classIds.reduce((a, b) => Math.max(a, b + 1), inner), most),
    0,
  )
  return groups.map(({ key, members }) => {
    const counts = Array.from({ length: classes + 1 }, () => 0)
    for (const { classIds } of members) {
      if (classIds.length === 0) counts[classes]!++
      for (const id of classIds) counts[id]!++
    }
    return { key, images: members.length, counts }
  })
}

function tooFew(
  images: number,
  groups: GroupedImages<SplitInput>['groups'],
  joined: Readonly<Record<Relation, number>>,
  needed: number,
  rule: SplitRule,
): SkyloopError {
  const why = rule.splitBy === 'group' && joined.place + joined.look > 0
  const names = groups.map(({ key }) => key)
  return new SkyloopError({
    code: 'data.split',
    message:
      `${images} image(s) are of ${groups.length} ${rule.splitBy === 'image' ? 'image(s)' : why ? 'group(s)' : 'flight(s)'} (${names.slice(0, 10).join(', ')}); splitting without a leak takes at least ${needed}` +
      (why
        ? `. Flights were joined because they show the same: ${joined.place} time(s) by place, ${joined.look} by look`
        : ''),
    hint: why
      ? 'add images of another place, give train and val folders, lower --place-radius, or accept leaks with --split-by flight'
      : 'add another flight, name flights in metadata.jsonl, give train and val folders, or accept leaks with --split-by image',
  })
}
