import type { Split } from '../formats/find-images.ts'
import type { LabelReport } from '../formats/label-issue.ts'
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
  readonly splitBy: 'flight' | 'image'
  readonly layout: string
  readonly options: PrepareSettings
  readonly report: PrepareReport
}

/** The options that decide what a prepared data set is; part of its content hash. */
export interface PrepareSettings {
  readonly tile: Tiling | null
  /** Written pixels per frame pixel when nothing is cut. */
  readonly scale: number
  readonly valFraction: number
  readonly testFraction: number
  readonly splitBy: 'flight' | 'image'
  readonly seed: number
  readonly minVisible: number
  readonly background: number
  readonly missingLabels: 'skip' | 'background' | 'fail'
  readonly unknownClass: 'fail' | 'drop'
  readonly trainFrames: number
}

export const DEFAULT_SETTINGS: PrepareSettings = {
  tile: { size: 640, overlap: 0.2, scale: 0.5 },
  scale: 1,
  valFraction: 0.2,
  testFraction: 0,
  splitBy: 'flight',
  seed: 0,
  minVisible: 0.3,
  background: 0.15,
  missingLabels: 'skip',
  unknownClass: 'fail',
  trainFrames: 24,
}
