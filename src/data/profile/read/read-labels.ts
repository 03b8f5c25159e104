import { parseClassText } from '../../formats/class-list.ts'
import { parseDataSetYaml } from '../../formats/data-yaml.ts'
import type { LabelReport } from '../../formats/label-issue.ts'
import { summarizeLabels } from '../../formats/label-issue.ts'
import { parseYoloLabels, type LabelledBox, type YoloLabels } from '../../formats/yolo-labels.ts'
import { inParallel } from '../../s3/in-parallel.ts'
import type { SetSource } from '../source/set-source.ts'
import type { ListedImage } from './list-set.ts'

/** The labels of the images that have some. */
export interface SetLabels {
  /** By class number. Numbers beyond the list get the name `class 7`. */
  readonly classNames: readonly string[]
  /** The set names its classes, in `classes.txt` or `data.yaml`. */
  readonly namesKnown: boolean
  /** By image path. */
  readonly boxes: ReadonlyMap<string, readonly LabelledBox[]>
  readonly dropped: ReadonlyMap<string, number>
  readonly changed: ReadonlyMap<string, number>
  readonly report: LabelReport
}

export interface ImageSize {
  readonly width: number
  readonly height: number
}

/** Largest label file that is read. */
const MOST_LABEL_BYTES = 16 * 1024 * 1024
const READS_AT_ONCE = 16

/** Class numbers that are taken where the set does not name its classes. */
const MOST_CLASSES = 10_000

/**
 * Reads the YOLO label files of a set.
 *
 * @param sizes of the readable images, by path: labels of others are left out
 * @returns undefined when no image has a label file
 * @throws SkyloopError `data.classes` when the class list is there but cannot be used
 */
export async function readLabels(
  source: SetSource,
  images: readonly ListedImage[],
  sizes: ReadonlyMap<string, ImageSize>,
  signal?: AbortSignal,
): Promise<SetLabels | undefined> {
  const labelled = images.filter(({ path, labelPath }) => labelPath !== undefined && sizes.has(path))
  if (labelled.length === 0) return undefined
  const names = await readClassNames(source)
  const files: YoloLabels[] = Array.from({ length: labelled.length })
  await inParallel(labelled, READS_AT_ONCE, async ({ path, labelPath }, k) => {
    signal?.throwIfAborted()
    const text = new TextDecoder().decode(await source.read(labelPath as string, MOST_LABEL_BYTES, signal))
    const { width, height } = sizes.get(path)!
    const classCount = names?.length ?? MOST_CLASSES
    files[k] = parseYoloLabels(text, { file: labelPath as string, classCount, imageSizePx: [width, height] })
  })
  const most = files.reduce((high, { boxes }) => boxes.reduce((top, { classId }) => Math.max(top, classId), high), -1)
  const outcomes = (outcome: 'dropped' | 'changed'): Map<string, number> =>
    new Map(labelled.map(({ path }, k) => [path, files[k]!.issues.filter((issue) => issue.outcome === outcome).length]))
  return {
    classNames: names ?? Array.from({ length: most + 1 }, (_, k) => `class ${k}`),
    namesKnown: names !== undefined,
    boxes: new Map(labelled.map(({ path }, k) => [path, files[k]!.boxes])),
    dropped: outcomes('dropped'),
    changed: outcomes('changed'),
    report: summarizeLabels(files),
  }
}

/** `classes.txt` or `data.yaml` in the set or, when the set is one split of a larger one, a level above it. */
async function readClassNames(source: SetSource): Promise<readonly string[] | undefined> {
  for (const level of [0, 1] as const) {
    const text = await source.readText('classes.txt', level)
    if (text !== undefined) return parseClassText(text)
    const yaml = await source.readText('data.yaml', level)
    const names = yaml === undefined ? undefined : parseDataSetYaml(yaml).names
    if (names) return names
  }
  return undefined
}
