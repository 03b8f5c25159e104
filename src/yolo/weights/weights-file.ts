import { fileURLToPath } from 'node:url'
import { writeFileAtomic } from '../../core/files.ts'
import { SkyloopError } from '../../core/errors.ts'
import type { ModelScale, ModelSpec, Weights } from '../model/spec.ts'
import { encodeSafetensors } from './safetensors.ts'
import type { NamedTensor } from './safetensors.ts'

/** A model's tensors as read from a file, with what the file says about them. */
export interface WeightsFile {
  readonly source: string
  readonly format: 'safetensors' | 'pytorch' | 'onnx'
  /** By the names of the reference's checkpoints. */
  readonly tensors: ReadonlyMap<string, NamedTensor>
  /** Element type of each stored tensor, such as F16 or float16. */
  readonly types: ReadonlyMap<string, string>
  /** Whether the batch norms were folded into convolutions and given back as identities. */
  readonly folded: boolean
  /** Class names by index, when the file knows them. */
  readonly classNames: readonly string[] | undefined
  /** By the tensors' shapes, else by what the file says. */
  readonly scale: ModelScale | undefined
  readonly metadata: Readonly<Record<string, string>>
}

/** Weights trained on our synthetic aerial scenes, shipped with the package (MIT). See `weights/README.md`. */
export const BASE_WEIGHTS_PATH = fileURLToPath(new URL('../../../weights/yolo11n-aerial.safetensors', import.meta.url))

/**
 * Writes parameters and buffers of a model with its class names and scale.
 *
 * @param options.half stores F16. @default false
 */
export async function writeWeightsFile(
  path: string,
  spec: ModelSpec,
  weights: Weights,
  classNames: readonly string[],
  options: { readonly half?: boolean; readonly metadata?: Readonly<Record<string, string>> } = {},
): Promise<void> {
  const tensors = [...spec.parameters, ...spec.buffers].map(({ name, shape }) => {
    const data = weights.get(name)
    if (!data) throw new SkyloopError({ code: 'internal', fault: 'internal', message: `internal: no tensor ${name}` })
    return { name, shape, data }
  })
  const metadata = {
    format: 'skyloop-yolo11',
    scale: spec.scale,
    classes: JSON.stringify(classNames),
    ...options.metadata,
  }
  await writeFileAtomic(path, encodeSafetensors(tensors, metadata, { half: options.half ?? false }))
}

/** @throws SkyloopError `yolo.safetensors` when `classes` is there but no JSON list of names */
export function parseNames(text: string | undefined, path: string): string[] | undefined {
  if (text === undefined) return undefined
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    value = undefined
  }
  if (!Array.isArray(value) || !value.every((name): name is string => typeof name === 'string')) {
    throw new SkyloopError({ code: 'yolo.safetensors', message: `${path}: "classes" is not a JSON list of names` })
  }
  return value
}

export function parseScale(text: string | undefined): ModelScale | undefined {
  return text === 'n' || text === 's' || text === 'm' || text === 'l' || text === 'x' ? text : undefined
}
