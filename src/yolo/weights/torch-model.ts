import type { SkyloopError } from '../../core/errors.ts'
import { PickleDict, PickleObject, PickleTensor, type PickleValue } from './pickle-values.ts'

/** The part of a checkpoint that is a model. */
export interface FoundModel {
  readonly tensors: ReadonlyMap<string, PickleTensor>
  readonly classNames: readonly string[] | undefined
  /** Key of the checkpoint's dictionary; `` when the whole file is the model. */
  readonly entry: string
}

type Fail = (what: string) => SkyloopError

/** Where trainers keep weights: the moving average first, which is what the reference evaluates. */
const ENTRIES = ['ema', 'model', 'model_state_dict', 'state_dict', 'weights'] as const
/** YOLO11 nests 9 modules deep. */
const MAX_DEPTH = 64
/** Modules may be shared, so a small file could name a tree of any size. */
const MAX_MODULES = 100_000

/**
 * Finds the tensors of a checkpoint by their dotted names: in a state dict, in a pickled model, or under one of the usual
 * keys of a dictionary.
 *
 * @throws what `fail` makes, naming what the checkpoint holds instead
 */
export function findModel(top: PickleValue, fail: Fail): FoundModel {
  const direct = modelOf(top, '', fail)
  if (direct) return direct
  if (top instanceof PickleDict) {
    for (const entry of ENTRIES) {
      const value = top.get(entry)
      const found = value === undefined ? undefined : modelOf(value, entry, fail)
      if (found) return found
    }
    const keys = [...top.entries.keys()].slice(0, 10).map(String)
    throw fail(`none of its entries is a model (${keys.join(', ') || 'it is empty'}); looked for ${ENTRIES.join(', ')}`)
  }
  throw fail(`it holds ${kindOf(top)}, not a model or a dictionary of tensors`)
}

function modelOf(value: PickleValue, entry: string, fail: Fail): FoundModel | undefined {
  if (value instanceof PickleDict) {
    const tensors = new Map<string, PickleTensor>()
    for (const [name, tensor] of value.entries) {
      if (typeof name === 'string' && tensor instanceof PickleTensor) tensors.set(name, tensor)
    }
    return tensors.size > 0 ? { tensors, classNames: undefined, entry } : undefined
  }
  if (!(value instanceof PickleObject) || !(value.state instanceof PickleDict)) return undefined
  if (!(value.state.get('_modules') instanceof PickleDict)) return undefined
  const tensors = modulesTensors(value, fail)
  return { tensors, classNames: namesOf(value.state.get('names')), entry }
}

/** By dotted name, in the order of a state dict: a module's parameters, its buffers, its modules. */
function modulesTensors(model: PickleObject, fail: Fail): Map<string, PickleTensor> {
  const tensors = new Map<string, PickleTensor>()
  let modules = 0
  const collect = (module: PickleObject, prefix: string, depth: number): void => {
    if (++modules > MAX_MODULES) throw fail(`it has over ${MAX_MODULES} modules`)
    if (depth > MAX_DEPTH) throw fail(`its modules are nested over ${MAX_DEPTH} deep`)
    if (!(module.state instanceof PickleDict)) return
    const hidden = module.state.get('_non_persistent_buffers_set')
    for (const group of ['_parameters', '_buffers'] as const) {
      for (const [name, tensor] of itemsOf(module.state.get(group))) {
        const left = group === '_buffers' && Array.isArray(hidden) && hidden.includes(name)
        if (tensor instanceof PickleTensor && !left) tensors.set(`${prefix}${name}`, tensor)
      }
    }
    for (const [name, child] of itemsOf(module.state.get('_modules'))) {
      if (child instanceof PickleObject) collect(child, `${prefix}${name}.`, depth + 1)
    }
  }
  collect(model, '', 0)
  return tensors
}

function itemsOf(value: PickleValue | undefined): [string, PickleValue][] {
  if (!(value instanceof PickleDict)) return []
  return [...value.entries].filter((item): item is [string, PickleValue] => typeof item[0] === 'string')
}

/** `names` of a YOLO model: a dictionary from number to name, or a list. */
function namesOf(value: PickleValue | undefined): string[] | undefined {
  const pairs: [PickleValue, PickleValue][] = Array.isArray(value)
    ? (value as PickleValue[]).map((name, k) => [k, name])
    : value instanceof PickleDict
      ? [...value.entries]
      : []
  const names: string[] = []
  for (const [k, name] of pairs) {
    if (typeof k !== 'number' || !Number.isInteger(k) || k < 0 || k >= pairs.length || typeof name !== 'string') {
      return undefined
    }
    names[k] = name
  }
  return names.length === 0 || names.length !== pairs.length ? undefined : names
}

function kindOf(value: PickleValue): string {
  if (value instanceof PickleObject) return `an object of class ${value.className}`
  if (value instanceof PickleTensor) return 'a single tensor'
  if (Array.isArray(value)) return 'a list'
  return value === null ? 'None' : `a ${typeof value}`
}
