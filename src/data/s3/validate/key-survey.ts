import type { Entry } from '../entry.ts'
import { unsafeKey } from '../local-path.ts'
import { kindOfName } from './file-kind.ts'
import type { FindingList } from './finding.ts'

/**
 * What the names alone say. It keeps two short texts for each image and one for each label, and nothing else grows with
 * the number of objects.
 */
export interface KeySurvey {
  readonly add: (entry: Entry) => void
  /** After the last entry: reports what only the whole shows. */
  readonly close: () => void
  readonly isLabel: (key: string) => boolean
  readonly totals: { images: number; labels: number; others: number; sizeBytes: number }
}

export function surveyKeys(findings: FindingList): KeySurvey {
  /** Key of the label file to the image that it belongs to. */
  const imageOfLabel = new Map<string, string>()
  const labels = new Set<string>()
  /** File name to the first key that has it. */
  const names = new Map<string, string>()
  const folded = new Map<string, string>()
  const totals = { images: 0, labels: 0, others: 0, sizeBytes: 0 }

  const addImage = (key: string): void => {
    totals.images++
    const label = labelKeyOf(key)
    const other = imageOfLabel.get(label)
    if (other === undefined) imageOfLabel.set(label, key)
    else findings.add('shared-label', key, `${label} would also be that of ${other}`)
    const name = key.slice(key.lastIndexOf('/') + 1)
    const same = names.get(name)
    if (same === undefined) names.set(name, key)
    else findings.add('duplicate-name', key, `as ${same}`)
  }
  return {
    totals,
    isLabel: isLabelKey,
    add({ key, sizeBytes }) {
      totals.sizeBytes += sizeBytes
      const why = unsafeKey(key)
      if (why !== undefined) findings.add('unsafe-key', key, why)
      const lower = key.toLowerCase()
      const twin = folded.get(lower)
      if (twin === undefined) folded.set(lower, key === lower ? '' : key)
      else findings.add('name-collision', key, `as ${twin === '' ? lower : twin}`)
      if (kindOfName(key) !== undefined) {
        addImage(key)
        if (sizeBytes === 0) findings.add('zero-bytes', key, 'an image')
      } else if (isLabelKey(key)) {
        totals.labels++
        labels.add(key)
      } else {
        totals.others++
        if (sizeBytes === 0) findings.add('zero-bytes', key, 'a file')
      }
    },
    close() {
      // A set without a single label file is imagery that nobody has labelled yet, or is labelled in another format.
      if (labels.size === 0) return
      for (const [label, image] of imageOfLabel) if (!labels.has(label)) findings.add('missing-label', image, label)
      for (const label of labels) if (!imageOfLabel.has(label)) findings.add('orphan-label', label, 'no image')
    },
  }
}

/** Texts beside images that are no labels. */
const NO_LABELS = /^(classes|readme|license|requirements|train|val|test|obj)\b.*\.txt$/i

/** A `.txt` in a folder `labels`, or anywhere else one that has no name of another use. */
function isLabelKey(key: string): boolean {
  if (!key.toLowerCase().endsWith('.txt')) return false
  const parts = key.split('/')
  return !NO_LABELS.test(parts.at(-1) ?? '')
}

/** `train/images/a.jpg` has its label in `train/labels/a.txt`; without a folder `images` it lies beside. */
function labelKeyOf(imageKey: string): string {
  const parts = imageKey.replace(/\.[^./]+$/, '.txt').split('/')
  const images = parts.lastIndexOf('images')
  if (images >= 0) parts[images] = 'labels'
  return parts.join('/')
}
