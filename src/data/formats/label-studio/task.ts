import { isObject, type Json } from '../../../core/json.ts'

export type Region = Readonly<Record<string, unknown>>

export interface TakenAnnotation {
  /** Shapes of the annotation that counts; undefined when nobody has annotated the task. */
  readonly regions: readonly Region[] | undefined
  /** Shapes of the annotations that do not count. */
  readonly others: readonly (readonly Region[])[]
}

/** Result types that say something of the whole image, or of two regions, and are no shapes. */
const NO_SHAPES: ReadonlySet<unknown> = new Set([
  'choices',
  'textarea',
  'rating',
  'number',
  'datetime',
  'taxonomy',
  'relation',
  'pairwise',
])

/** Chooses the annotation that counts: ground truth first, then the latest; cancelled ones never. */
export function takenAnnotation(task: Readonly<Record<string, Json>>): TakenAnnotation {
  const listed = task['annotations'] ?? task['completions']
  if (!Array.isArray(listed)) return { regions: minimalRegions(task), others: [] }
  const annotations = listed
    .filter((one): one is Record<string, Json> => isObject(one) && Array.isArray(one['result']))
    .filter((one) => one['was_cancelled'] !== true)
  const rank = (one: Readonly<Record<string, Json>>): string => {
    const date = one['updated_at'] ?? one['created_at']
    return `${one['ground_truth'] === true ? 1 : 0} ${typeof date === 'string' ? date : ''}`
  }
  let best: Record<string, Json> | undefined
  for (const one of annotations) if (!best || rank(one) >= rank(best)) best = one
  return {
    regions: best && shapesOf(best),
    others: annotations.filter((one) => one !== best).map(shapesOf),
  }
}

/** JSON-MIN has the shapes of the latest annotation under the name of their control, and nothing when there are none. */
function minimalRegions(task: Readonly<Record<string, Json>>): Region[] | undefined {
  for (const value of Object.values(task)) {
    if (!Array.isArray(value)) continue
    const shapes = value.filter((one): one is Record<string, Json> => isObject(one) && 'original_width' in one)
    if (shapes.length > 0 && shapes.length === value.length) {
      return shapes.map((shape) => ({ type: 'rectanglelabels', value: shape, ...shape }))
    }
  }
  return undefined
}

function shapesOf(annotation: Readonly<Record<string, Json>>): Region[] {
  return (annotation['result'] as Json[]).filter(
    (region): region is Record<string, Json> => isObject(region) && !NO_SHAPES.has(region['type']),
  )
}

/**
 * The image a task is of: the one value of its `data` that names one, without what Label Studio puts before it (its own
 * `/data/upload/` folder with eight digits before the name, `/data/local-files/?d=`).
 */
export function imageName(task: Readonly<Record<string, Json>>): string | undefined {
  const data = isObject(task['data']) ? task['data'] : task
  const preferred = ['image', 'img', 'url'].map((key) => data[key])
  const value = [...preferred, ...Object.values(data)].find(
    (one): one is string => typeof one === 'string' && /\.(jpe?g|png|webp|tiff?|bmp)(\?|$)/i.test(one),
  )
  if (value === undefined) return undefined
  const local = /\/data\/local-files\/?\?d=(.*)$/.exec(value)
  const path = local ? decode(local[1]!) : value.replace(/[?#].*$/, '')
  return decode(path).replace(/(\/data\/upload\/(?:\d+\/)?)[0-9a-f]{8}-/, '$1')
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    // A percent sign that encodes nothing is part of the name.
    return text
  }
}
