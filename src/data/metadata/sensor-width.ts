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
 * Sensors by EXIF model: width in mm, and the pixels of the full picture.
 *
 * @source sensor sizes and picture sizes of the makers' data sheets; 1/2.3" is 6.17 mm, 1/2" 6.4 mm, 1" 13.2 mm, 4/3" 17.3 mm wide
 */
const SENSORS: ReadonlyMap<string, { readonly widthMm: number; readonly widthPx: number; readonly heightPx: number }> =
  new Map([
    ['FC220', { widthMm: 6.17, widthPx: 4000, heightPx: 3000 }],
    ['FC300C', { widthMm: 6.17, widthPx: 4000, heightPx: 3000 }],
    ['FC300S', { widthMm: 6.17, widthPx: 4000, heightPx: 3000 }],
    ['FC300X', { widthMm: 6.17, widthPx: 4000, heightPx: 3000 }],
    ['FC330', { widthMm: 6.17, widthPx: 4000, heightPx: 3000 }],
    ['FC350', { widthMm: 6.17, widthPx: 4000, heightPx: 3000 }],
    ['FC2103', { widthMm: 6.17, widthPx: 4056, heightPx: 3040 }],
    ['FC2204', { widthMm: 6.17, widthPx: 4000, heightPx: 3000 }],
    ['FC7203', { widthMm: 6.17, widthPx: 4000, heightPx: 3000 }],
    ['FC7303', { widthMm: 6.17, widthPx: 4000, heightPx: 3000 }],
    ['FC3170', { widthMm: 6.4, widthPx: 4000, heightPx: 3000 }],
    ['FC3411', { widthMm: 13.2, widthPx: 5472, heightPx: 3648 }],
    ['FC6310', { widthMm: 13.2, widthPx: 5472, heightPx: 3648 }],
    ['FC6310S', { widthMm: 13.2, widthPx: 5472, heightPx: 3648 }],
    ['FC6310R', { widthMm: 13.2, widthPx: 5472, heightPx: 3648 }],
    ['L1D-20c', { widthMm: 13.2, widthPx: 5472, heightPx: 3648 }],
    ['L2D-20c', { widthMm: 17.3, widthPx: 5280, heightPx: 3956 }],
    ['M3E', { widthMm: 17.3, widthPx: 5280, heightPx: 3956 }],
    ['FC550', { widthMm: 17.3, widthPx: 4608, heightPx: 3456 }],
    ['FC6520', { widthMm: 17.3, widthPx: 5280, heightPx: 3956 }],
    ['FC6540', { widthMm: 23.5, widthPx: 6016, heightPx: 4008 }],
    ['ZenmuseP1', { widthMm: 35.9, widthPx: 8192, heightPx: 5460 }],
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
  const shortPx = Math.min(originalWidth, originalHeight)
  const known = SENSORS.get(facts.model?.trim() ?? '')
  if (known) {
    // As high as the sensor but narrower: cut by the camera. Smaller in both ways: reduced by software that changed EXIF.
    const share = Math.abs(shortPx / known.heightPx - 1) < 0.01 ? Math.min(1, longPx / known.widthPx) : 1
    return { sensorWidthMm: (known.widthMm * share) / zoom, sensorWidthSource: 'model-table' }
  }
  const byLens = widthByLens(facts, longPx / Math.hypot(longPx, shortPx))
  const byPlane = widthByPlane(facts, longPx)
  // Software that reduces a picture leaves the focal plane's resolution as it was, and some cameras write dots of paper.
  if (byPlane !== undefined && (byLens === undefined || Math.abs(byPlane / byLens - 1) < 0.1)) {
    return { sensorWidthMm: byPlane / zoom, sensorWidthSource: 'focal-plane-resolution' }
  }
  return byLens === undefined ? {} : { sensorWidthMm: byLens, sensorWidthSource: 'focal-length-35mm' }
}

/** By the diagonal that gives the same view; a digital zoom is in the equivalent focal length already. */
function widthByLens({ focalLengthMm, focalLength35Mm }: SensorFacts, widthOfDiagonal: number): number | undefined {
  if (focalLengthMm === undefined || focalLength35Mm === undefined) return undefined
  return (FILM_DIAGONAL_MM * focalLengthMm * widthOfDiagonal) / focalLength35Mm
}

function widthByPlane(facts: SensorFacts, longPx: number): number | undefined {
  const unitMm = UNIT_MM[facts.focalPlaneResolutionUnit ?? 2]
  const resolution = facts.focalPlaneXResolution
  if (unitMm === undefined || resolution === undefined || resolution <= 0) return undefined
  const widthMm = (longPx / resolution) * unitMm
  return widthMm > 1 && widthMm < 100 ? widthMm : undefined
}
