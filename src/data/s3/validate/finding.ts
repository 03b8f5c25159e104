/** What can be wrong with what lies under a prefix: how bad it is, what it means, what to do. */
export const FINDINGS = {
  'zero-bytes': { severity: 'error', says: 'holds no byte', next: 'copy it again from where it came' },
  'unsafe-key': { severity: 'error', says: 'cannot be a file name', next: 'copy it to another key' },
  'wrong-suffix': { severity: 'error', says: 'is not what its ending says', next: 'rename it to what it is' },
  'corrupt-image': { severity: 'error', says: 'cannot be decoded', next: 'copy it again, or remove it' },
  'shared-label': { severity: 'error', says: 'would share its label file', next: 'rename one of the images' },
  'bad-label': { severity: 'error', says: 'has lines that are lost', next: 'correct the lines named' },
  'unreadable-label': { severity: 'error', says: 'is no label text', next: 'export it again as UTF-8' },
  'missing-label': {
    severity: 'warning',
    says: 'has no label file',
    next: 'label it, or write an empty file if it is known to show nothing',
  },
  'orphan-label': { severity: 'warning', says: 'has no image', next: 'copy its image, or remove it' },
  'doubtful-label': { severity: 'warning', says: 'has lines that are changed or doubtful', next: 'look at them' },
  'duplicate-name': {
    severity: 'warning',
    says: 'has the name of an image of another folder',
    next: 'rename one if folders are ever joined',
  },
  'duplicate-content': { severity: 'warning', says: 'is the same picture as another', next: 'remove one' },
  'name-collision': {
    severity: 'warning',
    says: 'differs from another key only in upper and lower case',
    next: 'rename one: Windows and macOS keep one of them',
  },
  'no-classes': {
    severity: 'warning',
    says: 'has labels but neither classes.txt nor data.yaml',
    next: 'write classes.txt, one class name a line; until then class numbers are not checked',
  },
} as const satisfies Readonly<Record<string, { severity: Severity; says: string; next: string }>>

export type FindingKind = keyof typeof FINDINGS
export type Severity = 'error' | 'warning'

export interface Finding {
  readonly kind: FindingKind
  readonly key: string
  /** What was found there: the other key, the line, the decoder's words. */
  readonly detail: string
}

/** Every finding is counted; so many of each kind are named. */
const NAMED_PER_KIND = 100

/** Collects findings in bounded memory. */
export interface FindingList {
  readonly add: (kind: FindingKind, key: string, detail: string) => void
  readonly counts: () => Readonly<Partial<Record<FindingKind, number>>>
  /** In order of key within a kind. */
  readonly named: () => readonly Finding[]
}

export function openFindings(): FindingList {
  const counts = new Map<FindingKind, number>()
  const named: Finding[] = []
  return {
    add(kind, key, detail) {
      const count = (counts.get(kind) ?? 0) + 1
      counts.set(kind, count)
      if (count <= NAMED_PER_KIND) named.push({ kind, key, detail: detail.slice(0, 300) })
    },
    counts: () => Object.fromEntries(counts),
    named: () => named.toSorted((a, b) => (a.kind === b.kind ? (a.key < b.key ? -1 : 1) : a.kind < b.kind ? -1 : 1)),
  }
}
