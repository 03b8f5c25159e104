import { evaluateDetector } from '../../src/yolo/eval/evaluate-detector.ts'
import { openDetector } from '../../src/yolo/runtime/detector-session.ts'
import type { Dataset } from '../../src/yolo/train/batches/dataset.ts'

/** COCO figures in `[0, 1]`. */
export interface Figures {
  readonly map50: number
  readonly map50_95: number
  /** By class name, AP at IoU .5; classes without a box are absent. */
  readonly ap50: Readonly<Record<string, number>>
}

/** Scores an exported model, whoever trained it, on images that have the network's size. */
export async function evaluateModel(onnxPath: string, dataset: Dataset): Promise<Figures> {
  await using session = await openDetector(onnxPath)
  const { metrics, classNames } = await evaluateDetector(session, dataset, { tiling: null })
  const ap50 = metrics.perClass
    .filter(({ boxes }) => boxes > 0)
    .map((entry) => [classNames[entry.classId]!, entry.ap50] as const)
  return { map50: metrics.map50, map50_95: metrics.map50_95, ap50: Object.fromEntries(ap50) }
}
