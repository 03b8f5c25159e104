import { matchBoxes, type BoxChanges } from './match-boxes.ts'
import type { DatasetVersion, VersionImage } from './read-version.ts'

export interface SplitShift {
  readonly images: number
  readonly boxes: number
}

/** What an image of both versions underwent; only images that underwent something are listed. */
export interface ImageDiff {
  readonly name: string
  /** The pixels' file is another one. */
  readonly isOtherFile: boolean
  readonly split: { readonly from: string; readonly to: string } | undefined
  /** `added` and `removed`: a label file came or went. */
  readonly labelFile: 'added' | 'removed' | undefined
  readonly boxes: BoxChanges
}

/** What differs between two versions of a data set. */
export interface DatasetDiff {
  readonly versions: { readonly before: string | undefined; readonly after: string | undefined }
  readonly classes: {
    readonly added: readonly string[]
    readonly removed: readonly string[]
    readonly renumbered: readonly string[]
  }
  readonly images: {
    readonly before: number
    readonly after: number
    readonly added: readonly string[]
    readonly removed: readonly string[]
    /** The same file under another name; in neither of the two lists above. */
    readonly renamed: readonly { readonly from: string; readonly to: string }[]
    readonly changed: readonly ImageDiff[]
    readonly unchanged: number
  }
  /** Boxes of images that are in both versions; those of added and removed images are counted by `splits` and `perClass`. */
  readonly boxes: {
    readonly same: number
    readonly added: number
    readonly removed: number
    readonly moved: number
    readonly relabelled: number
  }
  /** `car -> van`: how many boxes. */
  readonly relabelled: Readonly<Record<string, number>>
  /** Boxes of each class in the whole version. */
  readonly perClass: Readonly<Record<string, { readonly before: number; readonly after: number }>>
  readonly splits: Readonly<Record<string, { readonly before: SplitShift; readonly after: SplitShift }>>
}

/** Compares two versions: images by name (or, renamed, by content), boxes by overlap, classes by name. */
export function diffVersions(before: DatasetVersion, after: DatasetVersion): DatasetDiff {
  const gone = [...before.images.values()].filter(({ name }) => !after.images.has(name))
  const come = [...after.images.values()].filter(({ name }) => !before.images.has(name))
  const byContent = new Map(gone.map((image) => [image.sha256, image]))
  const renamed: { from: VersionImage; to: VersionImage }[] = []
  for (const to of come) {
    const from = byContent.get(to.sha256)
    if (!from) continue
    byContent.delete(to.sha256)
    renamed.push({ from, to })
  }
  const both = [
    ...[...before.images.values()].flatMap((from) => {
      const to = after.images.get(from.name)
      return to ? [{ from, to }] : []
    }),
    ...renamed,
  ]
  const diffs = both.map(({ from, to }) => diffImage(from, to))
  const changed = diffs.filter(isChanged)
  const sum = (value: (boxes: BoxChanges) => number): number =>
    diffs.reduce((total, { boxes }) => total + value(boxes), 0)
  const relabelled: Record<string, number> = {}
  for (const { from, to } of diffs.flatMap(({ boxes }) => boxes.relabelled)) {
    const key = `${from.className} -> ${to.className}`
    relabelled[key] = (relabelled[key] ?? 0) + 1
  }
  const movedNames = new Set(renamed.flatMap(({ from, to }) => [from, to]))
  const kept = before.classes.filter((name) => after.classes.includes(name))
  return {
    versions: { before: before.version, after: after.version },
    classes: {
      added: after.classes.filter((name) => !before.classes.includes(name)),
      removed: before.classes.filter((name) => !after.classes.includes(name)),
      renumbered: kept.filter((name) => before.classes.indexOf(name) !== after.classes.indexOf(name)),
    },
    images: {
      before: before.images.size,
      after: after.images.size,
      added: come.filter((image) => !movedNames.has(image)).map(({ path }) => path),
      removed: gone.filter((image) => !movedNames.has(image)).map(({ path }) => path),
      renamed: renamed.map(({ from, to }) => ({ from: from.path, to: to.path })),
      changed,
      unchanged: diffs.length - changed.length,
    },
    boxes: {
      same: sum(({ same }) => same),
      added: sum(({ added }) => added.length),
      removed: sum(({ removed }) => removed.length),
      moved: sum(({ moved }) => moved.length),
      relabelled: sum((boxes) => boxes.relabelled.length),
    },
    relabelled,
    perClass: Object.fromEntries(
      [...new Set([...before.classes, ...after.classes])].map((name) => [
        name,
        { before: boxesOf(before, name), after: boxesOf(after, name) },
      ]),
    ),
    splits: Object.fromEntries(
      [...new Set([...splitsOf(before), ...splitsOf(after)])].map((split) => [
        split === '' ? 'unsplit' : split,
        { before: shiftOf(before, split), after: shiftOf(after, split) },
      ]),
    ),
  }
}

/** Whether the two versions hold the same images, boxes, classes and splits. */
export function isSameVersion({ classes, images }: DatasetDiff): boolean {
  return (
    [classes.added, classes.removed, classes.renumbered].every((list) => list.length === 0) &&
    [images.added, images.removed, images.renamed, images.changed].every((list) => list.length === 0)
  )
}

function diffImage(from: VersionImage, to: VersionImage): ImageDiff {
  return {
    name: to.name,
    isOtherFile: from.sha256 !== to.sha256,
    split: from.split === to.split ? undefined : { from: from.split, to: to.split },
    labelFile: from.boxes && !to.boxes ? 'removed' : !from.boxes && to.boxes ? 'added' : undefined,
    boxes: matchBoxes(from.boxes ?? [], to.boxes ?? []),
  }
}

function isChanged({ isOtherFile, split, labelFile, boxes }: ImageDiff): boolean {
  const { added, removed, moved, relabelled } = boxes
  return (
    isOtherFile ||
    split !== undefined ||
    labelFile !== undefined ||
    added.length + removed.length + moved.length + relabelled.length > 0
  )
}

function boxesOf({ images }: DatasetVersion, className: string): number {
  return [...images.values()].reduce(
    (sum, { boxes = [] }) => sum + boxes.filter((box) => box.className === className).length,
    0,
  )
}

function splitsOf({ images }: DatasetVersion): string[] {
  return [...new Set([...images.values()].map(({ split }) => split))]
}

function shiftOf({ images }: DatasetVersion, split: string): SplitShift {
  const mine = [...images.values()].filter((image) => image.split === split)
  return { images: mine.length, boxes: mine.reduce((sum, { boxes = [] }) => sum + boxes.length, 0) }
}
