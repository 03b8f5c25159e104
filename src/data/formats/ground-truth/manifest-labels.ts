import { SkyloopError } from '../../../core/errors.ts'
import { isObject } from '../../../core/json.ts'
import { className } from '../class-map.ts'
import type { BoxXyxy } from '../admit-box.ts'
import type { LabelIssueKind } from '../label-issue.ts'
import type { BoxTraits } from '../labelled-image.ts'

/** Boxes of one line. */
export interface ManifestLabels {
  readonly attribute: string
  /** Other attributes with boxes, which were not taken. */
  readonly others: readonly string[]
  /** Name by number, as this line's class map has it. */
  readonly classes: ReadonlyMap<number, string>
  /** Width and height. */
  readonly sizePx: readonly [number, number] | undefined
  readonly boxes: readonly ManifestBox[]
}

export interface ManifestBox {
  /** Why there is no box; the other fields then mean nothing. */
  readonly problem: LabelIssueKind | undefined
  readonly className: string
  /** Pixels. */
  readonly boxXyxy: BoxXyxy
  readonly traits: BoxTraits
  readonly shown: unknown
}

/**
 * Boxes of one line of an augmented manifest: of the attribute named, else of the one made last.
 *
 * @returns undefined when the line has none, which means that nobody has labelled it
 * @throws SkyloopError `data.manifest` when what stands there is no object detection output
 */
export function readLabels(
  line: Readonly<Record<string, unknown>>,
  wanted: string | undefined,
  where: string,
): ManifestLabels | undefined {
  const found = Object.keys(line).filter((key) => isBoxes(line, key))
  const attribute = wanted ?? newest(line, found)
  if (attribute === undefined || line[attribute] === undefined) return undefined
  const [labels, metadata] = [line[attribute], line[`${attribute}-metadata`]]
  const problem = (what: string): SkyloopError =>
    new SkyloopError({ code: 'data.manifest', message: `${where} ${what}` })
  if (!isObject(labels) || !Array.isArray(labels['annotations'])) {
    throw problem(`has no list "annotations" in "${attribute}"`)
  }
  const classes = new Map<number, string>()
  const map = isObject(metadata) && isObject(metadata['class-map']) ? metadata['class-map'] : {}
  for (const [id, name] of Object.entries(map)) {
    if (!/^\d+$/.test(id) || typeof name !== 'string' || className(name) === '') {
      throw problem(`has "${id}" in its class-map, which is no number with a name`)
    }
    classes.set(Number(id), className(name))
  }
  const size = Array.isArray(labels['image_size']) ? (labels['image_size'] as unknown[])[0] : undefined
  const [width, height] = isObject(size) ? [size['width'], size['height']] : []
  const objects = isObject(metadata) && Array.isArray(metadata['objects']) ? (metadata['objects'] as unknown[]) : []
  return {
    attribute,
    others: found.filter((key) => key !== attribute),
    classes,
    sizePx: isSide(width) && isSide(height) ? [width, height] : undefined,
    boxes: (labels['annotations'] as unknown[]).map((box, index) => readBox(box, objects[index], classes)),
  }
}

function readBox(box: unknown, object: unknown, classes: ReadonlyMap<number, string>): ManifestBox {
  const nothing = { className: '', boxXyxy: [0, 0, 0, 0] as const, traits: {}, shown: box }
  if (!isObject(box)) return { ...nothing, problem: 'malformed-box' }
  const [left, top, width, height] = ['left', 'top', 'width', 'height'].map((key) => box[key])
  if (typeof left !== 'number' || typeof top !== 'number' || typeof width !== 'number' || typeof height !== 'number') {
    return { ...nothing, problem: 'malformed-box' }
  }
  const name = typeof box['class_id'] === 'number' ? classes.get(box['class_id']) : undefined
  if (name === undefined) return { ...nothing, problem: 'unknown-class' }
  const confidence = isObject(object) ? object['confidence'] : undefined
  // One worker alone gives the confidence 0.00, which says nothing.
  const traits = typeof confidence === 'number' && confidence > 0 && confidence <= 1 ? { confidence } : {}
  return { problem: undefined, className: name, boxXyxy: [left, top, left + width, top + height], traits, shown: box }
}

function isBoxes(line: Readonly<Record<string, unknown>>, key: string): boolean {
  const metadata = line[`${key}-metadata`]
  const value = line[key]
  const type = isObject(metadata) ? metadata['type'] : undefined
  if (typeof type === 'string') return type === 'groundtruth/object-detection'
  return isObject(value) && Array.isArray(value['annotations'])
}

/** An adjustment job adds its boxes beside those that it adjusted. */
function newest(line: Readonly<Record<string, unknown>>, attributes: readonly string[]): string | undefined {
  const dateOf = (key: string): string => {
    const metadata = line[`${key}-metadata`]
    const date = isObject(metadata) ? metadata['creation-date'] : undefined
    return typeof date === 'string' ? date : ''
  }
  return attributes.reduce<string | undefined>(
    (best, key) => (best === undefined || dateOf(key) >= dateOf(best) ? key : best),
    undefined,
  )
}

function isSide(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0
}
