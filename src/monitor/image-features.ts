import type { MeasuredImage } from '../data/profile/measure-image.ts'
import type { Row } from './table.ts'

/** A reported box, in pixels of the image. */
export interface ReportedObject {
  readonly className: string
  readonly confidence: number
  readonly box: readonly [number, number, number, number]
}

/** Features that a whole number stands for only by chance. */
const MEASURED = [
  'brightness',
  'contrast',
  'sharpness',
  'entropy',
  'colourfulness',
  'noise',
  'saturation',
  'clipped_shadows',
  'clipped_highlights',
]

/** Features that an image without detections does not have. */
const FEATURES_OF_DETECTIONS: ReadonlySet<string> = new Set(['mean_confidence', 'mean_box_area'])

/** What `suggestConstraints` must know of these features. */
export const IMAGE_CONSTRAINTS = {
  mayBeMissing: FEATURES_OF_DETECTIONS,
  fractional: new Set([...MEASURED, ...FEATURES_OF_DETECTIONS]),
} as const

/**
 * What is watched of one image: how it looks, and what the detector reports on it.
 *
 * @param classNames every class that the detector can report, so that absent ones count as 0
 */
export function imageRow(image: MeasuredImage, objects: readonly ReportedObject[], classNames: readonly string[]): Row {
  const mean = (values: readonly number[]): number | null =>
    values.length === 0 ? null : values.reduce((a, b) => a + b, 0) / values.length
  const counts = classNames.map((name): [string, number] => [
    `count_${name}`,
    objects.filter(({ className }) => className === name).length,
  ])
  return {
    format: image.format,
    width: image.width,
    height: image.height,
    brightness: image.brightness,
    contrast: image.contrast,
    sharpness: image.sharpness,
    entropy: image.entropy,
    colourfulness: image.colourfulness,
    noise: image.noise,
    saturation: image.saturation,
    clipped_shadows: image.clippedShadows,
    clipped_highlights: image.clippedHighlights,
    detection_count: objects.length,
    mean_confidence: mean(objects.map(({ confidence }) => confidence)),
    // Share of the image that an average box covers: falls when the drone climbs.
    mean_box_area: mean(
      objects.map(({ box: [x1, y1, x2, y2] }) => ((x2 - x1) * (y2 - y1)) / (image.width * image.height)),
    ),
    ...Object.fromEntries(counts),
  }
}
