import type { SetAnalysis } from '../set/set-profile.ts'
import type { Recommendation, Rule, Severity } from './recommendation.ts'
import { backgroundShare } from './rules/background-share.ts'
import { blurred } from './rules/blurred.ts'
import { boxesAtEdge } from './rules/boxes-at-edge.ts'
import { classImbalance } from './rules/class-imbalance.ts'
import { crowdedImages } from './rules/crowded-images.ts'
import { fewExamples } from './rules/few-examples.ts'
import { fewFlights } from './rules/few-flights.ts'
import { heavyCompression } from './rules/heavy-compression.ts'
import { identicalFiles } from './rules/identical-files.ts'
import { labelProblems } from './rules/label-problems.ts'
import { lightSpread } from './rules/light-spread.ts'
import { lowContrast } from './rules/low-contrast.ts'
import { missingMetadata } from './rules/missing-metadata.ts'
import { mixedSizes } from './rules/mixed-sizes.ts'
import { mixedViews } from './rules/mixed-views.ts'
import { nearDuplicates } from './rules/near-duplicates.ts'
import { noisy } from './rules/noisy.ts'
import { oddColours } from './rules/odd-colours.ts'
import { outlyingImages } from './rules/outlying-images.ts'
import { overexposed } from './rules/overexposed.ts'
import { reducedPictures } from './rules/reduced-pictures.ts'
import { scaleSpread } from './rules/scale-spread.ts'
import { tileSize } from './rules/tile-size.ts'
import { turnedByExif } from './rules/turned-by-exif.ts'
import { underexposed } from './rules/underexposed.ts'
import { unlabelledImages } from './rules/unlabelled-images.ts'
import { unreadable } from './rules/unreadable.ts'
import { unusedClasses } from './rules/unused-classes.ts'
import { wrongClock } from './rules/wrong-clock.ts'
import { wrongPlace } from './rules/wrong-place.ts'

/** Every name of a rule, in the order in which advice of the same severity is given. */
export const RULE_NAMES = [
  'unreadable',
  'unlabelled-images',
  'label-problems',
  'identical-files',
  'turned-by-exif',
  'tile-size',
  'near-duplicates',
  'blurred',
  'overexposed',
  'underexposed',
  'low-contrast',
  'noisy',
  'heavy-compression',
  'odd-colours',
  'mixed-sizes',
  'scale-spread',
  'class-imbalance',
  'few-examples',
  'boxes-at-edge',
  'background-share',
  'crowded-images',
  'reduced-pictures',
  'missing-metadata',
  'wrong-clock',
  'wrong-place',
  'mixed-views',
  'light-spread',
  'few-flights',
  'unused-classes',
  'outlying-images',
] as const

export type RuleName = (typeof RULE_NAMES)[number]

/** A name without a rule does not compile. */
export const RULES: Readonly<Record<RuleName, Rule>> = {
  unreadable,
  'unlabelled-images': unlabelledImages,
  'label-problems': labelProblems,
  'identical-files': identicalFiles,
  'turned-by-exif': turnedByExif,
  'tile-size': tileSize,
  'near-duplicates': nearDuplicates,
  blurred,
  overexposed,
  underexposed,
  'low-contrast': lowContrast,
  noisy,
  'heavy-compression': heavyCompression,
  'odd-colours': oddColours,
  'mixed-sizes': mixedSizes,
  'scale-spread': scaleSpread,
  'class-imbalance': classImbalance,
  'few-examples': fewExamples,
  'boxes-at-edge': boxesAtEdge,
  'background-share': backgroundShare,
  'crowded-images': crowdedImages,
  'reduced-pictures': reducedPictures,
  'missing-metadata': missingMetadata,
  'wrong-clock': wrongClock,
  'wrong-place': wrongPlace,
  'mixed-views': mixedViews,
  'light-spread': lightSpread,
  'few-flights': fewFlights,
  'unused-classes': unusedClasses,
  'outlying-images': outlyingImages,
}

const ORDER: Readonly<Record<Severity, number>> = { fix: 0, improve: 1, note: 2 }

/** What every rule has to say of a set, the most pressing first. */
export function recommend(set: SetAnalysis): Recommendation[] {
  return RULE_NAMES.flatMap((rule) => {
    const advice = RULES[rule](set)
    return advice ? [{ rule, ...advice }] : []
  }).sort((a, b) => ORDER[a.severity] - ORDER[b.severity])
}
