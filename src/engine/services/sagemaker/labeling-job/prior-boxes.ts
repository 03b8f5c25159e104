import { isObject } from '../../../../core/json.ts'
import type { LabelledBox } from '../../../../core/labelling/worker-answer.ts'
import { JobFailure } from '../../../runner/job-failure.ts'

export interface PriorBox extends LabelledBox {
  readonly confidence?: number
}

/**
 * Boxes that an earlier job left on a line of the manifest.
 *
 * @param line the parsed line
 * @param labels when given, every box must have one of them
 * @throws JobFailure saying what is not there or not right; a box is never left out
 */
export function priorBoxes(
  line: Readonly<Record<string, unknown>>,
  attribute: string,
  labels: readonly string[] | undefined,
): PriorBox[] {
  const value = own(line, attribute)
  const metadata = own(line, `${attribute}-metadata`)
  const wrong = (what: string): never => {
    throw new JobFailure('ClientError', `the label attribute ${attribute} ${what}`)
  }
  if (!isObject(value) || !Array.isArray(value['annotations'])) return wrong('has no annotations')
  if (!isObject(metadata) || !isObject(metadata['class-map'])) return wrong('has no class-map in its metadata')
  const classMap = metadata['class-map']
  const objects: readonly unknown[] = Array.isArray(metadata['objects']) ? metadata['objects'] : []
  return value['annotations'].map((annotation: unknown, index) => {
    if (!isObject(annotation)) return wrong(`has an annotation ${index} that is no object`)
    const { left, top, width, height } = annotation
    if (![left, top, width, height].every((side) => typeof side === 'number' && Number.isFinite(side))) {
      return wrong(`has an annotation ${index} without left, top, width and height`)
    }
    const label = own(classMap, String(annotation['class_id']))
    if (typeof label !== 'string') {
      return wrong(`has the class ${JSON.stringify(annotation['class_id'])}, which its class-map does not name`)
    }
    if (labels && !labels.includes(label)) {
      return wrong(`has a box "${label}", which is none of this job's labels: ${labels.join(', ')}`)
    }
    const told = objects[index]
    const confidence =
      isObject(told) && typeof told['confidence'] === 'number' ? { confidence: told['confidence'] } : {}
    return {
      label,
      left: left as number,
      top: top as number,
      width: width as number,
      height: height as number,
      ...confidence,
    }
  })
}

/** Its own member, never one of the prototype. */
function own(value: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(value, name) ? value[name] : undefined
}
