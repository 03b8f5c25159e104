import type { UnreadableImage } from '../image-profile.ts'
import type { Recommendation } from '../advice/recommendation.ts'
import type { Distribution } from './distribution.ts'
import type { Flight } from './flights.ts'
import type { LabelStatistics } from './label-statistics.ts'
import type { MeasureName } from './measures.ts'
import type { DuplicateGroup } from './near-duplicates.ts'
import type { Outlier } from './outliers.ts'
import type { ImageRow } from './profile-image-row.ts'
import type { Site } from './sites.ts'

/** Version of the report's form: the number grows when a field goes or changes its meaning, not when one is added. */
export const PROFILE_SCHEMA = 'skyloop.profile/1'

/** What a set of images is like. Plain JSON: it is the machine-readable report as it stands. */
export interface SetProfile extends SetAnalysis {
  readonly schema: typeof PROFILE_SCHEMA
  /** ISO 8601, UTC. */
  readonly createdAt: string
  readonly recommendations: readonly Recommendation[]
}

export interface SetAnalysis {
  /** Folder or `s3://` prefix. */
  readonly source: string
  /** Undefined when every image was read. */
  readonly sample: { readonly size: number; readonly seed: number } | undefined
  readonly counts: {
    /** Images that the set has, and their bytes. */
    readonly images: number
    readonly sizeBytes: number
    /** Images that were read: all, or the sample. */
    readonly profiled: number
    readonly readable: number
    readonly unreadable: number
    /** `unreadable / profiled`. */
    readonly errorRate: number
  }
  /** How often each occurs, the most frequent first. */
  readonly dimensions: readonly { readonly width: number; readonly height: number; readonly images: number }[]
  readonly formats: Readonly<Record<string, number>>
  readonly colourModes: Readonly<Record<string, number>>
  /** By make and model; `unknown` where the image does not say. */
  readonly cameras: Readonly<Record<string, number>>
  /** Undefined for measures that no image has. */
  readonly distributions: Readonly<Partial<Record<MeasureName, Distribution>>>
  readonly outliers: readonly Outlier[]
  readonly duplicates: readonly DuplicateGroup[]
  readonly flights: readonly Flight[]
  readonly sites: readonly Site[]
  /** Undefined when no image has a label file. */
  readonly labels: LabelStatistics | undefined
  /** Every readable image, in order of path. */
  readonly images: readonly ImageRow[]
  readonly unreadable: readonly UnreadableImage[]
}
