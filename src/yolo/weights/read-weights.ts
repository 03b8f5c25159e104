import { readFile } from 'node:fs/promises'
import { codeOf, SkyloopError } from '../../core/errors.ts'
import { parseClassNames } from '../runtime/class-names.ts'
import { identifyModel } from './identify.ts'
import { decodeOnnxWeights } from './onnx-weights.ts'
import { decodeSafetensors, type NamedTensor } from './safetensors.ts'
import { decodeTorchCheckpoint } from './torch-checkpoint.ts'
import { unfoldNorms } from './unfold.ts'
import { fileFormat } from './file-format.ts'
import { parseNames, parseScale, type WeightsFile } from './weights-file.ts'

/**
 * Reads a model's weights from a file of any format that is understood: safetensors, a PyTorch checkpoint (`.pt`) or an
 * exported ONNX detector. The content decides, not the file's extension. Tensors get the names of the reference's checkpoints,
 * and folded batch norms are given back.
 *
 * @throws SkyloopError `yolo.weights.file` when the file is missing, empty or of another format; `yolo.weights.finite` when a
 * value is NaN or infinite, or a variance negative; what the format's reader throws when the file is broken
 */
export async function readWeights(path: string): Promise<WeightsFile> {
  return decodeWeights(await readBytes(path), path)
}

/** {@link readWeights} of bytes. @param source name of the file for messages */
export function decodeWeights(bytes: Uint8Array, source: string): WeightsFile {
  const file = DECODERS[fileFormat(bytes, source)](bytes, source)
  checkValues(file.tensors, source)
  return file
}

const DECODERS: { readonly [F in WeightsFile['format']]: (bytes: Uint8Array, source: string) => WeightsFile } = {
  safetensors(bytes, source) {
    const { tensors, types, metadata } = decodeSafetensors(bytes, source)
    return whole(source, 'safetensors', tensors, types, parseNames(metadata['classes'], source), metadata)
  },
  pytorch(bytes, source) {
    const { tensors, types, classNames, entry } = decodeTorchCheckpoint(bytes, source)
    return whole(source, 'pytorch', tensors, types, classNames, entry === '' ? {} : { entry })
  },
  onnx(bytes, source) {
    const { tensors, types, metadata } = decodeOnnxWeights(bytes, source)
    const classCount = tensors.get('model.23.cv3.0.2.weight')?.shape[0]
    const named = metadata['names'] !== undefined && classCount !== undefined
    return whole(
      source,
      'onnx',
      tensors,
      types,
      named ? parseClassNames(metadata['names'], classCount) : undefined,
      metadata,
    )
  },
}

function whole(
  source: string,
  format: WeightsFile['format'],
  stored: ReadonlyMap<string, NamedTensor>,
  types: ReadonlyMap<string, string>,
  classNames: readonly string[] | undefined,
  metadata: Readonly<Record<string, string>>,
): WeightsFile {
  const { tensors, folded } = unfoldNorms(stored)
  const scale = identifyModel(tensors)?.spec.scale ?? parseScale(metadata['scale'])
  return { source, format, tensors, types, folded, classNames, scale, metadata }
}

/** One bad number spreads through every layer behind it, so that a training or an endpoint would only show nonsense. */
function checkValues(tensors: ReadonlyMap<string, NamedTensor>, source: string): void {
  for (const { name, data } of tensors.values()) {
    const variance = name.endsWith('.running_var')
    const bad = data.findIndex((value) => !Number.isFinite(value) || (variance && value < 0))
    if (bad < 0) continue
    throw new SkyloopError({
      code: 'yolo.weights.finite',
      message: `${source}: "${name}" has the value ${data[bad]} at position ${bad}, with which nothing can be computed`,
      hint: 'the training that wrote the file diverged; take an earlier checkpoint',
    })
  }
}

async function readBytes(path: string): Promise<Uint8Array> {
  return readFile(path).catch((error: unknown) => {
    const code = codeOf(error)
    if (code !== 'ENOENT' && code !== 'EISDIR') throw error
    const what = code === 'ENOENT' ? 'there is no file' : 'a folder is no weights file:'
    throw new SkyloopError({ code: 'yolo.weights.file', message: `${what} ${path}`, cause: error })
  })
}
