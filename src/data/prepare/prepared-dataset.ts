import type { Split } from '../formats/find-images.ts'
import type { LabelReport } from '../formats/label-issue.ts'
import type { AugmentSettings } from './augment/augment-settings.ts'
import type { Relation } from './group-images.ts'
import type { SplitBy, SplitRule } from './plan-splits.ts'
import type { Tiling } from './tile-frame.ts'

export type PerSplit = Readonly<Record<Split, number>>

/** An image that did not become part of the data set, and why. */
export interface SkippedImage {
  readonly image: string
  readonly reason: string
}

/** What preparation did, so that nothing is lost without a word. */
export interface PrepareReport {
  readonly sourceImages: number
  /** Boxes in the label files of the images used; `labels.kept` less those of skipped images. */
  readonly sourceBoxes: PerSplit
  /** Every box read is in at least one written image; this many only by the tile that shows most of it. */
  readonly rescuedBoxes: number
  readonly backgroundKept: PerSplit
  readonly backgroundLeftOut: PerSplit
  readonly labels: LabelReport
  readonly corrupt: readonly SkippedImage[]
  readonly skipped: readonly SkippedImage[]
  readonly missingLabels: readonly string[]
  readonly orphanLabels: readonly string[]
  readonly ignoredFolders: readonly string[]
  /** How often each relation joined images that would have been free to part; null where nothing was split. */
  readonly joined: Readonly<Record<Relation, number>> | null
  /** Images written besides, by augmentation, and boxes that it cut away. */
  readonly augmented: { readonly images: number; readonly boxes: number; readonly boxesCutAway: number }
  readonly warnings: readonly string[]
}

/** `dataset.json` of a prepared data set. */
export interface PreparedDataset {
  readonly contentHash: string
  /** Images written: tiles, or whole frames when nothing was cut. */
  readonly images: PerSplit
  /** Label lines written; a box in the overlap of tiles stands in each. */
  readonly boxes: PerSplit
  readonly boxesPerClass: Readonly<Record<string, PerSplit>>
  readonly classes: readonly string[]
  /** How frames were cut; null when they were not. */
  readonly tile: Tiling | null
  /** Whole source frames under `frames/<split>`: all of val and test, a sample of train. */
  readonly frames: PerSplit
  readonly flights: Readonly<Record<Split, readonly string[]>>
  readonly splitBy: SplitBy
  readonly layout: string
  /** Said by whom prepared it; null when nobody did. */
  readonly licence: string | null
  readonly origin: string | null
  /** Source images by size, most first: `1920x1080`. */
  readonly sourceSizes: Readonly<Record<string, number>>
  readonly options: PrepareSettings
  readonly report: PrepareReport
}

/** The options that decide what a prepared data set is; part of its content hash. */
export interface PrepareSettings extends SplitRule {
  readonly tile: Tiling | null
  /** Side of the squares that whole frames are fitted into, padded with grey; null leaves frames as they are. */
  readonly letterbox: number | null
  /** Written pixels per frame pixel when nothing is cut. */
  readonly scale: number
  readonly minVisible: number
  readonly background: number
  readonly missingLabels: 'skip' | 'background' | 'fail'
  readonly unknownClass: 'fail' | 'drop'
  readonly trainFrames: number
  /** Changed copies of train images; null for none. */
  readonly augment: AugmentSettings | null
}

export const DEFAULT_SETTINGS: PrepareSettings = {
  tile: { size: 640, overlap: 0.2, scale: 0.5 },
  letterbox: null,
  scale: 1,
  valFraction: 0.2,
  testFraction: 0,
  splitBy: 'group',
  assign: 'stratified',
  placeRadiusM: 50,
  resplit: false,
  seed: 0,
  minVisible: 0.3,
  background: 0.15,
  missingLabels: 'skip',
  unknownClass: 'fail',
  trainFrames: 24,
  augment: null,
}
