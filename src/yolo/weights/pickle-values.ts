/**
 * What a pickle describes, as inert data: nothing of it has been imported, called or constructed.
 *
 * Tuples and lists are arrays, dictionaries are {@link PickleDict}, sets are arrays, None is null, bytes are Uint8Array.
 */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly PickleValue[]
  | PickleDict
  | PickleGlobal
  | PickleObject
  | PickleStorage
  | PickleTensor

/** A module's member that the pickle mentions: a class, mostly. Its name is all that is known of it. */
export class PickleGlobal {
  readonly name: string

  /** @param name `module.member` */
  constructor(name: string) {
    this.name = name
  }
}

/** A Python dictionary in insertion order. Keys are compared by identity, which for text and numbers is equality. */
export class PickleDict {
  readonly entries = new Map<PickleValue, PickleValue>()
  /** Attributes of a dictionary that is an object as well, such as the `_metadata` of a state dict. */
  state: PickleValue = null

  get(key: string): PickleValue | undefined {
    return this.entries.get(key)
  }
}

/** An instance of a class as its name and the state that would have been put into it. */
export class PickleObject {
  readonly className: string
  readonly args: readonly PickleValue[]
  /** What BUILD gave: for a module its attributes as a {@link PickleDict}. */
  state: PickleValue = null
  /** Items of an object that is also a list or a dictionary. */
  readonly items: PickleValue[] = []

  constructor(className: string, args: readonly PickleValue[]) {
    this.className = className
    this.args = args
  }
}

/** Element types of PyTorch storages that are understood. */
export type StorageType =
  | 'float64'
  | 'float32'
  | 'float16'
  | 'bfloat16'
  | 'int64'
  | 'int32'
  | 'int16'
  | 'int8'
  | 'uint8'
  | 'bool'

/** A run of elements in a member of the archive; tensors are views of it. */
export class PickleStorage {
  readonly type: StorageType
  /** Name of the archive's member below `data/`. */
  readonly key: string
  readonly elements: number

  constructor(type: StorageType, key: string, elements: number) {
    this.type = type
    this.key = key
    this.elements = elements
  }
}

/** A strided view of a storage; offset and strides in elements. */
export class PickleTensor {
  readonly storage: PickleStorage
  readonly offset: number
  readonly shape: readonly number[]
  readonly strides: readonly number[]

  constructor(storage: PickleStorage, offset: number, shape: readonly number[], strides: readonly number[]) {
    this.storage = storage
    this.offset = offset
    this.shape = shape
    this.strides = strides
  }
}
