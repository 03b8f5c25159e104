import type { LabelIssue, LabelIssueKind, LabelOutcome } from './label-issue.ts'

/** A box of a known class, corners as fractions of the frame, within [0, 1], with area. */
export interface LabelledBox {
  readonly classId: number
  readonly boxXyxyNorm: readonly [number, number, number, number]
}

export interface YoloLabels {
  /** Lines that hold something. */
  readonly lines: number
  readonly boxes: readonly LabelledBox[]
  readonly issues: readonly LabelIssue[]
}

export interface YoloLabelContext {
  /** Name of the label file in issues. */
  readonly file: string
  readonly classCount: number
  /** Size of the image in pixels, to tell tiny boxes; without it they are not looked for. */
  readonly imageSizePx?: readonly [number, number]
}

/** Box sides beyond the frame by less than this are rounding, cut without a word. */
const ROUNDING = 1e-4

/**
 * Reads YOLO label text: `class cx cy w h` a line, fractions of the frame.
 *
 * Takes CRLF, a byte-order mark, a trailing confidence and polygons. Each line ends as a box or as an issue that says
 * `dropped`: `lines = boxes.length + dropped issues`.
 */
export function parseYoloLabels(text: string, context: YoloLabelContext): YoloLabels {
  const boxes: LabelledBox[] = []
  const issues: LabelIssue[] = []
  const seen = new Set<string>()
  let lines = 0
  text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\r|\n/)
    .forEach((raw, index) => {
      const line = raw.trim()
      if (line === '') return
      lines++
      const report = (kind: LabelIssueKind, outcome: LabelOutcome): void => {
        issues.push({ kind, outcome, file: context.file, line: index + 1, text: line.slice(0, 120) })
      }
      const box = parseLine(line, context, report)
      if (!box) return
      const key = `${box.classId} ${box.boxXyxyNorm.map((side) => side.toFixed(5)).join(' ')}`
      if (seen.has(key)) {
        report('duplicate', 'dropped')
        return
      }
      seen.add(key)
      boxes.push(box)
    })
  return { lines, boxes, issues }
}

type Report = (kind: LabelIssueKind, outcome: LabelOutcome) => void

function parseLine(line: string, context: YoloLabelContext, report: Report): LabelledBox | undefined {
  const words = line.split(/[\s,]+/)
  const numbers = words.map(toNumber)
  if (numbers.some((value) => value === undefined)) {
    report('malformed', 'dropped')
    return undefined
  }
  const [classId, ...rest] = numbers as number[]
  if (
    classId === undefined ||
    !(rest.length === 4 || rest.length === 5 || (rest.length >= 6 && rest.length % 2 === 0))
  ) {
    report('malformed', 'dropped')
    return undefined
  }
  if (![classId, ...rest].every(Number.isFinite)) {
    report('not-finite', 'dropped')
    return undefined
  }
  if (!Number.isInteger(classId) || classId < 0 || classId >= context.classCount) {
    report('unknown-class', 'dropped')
    return undefined
  }
  if (rest.length >= 6) report('polygon', 'changed')
  else if (rest.length === 5) report('confidence', 'kept')
  const [x1, y1, x2, y2] = rest.length >= 6 ? boundsOf(rest) : cornersOf(rest)
  if (!(x2 > x1 && y2 > y1)) {
    report('no-area', 'dropped')
    return undefined
  }
  if (x2 <= 0 || y2 <= 0 || x1 >= 1 || y1 >= 1) {
    report('outside', 'dropped')
    return undefined
  }
  const clipped = [clamp(x1), clamp(y1), clamp(x2), clamp(y2)] as const
  if (x1 < -ROUNDING || y1 < -ROUNDING || x2 > 1 + ROUNDING || y2 > 1 + ROUNDING) report('clipped', 'changed')
  if (!(clipped[2] > clipped[0] && clipped[3] > clipped[1])) {
    report('no-area', 'dropped')
    return undefined
  }
  suspect(clipped, context, report)
  return { classId, boxXyxyNorm: clipped }
}

/** A number as label tools write it; the words NaN and inf are numbers that are then refused by name. */
function toNumber(word: string): number | undefined {
  if (/^[+-]?(nan|inf|infinity)$/i.test(word)) return Number.NaN
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(word) ? Number(word) : undefined
}

function cornersOf([cx, cy, w, h]: readonly number[]): [number, number, number, number] {
  return [cx! - w! / 2, cy! - h! / 2, cx! + w! / 2, cy! + h! / 2]
}

function boundsOf(points: readonly number[]): [number, number, number, number] {
  const xs = points.filter((_, i) => i % 2 === 0)
  const ys = points.filter((_, i) => i % 2 === 1)
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)]
}

function clamp(value: number): number {
  return value < 0 ? 0 : value > 1 ? 1 : value
}

function suspect(box: readonly [number, number, number, number], context: YoloLabelContext, report: Report): void {
  const [w, h] = [box[2] - box[0], box[3] - box[1]]
  const size = context.imageSizePx
  if (size && (w * size[0] < 2 || h * size[1] < 2)) report('tiny', 'kept')
  if (w * h > 0.9) report('huge', 'kept')
}

/** YOLO label text of boxes, six decimals, one line each; empty for an image without objects. */
export function formatYoloLabels(boxes: readonly LabelledBox[]): string {
  return boxes
    .map(({ classId, boxXyxyNorm: [x1, y1, x2, y2] }) => {
      const numbers = [(x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1]
      return `${classId} ${numbers.map((n) => n.toFixed(6)).join(' ')}\n`
    })
    .join('')
}
