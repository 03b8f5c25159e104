import type { ImageProfile } from '../image-profile.ts'

/** What the label file of an image says, summed up. */
export interface ImageLabels {
  readonly boxes: number
  /** Boxes by class number. */
  readonly byClass: Readonly<Record<number, number>>
  /** Lines that are no usable box. */
  readonly dropped: number
  /** Lines that were clipped or otherwise changed. */
  readonly changed: number
}

/** A readable image within its set. */
export interface ImageRow extends ImageProfile {
  /** Name of its flight; see `groupFlights`. */
  readonly flight: string
  /** Undefined when it has no label file, which is not the same as an empty one. */
  readonly labels: ImageLabels | undefined
}
