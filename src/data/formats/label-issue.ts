/** What can be wrong with one label line, annotation or file, and what became of the box. */
export const LABEL_ISSUES = {
  'missing-file': 'the image has no label file',
  malformed: 'the line is not "class cx cy w h"',
  'malformed-box': 'the record is not a box of this format',
  'not-finite': 'a number is NaN or infinite',
  'unknown-class': 'the class number is not in the class list',
  outside: 'the box lies wholly outside the frame',
  'no-area': 'the box has no width or height',
  clipped: 'the box reached beyond the frame and was cut at its edge',
  duplicate: 'the same class and box stand twice',
  polygon: 'a polygon was replaced by its bounding box',
  shape: 'a shape that is no box was replaced by its bounding box',
  'not-a-box': 'a shape or tag that bounds no object was left out',
  rotated: 'a turned box was replaced by the upright box around it',
  confidence: 'a sixth number (a confidence) was ignored',
  tiny: 'the box is under two pixels wide or high',
  huge: 'the box covers more than nine tenths of the frame',
  'whole-frame': 'the box is the whole frame',
  'zero-based': 'a corner at 0, where this format counts pixels from 1, was taken as the edge of the frame',
  'ignored-region': 'a crowd or an ignored region, which the target cannot tell from an object, was left out',
  'several-labels': 'the box has several classes; the first was taken',
  'older-labels': 'the image was annotated more than once; another of its annotations was taken',
  'class-left-out': 'the class was not asked for',
  'class-renamed': 'the class got another name, as asked for',
  'class-unlisted': 'the target has no such class',
  rounded: 'the box was moved to whole pixels, by up to half a pixel a side',
  attributes: 'the target cannot carry what was said of the box',
  'unknown-image': 'the annotation is of an image that is not listed',
  'doubled-id': 'the number of the annotation or image was given before',
  'doubled-image': 'the image was listed before; what was said first stands',
  'missing-image': 'the image file is not there',
  'unreadable-image': 'the image file cannot be decoded',
  'unreadable-labels': 'the label file cannot be read as text of this format',
  'size-unknown': 'the size of the image is neither stated nor known from its file',
  'size-scaled': 'the labels are of another size of the image and were scaled to its file',
  'size-swapped': 'the stated width and height are those of the file, swapped; those of the file were taken',
  'size-conflict': 'the stated size has other proportions than the file',
  turned: 'the labels were of the image before its EXIF orientation; they were turned with it',
  'orientation-unsure':
    'the file is turned or mirrored by EXIF without changing its size; the labels were taken as of the image as shown',
  'not-annotated': 'the image has no annotation, and the file cannot say that it was looked at: it stays unknown',
  'all-lost': 'every box of the image was left out for a fault, so it stays unknown instead of background',
  'not-carried': 'the target cannot list an image without saying what is in it, so it was left out',
  'folder-left-out': 'a folder with images is no part of the layout and was not read',
  'file-left-out': 'a file of another kind lies beside the labels and was not read',
  renamed: 'the image got another name, because two would share one or the name leads elsewhere',
  'long-line': 'the line is longer than the 100000 characters that a labelling job reads',
} as const

export type LabelIssueKind = keyof typeof LABEL_ISSUES

/** `dropped`: the box is gone. `changed`: it was kept in another form. `kept`: it was kept as it is. `none`: it concerns no single box. */
export type LabelOutcome = 'dropped' | 'changed' | 'kept' | 'none'

/** Where a label stands, for a person who wants to look at it. */
export interface LabelPlace {
  /** Label file, relative to the data set. */
  readonly file: string
  /** 1-based; 0 for the whole file, and in formats without lines. */
  readonly line: number
  /** The line or record as it stands, at most 120 characters. */
  readonly text: string
}

export interface LabelIssue extends LabelPlace {
  readonly kind: LabelIssueKind
  readonly outcome: LabelOutcome
}

/** Counts by kind, and the first issues of each kind by name. */
export interface LabelReport {
  /** Lines that hold something, or annotations. */
  readonly lines: number
  /** Boxes that go on; `lines = kept + dropped`. */
  readonly kept: number
  readonly dropped: number
  readonly counts: Readonly<Partial<Record<LabelIssueKind, number>>>
  readonly examples: readonly LabelIssue[]
}

const EXAMPLES_PER_KIND = 20

/** Counts what becomes of every label; every issue is counted, the first twenty of each kind are named. */
export interface LabelLedger {
  /** @param boxes label records found, whatever they hold */
  read(boxes?: number): void
  /** @param boxes those that stand in what is written or goes on */
  keep(boxes: number): void
  issue(kind: LabelIssueKind, outcome: LabelOutcome, place: LabelPlace): void
  report(): LabelReport
}

export function openLedger(): LabelLedger {
  const counts: Partial<Record<LabelIssueKind, number>> = {}
  const examples: LabelIssue[] = []
  let [lines, kept, dropped] = [0, 0, 0]
  return {
    read: (boxes = 1) => void (lines += boxes),
    keep: (boxes) => void (kept += boxes),
    issue: (kind, outcome, { file, line, text }) => {
      const seen = counts[kind] ?? 0
      counts[kind] = seen + 1
      if (outcome === 'dropped') dropped++
      if (seen < EXAMPLES_PER_KIND) examples.push({ kind, outcome, file, line, text: text.slice(0, 120) })
    },
    report: () => ({ lines, kept, dropped, counts: { ...counts }, examples: [...examples] }),
  }
}

/** Sums label files up. */
export function summarizeLabels(
  files: readonly {
    readonly lines: number
    readonly boxes: readonly unknown[]
    readonly issues: readonly LabelIssue[]
  }[],
): LabelReport {
  const ledger = openLedger()
  for (const file of files) {
    ledger.read(file.lines)
    ledger.keep(file.boxes.length)
    for (const issue of file.issues) ledger.issue(issue.kind, issue.outcome, issue)
  }
  return ledger.report()
}

/** `train/labels/a.txt:3: the box lies wholly outside the frame: "0 1.4 …"`. */
export function describeIssue(issue: LabelIssue): string {
  const where = issue.line > 0 ? `${issue.file}:${issue.line}` : issue.file
  return `${where}: ${LABEL_ISSUES[issue.kind]}${issue.text === '' ? '' : `: "${issue.text}"`}`
}
