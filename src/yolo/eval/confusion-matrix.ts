import type { DetectionImage, GroundTruthImage } from './detections.ts'
import { boxIou } from './detections.ts'

/**
 * Which class was taken for which.
 *
 * `counts[t][p]` is how often a true box of class t was reported as p; index K stands for background:
 * `counts[t][K]` boxes missed, `counts[K][p]` reports of nothing. Each true box and each report is used once, best IoU first.
 */
export interface ConfusionMatrix {
  readonly confidence: number
  readonly iou: number
  readonly counts: readonly (readonly number[])[]
}

/** @param options.confidence reports below it are left out @default 0.25; `iou` least overlap of a pair @default 0.5 */
export function confusionMatrix(
  truth: readonly GroundTruthImage[],
  detections: readonly DetectionImage[],
  classCount: number,
  options: { readonly confidence?: number; readonly iou?: number } = {},
): ConfusionMatrix {
  const { confidence = 0.25, iou: least = 0.5 } = options
  const counts = Array.from({ length: classCount + 1 }, () => Array.from({ length: classCount + 1 }, () => 0))
  const add = (real: number, reported: number): void => {
    counts[real]![reported]! += 1
  }
  const reports = new Map(detections.map((image) => [image.id, image.detections]))
  for (const image of truth) {
    const kept = (reports.get(image.id) ?? []).filter((detection) => detection.confidence >= confidence)
    const pairs: { g: number; d: number; iou: number }[] = []
    for (let g = 0; g < image.classes.length; g++) {
      const [x1, y1, x2, y2] = image.boxesXyxyPx.subarray(g * 4, g * 4 + 4)
      for (const [d, { box }] of kept.entries()) {
        const iou = boxIou([x1!, y1!, x2!, y2!], box)
        if (iou >= least) pairs.push({ g, d, iou })
      }
    }
    pairs.sort((a, b) => b.iou - a.iou || a.g - b.g || a.d - b.d)
    const usedTruths = new Set<number>()
    const usedReports = new Set<number>()
    for (const { g, d } of pairs) {
      if (usedTruths.has(g) || usedReports.has(d)) continue
      usedTruths.add(g)
      usedReports.add(d)
      add(image.classes[g]!, kept[d]!.classId)
    }
    for (let g = 0; g < image.classes.length; g++) if (!usedTruths.has(g)) add(image.classes[g]!, classCount)
    for (const [d, { classId }] of kept.entries()) if (!usedReports.has(d)) add(classCount, classId)
  }
  return { confidence, iou: least, counts }
}
