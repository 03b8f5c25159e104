/** What can be wrong with one label line or file, and what became of the box. */
export const LABEL_ISSUES = {
  'missing-file': 'the image has no label file',
  malformed: 'the line is not "class cx cy w h"',
  'not-finite': 'a number is NaN or infinite',
  'unknown-class': 'the class number is not in the class list',
  outside: 'the box lies wholly outside the frame',
  'no-area': 'the box has no width or height',
  clipped: 'the box reached beyond the frame and was cut at its edge',
  duplicate: 'the same class and box stand twice',
  polygon: 'a polygon was replaced by its bounding box',
  confidence: 'a sixth number (a confidence) was ignored',
  tiny: 'the box is under two pixels wide or high',
  huge: 'the box covers more than nine tenths of the frame',
} as const

export type LabelIssueKind = keyof typeof LABEL_ISSUES

/** `dropped`: the box is gone. `changed`: it was kept in another form. `kept`: it was kept as it is. `none`: there was no box. */
export type LabelOutcome = 'dropped' | 'changed' | 'kept' | 'none'

export interface LabelIssue {
  readonly kind: LabelIssueKind
  readonly outcome: LabelOutcome
  /** Label file, relative to the data set. */
  readonly file: string
  /** 1-based; 0 for the whole file. */
  readonly line: number
  /** The line as it stands, at most 120 characters. */
  readonly text: string
}

/** Counts by kind, and the first issues of each kind by name. */
export interface LabelReport {
  /** Lines that hold something. */
  readonly lines: number
  /** Boxes that go on; `lines = kept + dropped`. */
  readonly kept: number
  readonly dropped: number
  readonly counts: Readonly<Partial<Record<LabelIssueKind, number>>>
  readonly examples: readonly LabelIssue[]
}

const EXAMPLES_PER_KIND = 20

/** Sums label files up; every issue is counted, the first twenty of each kind are named. */
export function summarizeLabels(
  files: readonly {
    readonly lines: number
    readonly boxes: readonly unknown[]
    readonly issues: readonly LabelIssue[]
  }[],
): LabelReport {
  const counts: Partial<Record<LabelIssueKind, number>> = {}
  const examples: LabelIssue[] = []
  let [lines, kept, dropped] = [0, 0, 0]
  for (const file of files) {
    lines += file.lines
    kept += file.boxes.length
    for (const issue of file.issues) {
      const seen = counts[issue.kind] ?? 0
      counts[issue.kind] = seen + 1
      if (issue.outcome === 'dropped') dropped++
      if (seen < EXAMPLES_PER_KIND) examples.push(issue)
    }
  }
  return { lines, kept, dropped, counts, examples }
}

/** `train/labels/a.txt:3: the box lies wholly outside the frame: "0 1.4 …"`. */
export function describeIssue(issue: LabelIssue): string {
  const where = issue.line > 0 ? `${issue.file}:${issue.line}` : issue.file
  return `${where}: ${LABEL_ISSUES[issue.kind]}${issue.text === '' ? '' : `: "${issue.text}"`}`
}
