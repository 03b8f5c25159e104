import { averagePrecision, recallAt } from './average-precision.ts'
import { classTables, MAX_DETECTIONS } from './class-tables.ts'
import type { DetectionImage, GroundTruthImage } from './detections.ts'
import { AREA_RANGES, IOU_THRESHOLDS, matchClass } from './matching.ts'
import { bestOperatingPoint, type OperatingPoint, type ScoredVerdicts } from './operating-point.ts'

export type { Detection, DetectionImage, GroundTruthImage } from './detections.ts'

/** The twelve numbers of COCO's detection table, each in `[0, 1]`, or -1 when the set has no box of that kind. */
export interface CocoMetrics {
  readonly map50_95: number
  readonly map50: number
  readonly map75: number
  readonly mapSmall: number
  readonly mapMedium: number
  readonly mapLarge: number
  /** Recall with at most 1, 10 or 100 detections per class and image, mean over IoU .50:.95. */
  readonly ar1: number
  readonly ar10: number
  readonly ar100: number
  readonly arSmall: number
  readonly arMedium: number
  readonly arLarge: number
  /** The single confidence with the best F1 at IoU .5 over all classes. */
  readonly operatingPoint: OperatingPoint
  readonly perClass: readonly ClassMetrics[]
}

export interface ClassMetrics {
  readonly classId: number
  /** -1 when the set has no box of this class; such classes are left out of every mean. */
  readonly ap50: number
  readonly ap50_95: number
  /** True boxes, crowds not counted. */
  readonly boxes: number
  readonly operatingPoint: OperatingPoint
}

/**
 * COCO detection metrics, equal to pycocotools' to 1e-6 when images are given in the order of their ids.
 *
 * @param groundTruth every evaluated image, also those without boxes
 * @param detections at most one entry an image is expected; images without an entry have no detections
 * @param classCount K
 * @throws SkyloopError `yolo.eval.input` for a class outside `[0, K)`, numbers that are not finite, or unknown images
 * @source cocodataset.org/#detection-eval
 */
export function evaluateDetections(
  groundTruth: readonly GroundTruthImage[],
  detections: readonly DetectionImage[],
  classCount: number,
): CocoMetrics {
  const means = Array.from({ length: 12 }, () => new Mean())
  const verdicts: ScoredVerdicts[] = []
  const perClass: ClassMetrics[] = []
  for (const table of classTables(groundTruth, detections, classCount)) {
    const classMean = new Mean()
    let ap50 = -1
    for (const [index, area] of AREA_RANGES.entries()) {
      const bits = matchClass(table, area)
      for (let t = 0; t < IOU_THRESHOLDS.length; t++) {
        const result = averagePrecision(bits, t)
        if (area.name === 'all') {
          classMean.add(result.averagePrecision)
          means[0]!.add(result.averagePrecision)
          if (t === 0) means[1]!.add((ap50 = result.averagePrecision))
          if (t === 5) means[2]!.add(result.averagePrecision)
          means[6]!.add(recallAt(bits, table.ranks, t, 1))
          means[7]!.add(recallAt(bits, table.ranks, t, 10))
          means[8]!.add(recallAt(bits, table.ranks, t, MAX_DETECTIONS))
        } else {
          means[2 + index]!.add(result.averagePrecision)
          means[8 + index]!.add(result.recall)
        }
      }
      if (area.name === 'all') {
        const scored = { scores: table.scores, bits }
        verdicts.push(scored)
        perClass.push({
          classId: perClass.length,
          ap50,
          ap50_95: classMean.value(),
          boxes: bits.positives,
          operatingPoint: bestOperatingPoint([scored]),
        })
      }
    }
  }
  const at = (index: number): number => means[index]!.value()
  return {
    map50_95: at(0),
    map50: at(1),
    map75: at(2),
    mapSmall: at(3),
    mapMedium: at(4),
    mapLarge: at(5),
    ar1: at(6),
    ar10: at(7),
    ar100: at(8),
    arSmall: at(9),
    arMedium: at(10),
    arLarge: at(11),
    operatingPoint: bestOperatingPoint(verdicts),
    perClass,
  }
}

/** Mean of the values that are defined (not -1); -1 when none is. */
class Mean {
  #sum = 0
  #count = 0

  add(value: number): void {
    if (value < 0) return
    this.#sum += value
    this.#count++
  }

  value(): number {
    return this.#count === 0 ? -1 : this.#sum / this.#count
  }
}
