import { SkyloopError } from '../../core/errors.ts'
import type { WeightsFile } from './weights-file.ts'

/** First bytes by which files are told apart that people take for weights. */
const OTHERS: readonly (readonly [bytes: readonly number[], what: string, hint: string])[] = [
  // A pickle of protocol 2 with the number 0x1950a86a20f9469cfc6c.
  [
    [0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46],
    'a PyTorch file of the format before 1.6, which is not implemented',
    'load and save it once with a newer PyTorch',
  ],
  [[0x80], 'a bare pickle, which is not implemented', 'save the weights with `torch.save(model.state_dict(), path)`'],
  [[0x1f, 0x8b], 'compressed by gzip', 'unpack it first: `tar xzf`'],
  [
    [...Buffer.from('version https://git-lfs')],
    'a pointer to a file in Git LFS',
    'get the file itself: `git lfs pull`',
  ],
]

/**
 * The format of a weights file by its first bytes.
 *
 * @throws SkyloopError `yolo.weights.file` saying what the file is instead, when that is known
 */
export function fileFormat(bytes: Uint8Array, source: string): WeightsFile['format'] {
  const starts = (prefix: readonly number[]): boolean => prefix.every((byte, i) => bytes[i] === byte)
  const refuse = (what: string, hint?: string): SkyloopError =>
    new SkyloopError({ code: 'yolo.weights.file', message: `${source} is ${what}`, hint })
  if (bytes.byteLength === 0) throw refuse('empty (0 bytes)')
  if (starts([...Buffer.from('PK\x03\x04')])) return 'pytorch'
  // Eight bytes of length, the last ones of which are 0 in any header below 16 MiB, and the header's brace.
  if (bytes[8] === 0x7b && bytes[7] === 0 && bytes[6] === 0) return 'safetensors'
  const other = OTHERS.find(([prefix]) => starts(prefix))
  if (other) throw refuse(other[1], other[2])
  // Field 1 of ModelProto, the version of the format, which stands first in what exporters write.
  if (bytes[0] === 0x08 && bytes[1]! > 0 && bytes[1]! < 0x20) return 'onnx'
  throw refuse(
    'not a weights file: neither safetensors, nor a PyTorch checkpoint, nor ONNX',
    'give .pt, .onnx or .safetensors',
  )
}
