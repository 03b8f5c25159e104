import { averagePrecision, RECALL_POINTS } from './average-precision.ts'
import { classTables } from './class-tables.ts'
import type { DetectionImage, GroundTruthImage } from './detections.ts'
import { AREA_RANGES, matchClass } from './matching.ts'

/** Confidences at which curves are sampled: 0, .001 .. 1. */
export const CONFIDENCES: readonly number[] = Array.from({ length: 1001 }, (_, i) => i / 1000)

/** How one class is found at IoU .5, by the confidence from which detections count. */
export interface ClassCurves {
  readonly classId: number
  /** True boxes. */
  readonly boxes: number
  readonly ap50: number
  /** `[1001]` at {@link CONFIDENCES}; 1 where nothing is reported any more. */
  readonly precision: Float64Array
  /** `[1001]` at {@link CONFIDENCES} */
  readonly recall: Float64Array
  /** `[101]` interpolated precision at recalls 0, .01 .. 1, whose mean is `ap50`. */
  readonly precisionAtRecall: Float64Array
}

/**
 * Curves of every class that has a true box.
 *
 * @param classCount K
 * @throws SkyloopError `yolo.eval.input` as `evaluateDetections` does
 */
export function confidenceCurves(
  truth: readonly GroundTruthImage[],
  detections: readonly DetectionImage[],
  classCount: number,
): ClassCurves[] {
  const curves: ClassCurves[] = []
  let classId = 0
  for (const table of classTables(truth, detections, classCount)) {
    const bits = matchClass(table, AREA_RANGES[0])
    if (bits.positives > 0) {
      const precisionAtRecall = new Float64Array(RECALL_POINTS.length)
      const { averagePrecision: ap50 } = averagePrecision(bits, 0, precisionAtRecall)
      curves.push({
        classId,
        boxes: bits.positives,
        ap50,
        precisionAtRecall,
        ...byConfidence(table.scores, bits.matched, bits.ignored, bits.positives),
      })
    }
    classId++
  }
  return curves
}

/** Mean over classes, each counting the same; F1 is taken of each class before. */
export function meanCurve(curves: readonly ArrayLike<number>[]): Float64Array {
  return Float64Array.from(
    { length: curves[0]?.length ?? 0 },
    (_, i) => curves.reduce((sum, curve) => sum + curve[i]!, 0) / curves.length,
  )
}

/** `[1001]` harmonic mean of precision and recall, 0 where both are. */
export function f1Curve({ precision, recall }: Pick<ClassCurves, 'precision' | 'recall'>): Float64Array {
  return precision.map((p, i) => (p + recall[i]! === 0 ? 0 : (2 * p * recall[i]!) / (p + recall[i]!)))
}

function byConfidence(
  scores: Float64Array,
  matched: Uint16Array,
  ignored: Uint16Array,
  positives: number,
): Pick<ClassCurves, 'precision' | 'recall'> {
  const precision = new Float64Array(CONFIDENCES.length)
  const recall = new Float64Array(CONFIDENCES.length)
  let [d, hits, counted] = [0, 0, 0]
  for (let i = CONFIDENCES.length - 1; i >= 0; i--) {
    for (; d < scores.length && scores[d]! >= CONFIDENCES[i]!; d++) {
      if ((ignored[d]! & 1) === 1) continue
      counted++
      hits += matched[d]! & 1
    }
    precision[i] = counted === 0 ? 1 : hits / counted
    recall[i] = hits / positives
  }
  return { precision, recall }
}
