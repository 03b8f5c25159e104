import { SkyloopError } from '../../core/errors.ts'
import { readPickle } from './pickle-machine.ts'
import { PickleGlobal, PickleStorage, type PickleValue, type StorageType } from './pickle-values.ts'
import type { NamedTensor } from './safetensors.ts'
import { findModel } from './torch-model.ts'
import { copyTensor, ELEMENT_BYTES, readElements } from './torch-storage.ts'
import { openZip, type ZipArchive } from './zip-archive.ts'

/** What a PyTorch checkpoint says about a model. */
export interface TorchCheckpoint {
  readonly tensors: ReadonlyMap<string, NamedTensor>
  /** Stored type of each tensor. */
  readonly types: ReadonlyMap<string, StorageType>
  /** Class names of a pickled YOLO model. */
  readonly classNames: readonly string[] | undefined
  /** Which entry of the checkpoint the tensors are from: `ema`, `model`, `state_dict`... */
  readonly entry: string
}

/** Four times as many as the largest YOLO11 has; many tensors of one storage could otherwise fill any memory. */
const MAX_ELEMENTS = 2 ** 28

/**
 * Reads the tensors of a checkpoint written by `torch.save`: a state dict, a dictionary with one, or a whole pickled model
 * with its modules. Nothing of the file is executed.
 *
 * @param source name of the file for messages
 * @throws SkyloopError `yolo.zip`, `yolo.pickle` or `yolo.checkpoint` saying what is wrong with the file
 * @source PyTorch documentation, "Serialization semantics": a zip with `data.pkl`, `byteorder`, `data/<key>`
 */
export function decodeTorchCheckpoint(file: Uint8Array, source: string): TorchCheckpoint {
  const wrong = (what: string, hint?: string): SkyloopError =>
    new SkyloopError({
      code: 'yolo.checkpoint',
      message: `${source} is not a readable PyTorch checkpoint: ${what}`,
      hint,
    })
  const zip = openZip(file, source)
  const root = rootOf(zip, wrong)
  checkByteOrder(zip, root, wrong)
  const top = readPickle(zip.read(`${root}data.pkl`), { source, persistent: (id) => storageOf(id, wrong) })
  const { tensors: views, classNames, entry } = findModel(top, wrong)
  const storages = new Map<string, Float32Array>()
  const tensors = new Map<string, NamedTensor>()
  const types = new Map<string, StorageType>()
  let elements = 0
  for (const [name, view] of views) {
    const { storage } = view
    const id = `${storage.type} ${storage.key}`
    let values = storages.get(id)
    if (!values) {
      values = readElements(zip.read(`${root}data/${storage.key}`), storage, (what) => wrong(`"${name}" ${what}`))
      storages.set(id, values)
    }
    elements += view.shape.reduce((product, axis) => product * axis, 1)
    if (elements > MAX_ELEMENTS) throw wrong(`its tensors have over ${MAX_ELEMENTS} elements, more than any YOLO11`)
    tensors.set(name, { name, shape: view.shape, data: copyTensor(view, values, (what) => wrong(`"${name}" ${what}`)) })
    types.set(name, storage.type)
  }
  return { tensors, types, classNames, entry }
}

/** The folder that holds `data.pkl`: the name under which the file was once saved. */
function rootOf(zip: ZipArchive, wrong: (what: string, hint?: string) => SkyloopError): string {
  const pickles = zip.names.filter((name) => name === 'data.pkl' || name.endsWith('/data.pkl'))
  if (pickles.length === 1) return pickles[0]!.slice(0, -'data.pkl'.length)
  if (zip.names.some((name) => name.endsWith('constants.pkl'))) {
    throw wrong('it is a TorchScript program', 'save the weights with `torch.save(model.state_dict(), path)`')
  }
  throw wrong(pickles.length === 0 ? 'the zip file has no data.pkl' : `it has ${pickles.length} files data.pkl`)
}

function checkByteOrder(zip: ZipArchive, root: string, wrong: (what: string) => SkyloopError): void {
  const name = `${root}byteorder`
  // Files older than PyTorch 2.1 do not say; they are little-endian on every machine that trains detectors.
  if (!zip.names.includes(name)) return
  const order = new TextDecoder().decode(zip.read(name)).trim()
  if (order !== 'little') throw wrong(`its byte order is ${JSON.stringify(order)}; only "little" is implemented`)
}

const STORAGE_TYPES: Readonly<Record<string, StorageType>> = {
  'torch.DoubleStorage': 'float64',
  'torch.FloatStorage': 'float32',
  'torch.HalfStorage': 'float16',
  'torch.BFloat16Storage': 'bfloat16',
  'torch.LongStorage': 'int64',
  'torch.IntStorage': 'int32',
  'torch.ShortStorage': 'int16',
  'torch.CharStorage': 'int8',
  'torch.ByteStorage': 'uint8',
  'torch.BoolStorage': 'bool',
}

/** `('storage', type, key, device, elements)` */
function storageOf(id: PickleValue, wrong: (what: string) => SkyloopError): PickleStorage {
  if (!Array.isArray(id) || id[0] !== 'storage') throw wrong('it refers to something outside that is not a storage')
  const [, global, key, , elements] = id as readonly PickleValue[]
  if (!(global instanceof PickleGlobal)) throw wrong('a storage has no type')
  const type = STORAGE_TYPES[global.name]
  if (type === undefined) {
    throw wrong(`it has a storage of type ${global.name}; readable are ${Object.keys(ELEMENT_BYTES).join(', ')}`)
  }
  if (typeof key !== 'string' || typeof elements !== 'number' || !Number.isSafeInteger(elements) || elements < 0) {
    throw wrong('a storage has no name or size')
  }
  return new PickleStorage(type, key, elements)
}
