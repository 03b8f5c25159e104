import { confidenceCurves } from '../eval/confidence-curves.ts'
import type { ConfusionMatrix } from '../eval/confusion-matrix.ts'
import type { DetectionImage, GroundTruthImage } from '../eval/detections.ts'
import { confusionPlot } from './confusion-plot.ts'
import { DETECTION_CURVES, detectionCurves } from './detection-curves.ts'
import { renderPng } from './svg.ts'

/**
 * Curves and confusion matrices of detections on a labelled set.
 *
 * @returns PNG files by name; none when the set has no box
 */
export async function detectionPlots(
  truth: readonly GroundTruthImage[],
  found: readonly DetectionImage[],
  confusion: ConfusionMatrix,
  classNames: readonly string[],
): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>()
  const curves = confidenceCurves(truth, found, classNames.length)
  if (curves.length === 0) return files
  for (const [name, kind] of Object.entries(DETECTION_CURVES)) {
    files.set(`${name}.png`, await renderPng(detectionCurves(kind, curves, classNames)))
  }
  files.set('confusion-matrix.png', await renderPng(confusionPlot(confusion, classNames, false)))
  files.set('confusion-matrix-normalised.png', await renderPng(confusionPlot(confusion, classNames, true)))
  return files
}
