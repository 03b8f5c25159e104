import { RECALL_POINTS } from '../eval/average-precision.ts'
import { CONFIDENCES, type ClassCurves, f1Curve, meanCurve } from '../eval/confidence-curves.ts'
import { type DirectLabel, directLabels } from './direct-labels.ts'
import { CATEGORY_COLOURS, CONTEXT, INK, MUTED } from './palette.ts'
import { panel } from './panel.ts'
import { element, type Picture, polyline } from './svg.ts'
import { textPath } from './text-path.ts'

interface CurveKind {
  readonly title: string
  readonly xLabel: string
  readonly yLabel: string
  readonly xs: readonly number[]
  readonly of: (curves: ClassCurves) => Float64Array
  /** What ranks a class and stands behind its name, and what that number is. */
  readonly score: (curves: ClassCurves) => number
  readonly scoreName: string
  /** Whether the highest point of the mean is marked. */
  readonly marksPeak?: boolean
}

const highest = (values: Float64Array): number => values.reduce((best, value) => Math.max(best, value), 0)

/** File name without extension, and what is drawn in it. */
export const DETECTION_CURVES: Readonly<Record<string, CurveKind>> = {
  'pr-curve': {
    title: 'Precision by recall, IoU 0.5',
    xLabel: 'recall',
    yLabel: 'precision',
    xs: RECALL_POINTS,
    of: (curves) => curves.precisionAtRecall,
    score: (curves) => curves.ap50,
    scoreName: 'average precision',
  },
  'f1-confidence': {
    title: 'F1 by confidence, IoU 0.5',
    xLabel: 'confidence',
    yLabel: 'F1',
    xs: CONFIDENCES,
    of: f1Curve,
    score: (curves) => highest(f1Curve(curves)),
    scoreName: 'best F1',
    marksPeak: true,
  },
  'precision-confidence': {
    title: 'Precision by confidence, IoU 0.5',
    xLabel: 'confidence',
    yLabel: 'precision',
    xs: CONFIDENCES,
    of: (curves) => curves.precision,
    score: (curves) => curves.ap50,
    scoreName: 'average precision',
  },
  'recall-confidence': {
    title: 'Recall by confidence, IoU 0.5',
    xLabel: 'confidence',
    yLabel: 'recall',
    xs: CONFIDENCES,
    of: (curves) => curves.recall,
    score: (curves) => curves.recall[0]!,
    scoreName: 'recall of everything reported',
  },
}

const AREA = { left: 90, top: 70, width: 800, height: 640 }
const [WIDTH, HEIGHT] = [1200, 790]

/** Beyond so many classes only the three best and three worst have colour and name; the others are context. */
const NAMED_CLASSES = CATEGORY_COLOURS.length

/** One line a class, and their mean in ink. */
export function detectionCurves(
  kind: CurveKind,
  curves: readonly ClassCurves[],
  classNames: readonly string[],
): Picture {
  const axis = { low: 0, high: 1 }
  const plot = panel({
    ...AREA,
    title: kind.title,
    x: { ...axis, label: kind.xLabel },
    y: { ...axis, label: kind.yLabel },
  })
  const sorted = curves.map((entry) => ({ entry, score: kind.score(entry) })).sort((a, b) => b.score - a.score)
  const isNamed = (rank: number): boolean => sorted.length <= NAMED_CLASSES || rank < 3 || rank >= sorted.length - 3
  const draw = (values: Float64Array, stroke: string, width: number): string =>
    polyline(
      kind.xs.map((x, i): [number, number] => [plot.x(x), plot.y(values[i]!)]),
      { stroke, 'stroke-width': width },
    )
  const context = sorted.filter((_, rank) => !isNamed(rank)).map(({ entry }) => draw(kind.of(entry), CONTEXT, 1))
  const named = sorted.filter((_, rank) => isNamed(rank))
  const lines = named.map(({ entry }, i) => draw(kind.of(entry), CATEGORY_COLOURS[i]!, 2))
  const legend: DirectLabel[] = named.map(({ entry, score }, i) => ({
    text: `${classNames[entry.classId] ?? `class ${entry.classId}`} ${score.toFixed(3)}`,
    y: AREA.top + 60 + i * 30,
    colour: CATEGORY_COLOURS[i]!,
  }))
  const mean = meanCurve(curves.map(kind.of))
  const meanScore = sorted.reduce((sum, { score }) => sum + score, 0) / sorted.length
  const peak = kind.marksPeak ? mean.indexOf(highest(mean)) : -1
  const meanText = peak < 0 ? `all classes ${meanScore.toFixed(3)}` : `all classes ${mean[peak]!.toFixed(3)}`
  const right = AREA.left + AREA.width + 24
  const rest = sorted.length - named.length
  const more =
    rest === 0
      ? ''
      : textPath(right, AREA.top + 80 + named.length * 30, `grey: ${rest} more`, { size: 15, fill: MUTED })
  const legendArea = { x: right, top: AREA.top + 10, bottom: AREA.top + AREA.height, width: WIDTH - right - 12 }
  const content = [
    plot.frame,
    ...context,
    ...lines,
    draw(mean, INK, 3.6),
    directLabels([{ text: meanText, y: AREA.top + 24, colour: INK, bold: true }, ...legend], legendArea, 16),
    textPath(right, AREA.top - 16, kind.scoreName, { size: 15, fill: MUTED }),
    more,
    peak < 0 ? '' : peakMark(plot.x(kind.xs[peak]!), plot.y(mean[peak]!), kind.xs[peak]!),
  ]
  return { width: WIDTH, height: HEIGHT, content: content.join('') }
}

function peakMark(x: number, y: number, confidence: number): string {
  const ring = element('circle', { cx: x, cy: y, r: 7, fill: '#ffffff', stroke: INK, 'stroke-width': 2.4 })
  const text = `best at ${confidence.toFixed(2)}`
  return ring + textPath(x, y - 16, text, { size: 16, anchor: 'middle', bold: true, halo: '#ffffff' })
}
