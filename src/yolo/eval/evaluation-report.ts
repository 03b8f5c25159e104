import type { Json } from '../../core/json.ts'
import { escapeXml } from '../../core/escape-xml.ts'
import { bandName } from './altitude-bands.ts'
import { drawBoxes, type DrawnBox } from './draw-boxes.ts'
import type { DetectorEvaluation, EvaluatedImage } from './evaluate-detector.ts'

/**
 * The evaluation as `evaluation.json`: every number as `{"value": n}`, so that a pipeline's condition finds it at
 * `detection_metrics.map50.value`. Numbers that the set cannot give (no box of that kind) are left out.
 */
export function evaluationJson(evaluation: DetectorEvaluation, details: Record<string, Json>): Record<string, Json> {
  const { metrics, classNames } = evaluation
  const { operatingPoint: point } = metrics
  const numbers: Record<string, number> = {
    map50: metrics.map50,
    map50_95: metrics.map50_95,
    map75: metrics.map75,
    map_small: metrics.mapSmall,
    map_medium: metrics.mapMedium,
    map_large: metrics.mapLarge,
    ar1: metrics.ar1,
    ar10: metrics.ar10,
    ar100: metrics.ar100,
    precision: point.precision,
    recall: point.recall,
    f1: point.f1,
    best_confidence: point.confidence,
  }
  const perClass = metrics.perClass
    .filter(({ boxes }) => boxes > 0)
    .map(({ classId, ap50, ap50_95, boxes, operatingPoint: { precision, recall, f1 } }) => [
      classNames[classId]!,
      { ap50, ap50_95, boxes, precision, recall, f1 },
    ])
  return {
    detection_metrics: {
      ...Object.fromEntries(
        Object.entries(numbers)
          .filter(([, value]) => value >= 0)
          .map(([name, value]) => [name, { value }]),
      ),
      per_class: Object.fromEntries(perClass) as Json,
      by_size: bySize(evaluation),
      ...byAltitude(evaluation),
      confusion_matrix: {
        labels: [...classNames, 'background'],
        confidence: evaluation.confusion.confidence,
        iou: evaluation.confusion.iou,
        counts: evaluation.confusion.counts.map((row) => [...row]),
      },
    },
    images: evaluation.images.length,
    boxes: metrics.perClass.reduce((sum, { boxes }) => sum + boxes, 0),
    classes_unknown_to_model: [...evaluation.unknownToModel],
    ...details,
  }
}

/** Sizes that the set has boxes of, by name; the last has no upper side. */
function bySize({ sizes }: DetectorEvaluation): Json {
  const entries = sizes
    .filter(({ boxes }) => boxes > 0)
    .map(({ name, sidePx: [from, to], boxes, ap50, ap50_95 }) => [
      name.replace(' ', '_'),
      { side_px: [from, Number.isFinite(to) ? to : null], boxes, ap50, ap50_95 },
    ])
  return Object.fromEntries(entries) as Json
}

/** Nothing at all when no image's altitude is known; bands without boxes have no average precision. */
function byAltitude({ altitudes: { bands, unknown } }: DetectorEvaluation): Record<string, Json> {
  if (bands.length === 0) return {}
  const finite = (metres: number): number | null => (Number.isFinite(metres) ? metres : null)
  return {
    by_altitude: bands.map(({ fromM, toM, images, boxes, map50, map50_95 }) => ({
      altitude_m: [finite(fromM), finite(toM)],
      images,
      boxes,
      ...(boxes > 0 && { map50, map50_95 }),
    })),
    images_without_altitude: unknown,
  }
}

/** One line of `detections.jsonl`: what the model reports for one image. */
export function detectionsLine(image: EvaluatedImage, classNames: readonly string[], confidence: number): string {
  const predictions = image.detections
    .filter((detection) => detection.confidence >= confidence)
    .map(({ classId, confidence: score, box }) => ({ class: classNames[classId]!, confidence: score, box }))
  return JSON.stringify({ image: image.name, width: image.width, height: image.height, predictions })
}

const SHEET_IMAGES = 12

/** Of the plots, those that the page shows; the others are files beside it. */
const PAGE_PLOTS = ['pr-curve.png', 'f1-confidence.png', 'confusion-matrix-normalised.png']

/**
 * A self-contained page: the numbers, curves, and some images with true boxes (dashed white) and reported ones (coloured).
 *
 * @param plots PNG files by name, as `detectionPlots` draws them
 */
export async function evaluationPage(
  evaluation: DetectorEvaluation,
  title: string,
  plots: ReadonlyMap<string, Buffer>,
): Promise<string> {
  const { metrics, classNames, images } = evaluation
  const shown = spread(images, SHEET_IMAGES)
  const figures: string[] = []
  for (const image of shown) {
    const jpeg = await drawBoxes(image, boxesOf(image, classNames, metrics.operatingPoint.confidence), 960)
    figures.push(
      `<figure><img alt="" src="data:image/jpeg;base64,${jpeg.toString('base64')}"><figcaption>${escapeXml(image.name)}, ${image.truth.classes.length} true boxes</figcaption></figure>`,
    )
  }
  const curves = PAGE_PLOTS.flatMap((name) => {
    const png = plots.get(name)?.toString('base64')
    return png === undefined ? [] : [`<figure><img alt="${name}" src="data:image/png;base64,${png}"></figure>`]
  })
  const percent = (value: number): string => (value < 0 ? '–' : (value * 100).toFixed(1))
  const rows = metrics.perClass
    .filter(({ boxes }) => boxes > 0)
    .map(
      ({ classId, ap50, ap50_95, boxes, operatingPoint }) =>
        `<tr><th>${escapeXml(classNames[classId]!)}</th><td>${boxes}</td><td>${percent(ap50)}</td><td>${percent(ap50_95)}</td><td>${percent(operatingPoint.precision)}</td><td>${percent(operatingPoint.recall)}</td></tr>`,
    )
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escapeXml(title)}</title>
<style>body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:1400px;padding:0 1rem;color:#1b2530}table{border-collapse:collapse}td,th{padding:.25rem .9rem;text-align:right;border-bottom:1px solid #dde3ea}th:first-child{text-align:left}main{margin-top:1.5rem;display:grid;grid-template-columns:repeat(auto-fill,minmax(440px,1fr));gap:1rem}figure{margin:0}img{width:100%}figcaption{color:#5a6774;font-size:13px}</style>
<h1>${escapeXml(title)}</h1>
<p>mAP50 <b>${percent(metrics.map50)}</b>, mAP50-95 <b>${percent(metrics.map50_95)}</b> on ${images.length} images.
Boxes are shown from confidence ${metrics.operatingPoint.confidence.toFixed(2)}, where F1 is best
(precision ${percent(metrics.operatingPoint.precision)}, recall ${percent(metrics.operatingPoint.recall)}). Dashed white: true boxes.</p>
<table><tr><th>class</th><th>boxes</th><th>AP50</th><th>AP50-95</th><th>precision</th><th>recall</th></tr>${rows.join('')}</table>
${slices(evaluation, percent)}
<main>${curves.join('\n')}</main>
<main>${figures.join('\n')}</main></html>\n`
}

/** Tables of the scores by size and, where it is known, by altitude. */
function slices({ sizes, altitudes }: DetectorEvaluation, percent: (value: number) => string): string {
  const sizeRows = sizes
    .filter(({ boxes }) => boxes > 0)
    .map(({ name, sidePx: [from, to], boxes, ap50, ap50_95 }) => {
      const range = Number.isFinite(to) ? `${from} to ${to} px` : `${from} px and more`
      return `<tr><th>${name}, ${range}</th><td>${boxes}</td><td>${percent(ap50)}</td><td>${percent(ap50_95)}</td></tr>`
    })
  const bandRows = altitudes.bands.map(
    (band) =>
      `<tr><th>${bandName(band)}</th><td>${band.images}</td><td>${band.boxes}</td><td>${percent(band.map50)}</td><td>${percent(band.map50_95)}</td></tr>`,
  )
  const missing = altitudes.unknown > 0 ? `<p>Images without a known altitude: ${altitudes.unknown}.</p>` : ''
  const byBand =
    bandRows.length === 0
      ? ''
      : `<h2>By altitude</h2><table><tr><th>above take-off</th><th>images</th><th>boxes</th><th>mAP50</th><th>mAP50-95</th></tr>${bandRows.join('')}</table>${missing}`
  return `<h2>By size</h2><table><tr><th>side of the box</th><th>boxes</th><th>AP50</th><th>AP50-95</th></tr>${sizeRows.join('')}</table>${byBand}`
}

const COLOURS = ['#ffb000', '#00c2ff', '#ff5c8a', '#7dff6b', '#c78bff', '#ff8a3d']

function boxesOf(image: EvaluatedImage, classNames: readonly string[], confidence: number): DrawnBox[] {
  const { boxesXyxyPx, classes } = image.truth
  const truth = Array.from(classes, (_, m): DrawnBox => {
    const [x1, y1, x2, y2] = boxesXyxyPx.subarray(m * 4, m * 4 + 4)
    return { box: [x1!, y1!, x2!, y2!], colour: '#ffffff', dashed: true }
  })
  const reported = image.detections
    .filter((detection) => detection.confidence >= confidence)
    .map(({ box, classId, confidence: score }): DrawnBox => ({
      box,
      colour: COLOURS[classId % COLOURS.length]!,
      label: `${classNames[classId]} ${score.toFixed(2)}`,
    }))
  return [...truth, ...reported]
}

/** At most `count` items, evenly taken over the list. */
function spread<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items]
  return Array.from({ length: count }, (_, i) => items[Math.floor((i * items.length) / count)]!)
}
