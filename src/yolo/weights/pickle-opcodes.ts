import type { PickleMachine } from './pickle-machine.ts'
import { PickleDict, PickleGlobal, PickleObject, type PickleValue } from './pickle-values.ts'

type Instruction = (machine: PickleMachine) => void

/** Longest whole number in bytes: PyTorch writes none above eight. */
const MAX_INTEGER_BYTES = 64
const NEWEST_PROTOCOL = 5

/**
 * What each instruction does. Those of protocols 0 and 1 that newer ones replaced, extension codes and out-of-band
 * buffers are missing on purpose: PyTorch writes none of them.
 */
export const OPCODES: ReadonlyMap<number, Instruction> = new Map<number, Instruction>([
  [0x80, protocol],
  [0x95, (m) => void m.uint64()], // FRAME: only a hint for buffering
  [0x2e, (m) => void (m.stopped = true)], // STOP

  [0x4e, (m) => m.push(null)], // NONE
  [0x88, (m) => m.push(true)], // NEWTRUE
  [0x89, (m) => m.push(false)], // NEWFALSE
  [0x4a, (m) => m.push(m.int32())], // BININT
  [0x4b, (m) => m.push(m.byte())], // BININT1
  [0x4d, (m) => m.push(m.uint16())], // BININT2
  [0x8a, (m) => m.push(integer(m, m.byte()))], // LONG1
  [0x8b, (m) => m.push(integer(m, m.uint32()))], // LONG4
  [0x47, (m) => m.push(m.float64())], // BINFLOAT
  [0x58, (m) => m.push(m.text(m.uint32()))], // BINUNICODE
  [0x8c, (m) => m.push(m.text(m.byte()))], // SHORT_BINUNICODE
  [0x8d, (m) => m.push(m.text(m.uint64()))], // BINUNICODE8
  [0x54, (m) => m.push(m.text(m.uint32()))], // BINSTRING
  [0x55, (m) => m.push(m.text(m.byte()))], // SHORT_BINSTRING
  [0x42, (m) => m.push(m.take(m.uint32()))], // BINBYTES
  [0x43, (m) => m.push(m.take(m.byte()))], // SHORT_BINBYTES
  [0x8e, (m) => m.push(m.take(m.uint64()))], // BINBYTES8
  [0x96, (m) => m.push(m.take(m.uint64()))], // BYTEARRAY8

  [0x28, (m) => m.mark()], // MARK
  [0x30, (m) => void m.pop()], // POP
  [0x31, (m) => void m.popToMark()], // POP_MARK
  [0x32, (m) => m.push(m.top())], // DUP
  [0x29, (m) => m.push([])], // EMPTY_TUPLE
  [0x85, (m) => m.push([m.pop()])], // TUPLE1
  [0x86, (m) => m.push([m.pop(), m.pop()].reverse())], // TUPLE2
  [0x87, (m) => m.push([m.pop(), m.pop(), m.pop()].reverse())], // TUPLE3
  [0x74, (m) => m.push(m.popToMark())], // TUPLE
  [0x5d, (m) => m.push([])], // EMPTY_LIST
  [0x6c, (m) => m.push(m.popToMark())], // LIST
  [0x7d, (m) => m.push(new PickleDict())], // EMPTY_DICT
  [0x8f, (m) => m.push([])], // EMPTY_SET
  [0x91, (m) => m.push(m.popToMark())], // FROZENSET
  [0x61, append], // APPEND
  [0x65, (m) => extend(m, m.popToMark())], // APPENDS
  [0x90, (m) => extend(m, m.popToMark())], // ADDITEMS
  [0x73, (m) => setItems(m, [m.pop(), m.pop()].reverse())], // SETITEM
  [0x75, (m) => setItems(m, m.popToMark())], // SETITEMS

  [0x71, (m) => m.remember(m.byte())], // BINPUT
  [0x72, (m) => m.remember(m.uint32())], // LONG_BINPUT
  [0x94, (m) => m.remember(m.memo.size)], // MEMOIZE
  [0x68, (m) => m.recall(m.byte())], // BINGET
  [0x6a, (m) => m.recall(m.uint32())], // LONG_BINGET

  [0x63, (m) => m.pushGlobal(m.line(), m.line())], // GLOBAL
  [0x93, stackGlobal], // STACK_GLOBAL
  [0x51, (m) => m.push(m.options.persistent(m.pop()))], // BINPERSID
  [0x52, reduce], // REDUCE
  [0x81, newObject], // NEWOBJ
  [0x92, newObjectWithNames], // NEWOBJ_EX
  [0x62, build], // BUILD
])

function protocol(machine: PickleMachine): void {
  const version = machine.byte()
  if (version < 2 || version > NEWEST_PROTOCOL) {
    throw machine.error(`protocol ${version} is not implemented; 2 to ${NEWEST_PROTOCOL} are`)
  }
}

/** Two's complement, little-endian. Numbers beyond 2^53 stay exact as bigint. */
function integer(machine: PickleMachine, byteCount: number): PickleValue {
  if (byteCount > MAX_INTEGER_BYTES) throw machine.error(`it has a whole number of ${byteCount} bytes`)
  let value = 0n
  for (const [i, byte] of machine.take(byteCount).entries()) value |= BigInt(byte) << BigInt(8 * i)
  const signed = BigInt.asIntN(8 * byteCount, value)
  const number = Number(signed)
  return Number.isSafeInteger(number) ? number : signed
}

function append(machine: PickleMachine): void {
  extend(machine, [machine.pop()])
}

function extend(machine: PickleMachine, values: readonly PickleValue[]): void {
  const target = machine.top()
  const list = target instanceof PickleObject ? target.items : target
  if (!Array.isArray(list)) throw machine.error('it appends to something that is not a list')
  // One by one: a spread of hundreds of thousands of arguments overflows the call stack.
  for (const value of values) (list as PickleValue[]).push(value)
}

function setItems(machine: PickleMachine, pairs: readonly PickleValue[]): void {
  const target = machine.top()
  if (pairs.length % 2 !== 0) throw machine.error('it sets a key without a value')
  for (let i = 0; i < pairs.length; i += 2) {
    if (target instanceof PickleDict) target.entries.set(pairs[i]!, pairs[i + 1]!)
    else if (target instanceof PickleObject) target.items.push([pairs[i]!, pairs[i + 1]!])
    else throw machine.error('it sets a key of something that is not a dictionary')
  }
}

function stackGlobal(machine: PickleMachine): void {
  const [member, module] = [machine.pop(), machine.pop()]
  if (typeof member !== 'string' || typeof module !== 'string')
    throw machine.error('it names a class by something else')
  machine.pushGlobal(module, member)
}

function reduce(machine: PickleMachine): void {
  const [args, callable] = [machine.pop(), machine.pop()]
  machine.push(machine.call(callable, args))
}

function newObject(machine: PickleMachine): void {
  const [args, type] = [machine.pop(), machine.pop()]
  machine.push(instance(machine, type, args))
}

function newObjectWithNames(machine: PickleMachine): void {
  const [, args, type] = [machine.pop(), machine.pop(), machine.pop()]
  machine.push(instance(machine, type, args))
}

/** `type.__new__(type, *args)`, as a record: not even the class exists here. */
function instance(machine: PickleMachine, type: PickleValue, args: PickleValue): PickleValue {
  if (!(type instanceof PickleGlobal) || !Array.isArray(args)) throw machine.error('it makes an object of no class')
  if (type.name === 'collections.OrderedDict') return new PickleDict()
  return new PickleObject(type.name, args as readonly PickleValue[])
}

function build(machine: PickleMachine): void {
  const state = machine.pop()
  const target = machine.top()
  if (!(target instanceof PickleObject || target instanceof PickleDict)) {
    throw machine.error('it gives attributes to something that has none')
  }
  target.state = state
}
