import { readdir, readFile } from 'node:fs/promises'
import { extname, join, parse } from 'node:path'
import { codeOf, ProblemsError, SkyloopError } from '../../../core/errors.ts'

/** One image and its boxes. */
export interface LabelledImage {
  readonly path: string
  /** `[M, 4]` xyxy as fractions of the image's width and height, within [0, 1]. */
  readonly boxesXyxyNorm: Float32Array
  /** `[M]` class index. */
  readonly classes: Int32Array
}

export interface Dataset {
  readonly folder: string
  readonly classNames: readonly string[]
  /** In the order of their file names. */
  readonly images: readonly LabelledImage[]
  /** File and line of each box that was cut at the frame's edge by more than rounding. */
  readonly clipped: readonly string[]
}

const IMAGE_EXTENSIONS = new Set(['.jpg', '.jpeg', '.png', '.webp', '.tif', '.tiff'])

/** A box may reach this far beyond the frame, as a fraction of it: people draw past the edge. It is cut there. */
const FRAME_TOLERANCE = 0.01

/** What is cut beyond the frame by less than this is rounding in label files, and not worth a word. */
const ROUNDING = 1e-4

/**
 * Reads one split in YOLO layout: `<folder>/images/*` with `<folder>/labels/*.txt` (`class cx cy w h`, normalised;
 * an empty file is an image without objects).
 *
 * @throws ProblemsError `yolo.dataset` listing every problem: missing label file, malformed line, unknown class,
 *   box outside the frame, box without area; SkyloopError `yolo.dataset.empty` when there is no image
 */
export async function readDataset(folder: string, classNames: readonly string[]): Promise<Dataset> {
  const names = await readdir(join(folder, 'images')).catch((error: unknown) => {
    if (codeOf(error) !== 'ENOENT' && codeOf(error) !== 'ENOTDIR') throw error
    throw empty(folder, 'has no "images" folder')
  })
  const imageNames = names.filter((name) => IMAGE_EXTENSIONS.has(extname(name).toLowerCase())).sort()
  if (imageNames.length === 0) throw empty(folder, 'has no images')
  const problems: string[] = []
  const clipped: string[] = []
  const images: LabelledImage[] = []
  for (const name of imageNames) {
    const labelPath = join(folder, 'labels', `${parse(name).name}.txt`)
    const text = await readFile(labelPath, 'utf8').catch((error: unknown) => {
      if (codeOf(error) !== 'ENOENT') throw error
      problems.push(`${name} has no label file ${labelPath} (an empty one says "no objects")`)
      return ''
    })
    const labels = parseLabels(text, labelPath, classNames.length, problems, clipped)
    images.push({ path: join(folder, 'images', name), ...labels })
  }
  if (problems.length > 0) {
    throw new ProblemsError('yolo.dataset', `the labels of ${folder} cannot be used`, problems.slice(0, 50))
  }
  return { folder, classNames, images, clipped }
}

/** Refuses a training set without a single box: a detector cannot learn from it. */
export function requireBoxes(dataset: Dataset): void {
  if (!hasBoxes(dataset)) throw empty(dataset.folder, 'has no boxes')
}

/** What to tell a person of boxes that were cut; undefined when none was. */
export function clippingNotice({ folder, clipped }: Dataset): string | undefined {
  if (clipped.length === 0) return undefined
  const more = clipped.length > 3 ? ', …' : ''
  return `${clipped.length} box(es) of ${folder} reached beyond the frame and were cut at its edge: ${clipped.slice(0, 3).join(', ')}${more}`
}

export function hasBoxes(dataset: Dataset): boolean {
  return dataset.images.some((image) => image.classes.length > 0)
}

/**
 * Class names of a data set: `classes.txt`, one name a line, in the first of the folders that has it.
 *
 * @throws SkyloopError `yolo.dataset.classes` when no folder has one, or it names none, or one twice
 */
export async function readClassNames(folders: readonly string[]): Promise<string[]> {
  for (const folder of folders) {
    const path = join(folder, 'classes.txt')
    const text = await readFile(path, 'utf8').catch((error: unknown) => {
      if (codeOf(error) !== 'ENOENT') throw error
      return undefined
    })
    if (text === undefined) continue
    const names = text
      .replace(/^\uFEFF/, '')
      .split(/\r?\n/)
      .map((line) => line.trim())
      .filter((line) => line !== '')
    const twice = names.filter((name, i) => names.indexOf(name) !== i)
    if (names.length === 0 || twice.length > 0) {
      const message = names.length === 0 ? `${path} names no class` : `${path} names "${twice.join('", "')}" twice`
      throw new SkyloopError({ code: 'yolo.dataset.classes', message })
    }
    return names
  }
  throw new SkyloopError({
    code: 'yolo.dataset.classes',
    message: `no classes.txt in ${folders.join(' or ')}`,
    hint: 'write one class name a line, in the order of the class numbers',
  })
}

function parseLabels(
  text: string,
  path: string,
  classCount: number,
  problems: string[],
  clipped: string[],
): { boxesXyxyNorm: Float32Array; classes: Int32Array } {
  const boxes: number[] = []
  const classes: number[] = []
  text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .forEach((line, index) => {
      if (line.trim() === '') return
      const where = `${path}:${index + 1}`
      const fields = line.trim().split(/\s+/).map(Number)
      const [classId, cx, cy, w, h] = fields as [number, number, number, number, number]
      if (fields.length !== 5 || !fields.every(Number.isFinite)) {
        problems.push(`${where} is not "class cx cy w h": "${line.trim().slice(0, 80)}"`)
        return
      }
      if (!Number.isInteger(classId) || classId < 0 || classId >= classCount) {
        problems.push(`${where} has class ${classId}; known are 0 to ${classCount - 1}`)
        return
      }
      const sides = [cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2]
      if (w <= 0 || h <= 0) {
        problems.push(`${where} has a box without area (${w} x ${h})`)
      } else if (sides.some((side) => side < -FRAME_TOLERANCE || side > 1 + FRAME_TOLERANCE)) {
        problems.push(`${where} has a box outside the frame (${sides.map((side) => side.toFixed(3)).join(', ')})`)
      } else {
        if (sides.some((side) => side < -ROUNDING || side > 1 + ROUNDING)) clipped.push(where)
        boxes.push(...sides.map((side) => Math.min(1, Math.max(0, side))))
        classes.push(classId)
      }
    })
  return { boxesXyxyNorm: Float32Array.from(boxes), classes: Int32Array.from(classes) }
}

function empty(folder: string, what: string): SkyloopError {
  return new SkyloopError({ code: 'yolo.dataset.empty', message: `the data set ${folder} ${what}` })
}
