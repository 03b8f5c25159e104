import { averagePrecision } from './average-precision.ts'
import { classTables } from './class-tables.ts'
import type { DetectionImage, GroundTruthImage } from './detections.ts'
import { IOU_THRESHOLDS, matchClass } from './matching.ts'

/** How a detector does on boxes of one size. */
export interface SizeScore {
  readonly name: string
  /** From and to, in pixels of the evaluated image: the side of a square with the box's area. */
  readonly sidePx: readonly [number, number]
  readonly boxes: number
  /** Mean over the classes that have such boxes; -1 when none has. */
  readonly ap50: number
  readonly ap50_95: number
}

/**
 * Finer than COCO's below 32 px, where most objects seen from the air are.
 *
 * @source very tiny, tiny and small: Wang et al. 2021, Tiny Object Detection in Aerial Images (AI-TOD, ICPR 2020), whose
 *   boxes begin at 2 px; medium and large: COCO detection evaluation
 */
const SIZE_GROUPS: readonly Pick<SizeScore, 'name' | 'sidePx'>[] = [
  { name: 'very tiny', sidePx: [0, 8] },
  { name: 'tiny', sidePx: [8, 16] },
  { name: 'small', sidePx: [16, 32] },
  { name: 'medium', sidePx: [32, 96] },
  { name: 'large', sidePx: [96, Infinity] },
]

/**
 * Average precision by size of the true box. As in COCO's own groups, boxes and reports of another size count neither for
 * nor against, and both ends of a group belong to it.
 *
 * @param classCount K
 * @throws SkyloopError `yolo.eval.input` as `evaluateDetections` does
 */
export function evaluateSizes(
  groundTruth: readonly GroundTruthImage[],
  detections: readonly DetectionImage[],
  classCount: number,
): SizeScore[] {
  const tables = [...classTables(groundTruth, detections, classCount)]
  return SIZE_GROUPS.map(({ name, sidePx }) => {
    const area = { low: sidePx[0] ** 2, high: sidePx[1] ** 2 }
    const known = tables.map((table) => matchClass(table, area)).filter(({ positives }) => positives > 0)
    const mean = (values: readonly number[]): number =>
      values.length === 0 ? -1 : values.reduce((sum, value) => sum + value, 0) / values.length
    return {
      name,
      sidePx,
      boxes: known.reduce((sum, { positives }) => sum + positives, 0),
      ap50: mean(known.map((bits) => averagePrecision(bits, 0).averagePrecision)),
      ap50_95: mean(
        known.flatMap((bits) =>
          IOU_THRESHOLDS.map((_, threshold) => averagePrecision(bits, threshold).averagePrecision),
        ),
      ),
    }
  })
}
