import { isObject } from '../../core/json.ts'
import type { ProposedBox } from './task-source.ts'

/**
 * The boxes that an augmented manifest's line has under an attribute, by the names of its own class map.
 *
 * @param labels only boxes of these classes can be corrected; others are left out
 */
export function earlierBoxes(
  line: Readonly<Record<string, unknown>>,
  attribute: string,
  labels: readonly string[],
): readonly ProposedBox[] {
  const label = line[attribute]
  const metadata = line[`${attribute}-metadata`]
  if (!isObject(label) || !isObject(metadata) || !Array.isArray(label['annotations'])) return []
  const classMap = isObject(metadata['class-map']) ? metadata['class-map'] : {}
  const objects: unknown[] = Array.isArray(metadata['objects']) ? metadata['objects'] : []
  return label['annotations'].flatMap((box: unknown, i) => {
    if (!isObject(box)) return []
    const { class_id: classId, left, top, width, height } = box
    const name = Object.hasOwn(classMap, String(classId)) ? classMap[String(classId)] : undefined
    if (typeof name !== 'string' || !labels.includes(name)) return []
    if (![left, top, width, height].every((side) => typeof side === 'number' && Number.isFinite(side))) return []
    const object = objects[i]
    const confidence = isObject(object) && typeof object['confidence'] === 'number' ? object['confidence'] : undefined
    const sides = { left: left as number, top: top as number, width: width as number, height: height as number }
    return [{ label: name, ...sides, ...(confidence === undefined ? {} : { confidence }) }]
  })
}
