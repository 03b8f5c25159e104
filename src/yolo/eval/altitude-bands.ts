import { SkyloopError } from '../../core/errors.ts'
import { evaluateDetections } from './coco-ap.ts'
import type { DetectionImage, GroundTruthImage } from './detections.ts'

/** How a detector does on images taken from one range of heights. */
export interface AltitudeScore {
  /** Metres above take-off, the lower end belonging to the band. */
  readonly fromM: number
  readonly toM: number
  readonly images: number
  readonly boxes: number
  /** -1 when the band's images have no box. */
  readonly map50: number
  readonly map50_95: number
}

export interface AltitudeEvaluation {
  /** Bands that have images, lowest first. */
  readonly bands: readonly AltitudeScore[]
  /** Images whose altitude is not known; they are in no band. */
  readonly unknown: number
}

/** Edges between bands in metres; 120 m is where the open category of drone flights ends. @source EU 2019/947, UAS.OPEN.010 */
const ALTITUDE_EDGES_M: readonly number[] = [30, 60, 90, 120]

/**
 * COCO metrics by the altitude that images were taken from.
 *
 * @param altitudesM by image id; an image that is not there, or whose number is not finite, is counted as unknown
 * @param edgesM where one band ends and the next begins, ascending; below the first and above the last are bands too
 * @throws SkyloopError `yolo.eval.altitude-bands` when the edges do not ascend
 */
export function evaluateAltitudes(
  groundTruth: readonly GroundTruthImage[],
  detections: readonly DetectionImage[],
  classCount: number,
  altitudesM: ReadonlyMap<string, number>,
  edgesM: readonly number[] = ALTITUDE_EDGES_M,
): AltitudeEvaluation {
  if (edgesM.some((edge, i) => !Number.isFinite(edge) || (i > 0 && edge <= edgesM[i - 1]!))) {
    throw new SkyloopError({
      code: 'yolo.eval.altitude-bands',
      message: `altitude bands ${edgesM.join(', ')} do not ascend`,
      hint: 'give the metres at which one band ends and the next begins, such as 30,60,90,120',
    })
  }
  const bandOf = (id: string): number => {
    const altitude = altitudesM.get(id)
    if (altitude === undefined || !Number.isFinite(altitude)) return -1
    return edgesM.filter((edge) => altitude >= edge).length
  }
  const bands = Array.from({ length: edgesM.length + 1 }, (_, band): AltitudeScore => {
    const truth = groundTruth.filter(({ id }) => bandOf(id) === band)
    const found = detections.filter(({ id }) => bandOf(id) === band)
    const { map50, map50_95 } = evaluateDetections(truth, found, classCount)
    return {
      fromM: band === 0 ? -Infinity : edgesM[band - 1]!,
      toM: edgesM[band] ?? Infinity,
      images: truth.length,
      boxes: truth.reduce((sum, { classes }) => sum + classes.length, 0),
      map50,
      map50_95,
    }
  })
  return {
    bands: bands.filter(({ images }) => images > 0),
    unknown: groundTruth.filter(({ id }) => bandOf(id) < 0).length,
  }
}

/** `under 30 m`, `30 to 60 m`, `120 m and more`. */
export function bandName({ fromM, toM }: Pick<AltitudeScore, 'fromM' | 'toM'>): string {
  if (fromM === -Infinity) return toM === Infinity ? 'any altitude' : `under ${toM} m`
  return toM === Infinity ? `${fromM} m and more` : `${fromM} to ${toM} m`
}
