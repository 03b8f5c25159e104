import { SkyloopError } from '../../core/errors.ts'
import { callInertly, checkGlobal } from './pickle-calls.ts'
import { OPCODES } from './pickle-opcodes.ts'
import { PickleGlobal, type PickleStorage, type PickleValue } from './pickle-values.ts'

export interface PickleOptions {
  /** Name of the file for messages. */
  readonly source: string
  /** Turns a persistent id, by which PyTorch refers to storages outside the pickle, into its value. @throws SkyloopError */
  readonly persistent: (id: PickleValue) => PickleStorage
}

/** A YOLO11x with optimiser and all attributes takes 2 MB; far larger ones are no model. */
const MAX_PICKLE_BYTES = 64 * 1024 * 1024

/**
 * Reads a pickle without executing any of it. Classes become names with state; of functions only those of
 * `pickle-calls.ts` are understood, by what they would have returned; all others are refused by name. Time and memory are
 * linear in the pickle's size, as no instruction makes more than it reads.
 *
 * @throws SkyloopError `yolo.pickle` naming the function, the instruction or what is broken
 * @source Python documentation, `pickletools`: the instructions of protocols 2 to 5
 */
export function readPickle(bytes: Uint8Array, options: PickleOptions): PickleValue {
  if (bytes.byteLength > MAX_PICKLE_BYTES) {
    throw pickleError(options.source, `it has ${bytes.byteLength} bytes; at most ${MAX_PICKLE_BYTES} are allowed`)
  }
  const machine = new PickleMachine(bytes, options)
  while (!machine.stopped) {
    const at = machine.position
    const code = machine.byte()
    const run = OPCODES.get(code)
    if (!run) {
      throw machine.error(
        `instruction 0x${code.toString(16).padStart(2, '0')} at byte ${at} is none that PyTorch writes`,
      )
    }
    run(machine)
  }
  return machine.pop()
}

/** The stack machine that a pickle is a program for. */
export class PickleMachine {
  stopped = false
  position = 0
  readonly memo = new Map<number, PickleValue>()
  readonly options: PickleOptions
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #stack: PickleValue[] = []
  /** The stacks below each mark. */
  readonly #below: PickleValue[][] = []

  constructor(bytes: Uint8Array, options: PickleOptions) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.options = options
  }

  error(what: string): SkyloopError {
    return pickleError(this.options.source, what)
  }

  /** The next `count` bytes of the program. */
  take(count: number): Uint8Array {
    if (count > this.#bytes.byteLength - this.position) throw this.error('it ends in the middle; it may be cut off')
    this.position += count
    return this.#bytes.subarray(this.position - count, this.position)
  }

  byte(): number {
    return this.take(1)[0]!
  }

  uint16(): number {
    this.take(2)
    return this.#view.getUint16(this.position - 2, true)
  }

  int32(): number {
    this.take(4)
    return this.#view.getInt32(this.position - 4, true)
  }

  uint32(): number {
    return this.int32() >>> 0
  }

  /** A length; one that no file can have is cut off for certain. */
  uint64(): number {
    this.take(8)
    return Number(this.#view.getBigUint64(this.position - 8, true))
  }

  float64(): number {
    this.take(8)
    return this.#view.getFloat64(this.position - 8, false)
  }

  text(byteCount: number): string {
    return new TextDecoder().decode(this.take(byteCount))
  }

  line(): string {
    const end = this.#bytes.indexOf(0x0a, this.position)
    if (end < 0) throw this.error('it ends in the middle of a name; it may be cut off')
    const text = this.text(end - this.position)
    this.position = end + 1
    return text
  }

  push(value: PickleValue): void {
    this.#stack.push(value)
  }

  pop(): PickleValue {
    if (this.#stack.length === 0) throw this.error('it takes a value from an empty stack')
    return this.#stack.pop()!
  }

  top(): PickleValue {
    if (this.#stack.length === 0) throw this.error('it looks at an empty stack')
    return this.#stack.at(-1)!
  }

  mark(): void {
    this.#below.push(this.#stack)
    this.#stack = []
  }

  popToMark(): PickleValue[] {
    const values = this.#stack
    const below = this.#below.pop()
    if (!below) throw this.error('it looks for a mark that was never set')
    this.#stack = below
    return values
  }

  remember(index: number): void {
    this.memo.set(index, this.top())
  }

  recall(index: number): void {
    const value = this.memo.get(index)
    if (value === undefined) throw this.error(`it recalls value ${index}, which it never remembered`)
    this.push(value)
  }

  pushGlobal(module: string, member: string): void {
    const name = `${module}.${member}`
    const problem = checkGlobal(module, member)
    if (problem !== undefined) throw this.error(problem)
    this.push(new PickleGlobal(name))
  }

  call(callable: PickleValue, args: PickleValue): PickleValue {
    if (!(callable instanceof PickleGlobal)) throw this.error('it calls something that is not a function')
    if (!Array.isArray(args)) throw this.error(`it calls ${callable.name} with something that is not a tuple`)
    return callInertly(callable.name, args as readonly PickleValue[], (what) => this.error(what))
  }
}

function pickleError(source: string, what: string): SkyloopError {
  return new SkyloopError({
    code: 'yolo.pickle',
    message: `${source} holds a pickle that is not read: ${what}`,
    hint: 'nothing in it was executed; save the weights with `torch.save(model.state_dict(), path)` or as safetensors',
  })
}
