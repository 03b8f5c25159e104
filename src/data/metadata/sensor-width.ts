export type SensorWidthSource = 'model-table' | 'focal-plane-resolution' | 'focal-length-35mm'

export interface SensorFacts {
  readonly model: string | undefined
  readonly focalLengthMm: number | undefined
  readonly focalLength35Mm: number | undefined
  /** Size of the picture as the camera wrote it, px. */
  readonly originalWidth: number | undefined
  readonly originalHeight: number | undefined
  /** Above 1: the picture is made of the sensor's middle. */
  readonly digitalZoom: number | undefined
  readonly focalPlaneXResolution: number | undefined
  readonly focalPlaneResolutionUnit: number | undefined
}

/**
 * Sensors by EXIF model: width in mm, and how many pixels of the full picture lie on it.
 *
 * @source sensor sizes and picture sizes of the makers' data sheets; 1/2.3" is 6.17 mm, 1/2" 6.4 mm, 1" 13.2 mm, 4/3" 17.3 mm wide
 */
const SENSORS: ReadonlyMap<string, { readonly widthMm: number; readonly widthPx: number }> = new Map([
  ['FC220', { widthMm: 6.17, widthPx: 4000 }],
  ['FC300C', { widthMm: 6.17, widthPx: 4000 }],
  ['FC300S', { widthMm: 6.17, widthPx: 4000 }],
  ['FC300X', { widthMm: 6.17, widthPx: 4000 }],
  ['FC330', { widthMm: 6.17, widthPx: 4000 }],
  ['FC350', { widthMm: 6.17, widthPx: 4000 }],
  ['FC2103', { widthMm: 6.17, widthPx: 4056 }],
  ['FC2204', { widthMm: 6.17, widthPx: 4000 }],
  ['FC7203', { widthMm: 6.17, widthPx: 4000 }],
  ['FC7303', { widthMm: 6.17, widthPx: 4000 }],
  ['FC3170', { widthMm: 6.4, widthPx: 4000 }],
  ['FC3411', { widthMm: 13.2, widthPx: 5472 }],
  ['FC6310', { widthMm: 13.2, widthPx: 5472 }],
  ['FC6310S', { widthMm: 13.2, widthPx: 5472 }],
  ['FC6310R', { widthMm: 13.2, widthPx: 5472 }],
  ['L1D-20c', { widthMm: 13.2, widthPx: 5472 }],
  ['L2D-20c', { widthMm: 17.3, widthPx: 5280 }],
  ['M3E', { widthMm: 17.3, widthPx: 5280 }],
  ['FC550', { widthMm: 17.3, widthPx: 4608 }],
  ['FC6520', { widthMm: 17.3, widthPx: 5280 }],
  ['FC6540', { widthMm: 23.5, widthPx: 6016 }],
  ['ZenmuseP1', { widthMm: 35.9, widthPx: 8192 }],
])

/** Millimetres of EXIF's FocalPlaneResolutionUnit. */
const UNIT_MM: Readonly<Record<number, number>> = { 2: 25.4, 3: 10, 4: 1, 5: 0.001 }

/** Diagonal of 36 x 24 mm film. */
const FILM_DIAGONAL_MM = Math.hypot(36, 24)

/**
 * How far, in mm, the part of the sensor reaches that made the longer side of the camera's picture: by the model, else by
 * the resolution in the focal plane, else by the two focal lengths, of which the second is defined by equal diagonals.
 *
 * @returns no field when nothing tells it
 * @source CIPA DCG-001 (35 mm equivalent focal length by the diagonal)
 */
export function sensorWidth(facts: SensorFacts): {
  sensorWidthMm?: number
  sensorWidthSource?: SensorWidthSource
} {
  const { originalWidth, originalHeight } = facts
  if (originalWidth === undefined || originalHeight === undefined) return {}
  const zoom = Math.max(1, facts.digitalZoom ?? 1)
  const longPx = Math.max(originalWidth, originalHeight)
  const known = SENSORS.get(facts.model?.trim() ?? '')
  if (known) {
    // Narrower pictures are cut from the middle; those with more pixels have smaller ones on the same sensor.
    const sensorWidthMm = (known.widthMm * Math.min(1, longPx / known.widthPx)) / zoom
    return { sensorWidthMm, sensorWidthSource: 'model-table' }
  }
  const unitMm = UNIT_MM[facts.focalPlaneResolutionUnit ?? 2]
  if (facts.focalPlaneXResolution !== undefined && facts.focalPlaneXResolution > 0 && unitMm !== undefined) {
    const sensorWidthMm = ((longPx / facts.focalPlaneXResolution) * unitMm) / zoom
    // Some cameras write pixels an inch of paper here.
    if (sensorWidthMm > 1 && sensorWidthMm < 100) return { sensorWidthMm, sensorWidthSource: 'focal-plane-resolution' }
  }
  if (facts.focalLengthMm !== undefined && facts.focalLength35Mm !== undefined) {
    const diagonalMm = (FILM_DIAGONAL_MM * facts.focalLengthMm) / facts.focalLength35Mm
    const sensorWidthMm = (diagonalMm * longPx) / Math.hypot(originalWidth, originalHeight)
    return { sensorWidthMm, sensorWidthSource: 'focal-length-35mm' }
  }
  return {}
}
