import { admitBox, boxKey, type BoxXyxy } from './admit-box.ts'
import type { LabelIssue, LabelIssueKind, LabelOutcome } from './label-issue.ts'

/** A box of a known class, corners as fractions of the frame, within [0, 1], with area. */
export interface LabelledBox {
  readonly classId: number
  readonly boxXyxyNorm: BoxXyxy
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
  for (const { line, number } of labelLines(text)) {
    lines++
    const report: Report = (kind, outcome) => {
      issues.push({ kind, outcome, file: context.file, line: number, text: line.slice(0, 120) })
    }
    const raw = parseYoloLine(line, context.classCount, report)
    const boxXyxyNorm = raw && admitBox(raw.boxXyxyNorm, context.imageSizePx, report)
    if (!raw || !boxXyxyNorm) continue
    const key = boxKey(raw.classId, boxXyxyNorm)
    if (seen.has(key)) report('duplicate', 'dropped')
    else boxes.push({ classId: raw.classId, boxXyxyNorm })
    seen.add(key)
  }
  return { lines, boxes, issues }
}

/** Lines that hold something, without blanks at either end, with their 1-based numbers. */
export function labelLines(text: string): { line: string; number: number }[] {
  return text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\r|\n/)
    .map((line, index) => ({ line: line.trim(), number: index + 1 }))
    .filter(({ line }) => line !== '')
}

type Report = (kind: LabelIssueKind, outcome: LabelOutcome) => void

/**
 * Reads one line as it stands; whether the box can be used is not looked at.
 *
 * @returns undefined when it is no box of a known class, which `report` was told
 */
export function parseYoloLine(line: string, classCount: number, report: Report): LabelledBox | undefined {
  const drop = (kind: LabelIssueKind): undefined => report(kind, 'dropped') as undefined
  const numbers = line.split(/[\s,]+/).map(toNumber)
  if (numbers.some((value) => value === undefined)) return drop('malformed')
  const [classId, ...rest] = numbers as number[]
  const isPolygon = rest.length >= 6 && rest.length % 2 === 0
  if (classId === undefined || !(rest.length === 4 || rest.length === 5 || isPolygon)) return drop('malformed')
  if (![classId, ...rest].every(Number.isFinite)) return drop('not-finite')
  if (!Number.isInteger(classId) || classId < 0 || classId >= classCount) return drop('unknown-class')
  if (isPolygon) report('polygon', 'changed')
  else if (rest.length === 5) report('confidence', 'kept')
  return { classId, boxXyxyNorm: isPolygon ? boundsOf(rest) : cornersOf(rest) }
}

/** A number as label tools write it; the words NaN and inf are numbers that are then refused by name. */
export function toNumber(word: string): number | undefined {
  if (/^[+-]?(nan|inf|infinity)$/i.test(word)) return Number.NaN
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(word) ? Number(word) : undefined
}

function cornersOf([cx, cy, w, h]: readonly number[]): [number, number, number, number] {
  return [cx! - w! / 2, cy! - h! / 2, cx! + w! / 2, cy! + h! / 2]
}

/** @param points x and y in turn, at least one pair */
export function boundsOf(points: readonly number[]): [number, number, number, number] {
  const bounds: [number, number, number, number] = [Infinity, Infinity, -Infinity, -Infinity]
  for (let i = 0; i + 1 < points.length; i += 2) {
    const [x, y] = [points[i]!, points[i + 1]!]
    bounds[0] = Math.min(bounds[0], x)
    bounds[1] = Math.min(bounds[1], y)
    bounds[2] = Math.max(bounds[2], x)
    bounds[3] = Math.max(bounds[3], y)
  }
  return bounds
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
