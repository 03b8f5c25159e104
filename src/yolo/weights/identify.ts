import { SkyloopError } from '../../core/errors.ts'
import { SCALES } from '../model/scales.ts'
import { modelSpec, type ModelScale, type ModelSpec, type Weights } from '../model/spec.ts'
import type { NamedTensor } from './safetensors.ts'

/** Which YOLO11 some tensors are, by their shapes alone. */
export interface Identity {
  readonly spec: ModelSpec
  /** Tensors of the model that are not there or have another shape; none when the model is whole. */
  readonly missing: readonly string[]
}

/** Scales that share the width of their first convolution are told apart by the names that their depth gives. */
const SCALE_NAMES = Object.keys(SCALES) as ModelScale[]

/**
 * The scale and class count whose tensors fit best.
 *
 * @returns undefined when there is no class head of a YOLO11 detector, or not even half of any scale's tensors fit
 */
export function identifyModel(tensors: ReadonlyMap<string, NamedTensor>): Identity | undefined {
  const classCount = tensors.get('model.23.cv3.0.2.weight')?.shape[0]
  if (classCount === undefined || classCount < 1) return undefined
  let best: Identity | undefined
  for (const scale of SCALE_NAMES) {
    const spec = modelSpec(scale, classCount)
    const all = [...spec.parameters, ...spec.buffers]
    const missing = all
      .filter(({ name, shape }) => {
        const found = tensors.get(name)?.shape
        return found === undefined || found.length !== shape.length || found.some((axis, i) => axis !== shape[i])
      })
      .map(({ name }) => name)
    if (missing.length * 2 < all.length && (!best || missing.length < best.missing.length)) best = { spec, missing }
    if (missing.length === 0) break
  }
  return best
}

/**
 * The whole model that a file holds.
 *
 * @throws SkyloopError `yolo.weights.model` naming what a YOLO11 detector needs and the file has not
 */
export function wholeModel(
  tensors: ReadonlyMap<string, NamedTensor>,
  source: string,
): { readonly spec: ModelSpec; readonly weights: Weights } {
  const identity = identifyModel(tensors)
  if (!identity) {
    throw new SkyloopError({
      code: 'yolo.weights.model',
      message: `${source} holds no YOLO11 detector: its ${tensors.size} tensors fit no scale (${SCALE_NAMES.join(', ')})`,
      hint: 'other networks and tasks (segmentation, pose, YOLOv8, YOLO26) are not implemented',
    })
  }
  const { spec, missing } = identity
  if (missing.length > 0) {
    const more = missing.length > 5 ? ` and ${missing.length - 5} more` : ''
    throw new SkyloopError({
      code: 'yolo.weights.model',
      message: `${source} is no whole YOLO11${spec.scale} with ${spec.classCount} classes: it lacks ${missing.slice(0, 5).join(', ')}${more}`,
    })
  }
  const weights: Weights = new Map()
  for (const { name } of [...spec.parameters, ...spec.buffers]) weights.set(name, tensors.get(name)!.data)
  return { spec, weights }
}
