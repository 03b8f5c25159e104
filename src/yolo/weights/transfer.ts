import type { ModelSpec, Weights } from '../model/spec.ts'
import type { NamedTensor } from './safetensors.ts'
import type { WeightsFile } from './weights-file.ts'

/** What became of each tensor of a model when weights were carried over. */
export interface TransferReport {
  readonly source: string
  /** Tensors taken whole. */
  readonly loaded: readonly string[]
  /** Tensors of the class head, filled row by row for classes that both sides know. */
  readonly remapped: readonly string[]
  /** Tensors of the model that the file has not, or has in another shape, with the reason. */
  readonly kept: readonly { readonly name: string; readonly reason: string }[]
  /** Tensors of the file that the model has not. */
  readonly unused: readonly string[]
  /** Target class to the source class whose knowledge it starts from. */
  readonly classes: Readonly<Record<string, string>>
}

/** Names that mean the same kind of object to a detector that looks from above. */
const ALIASES: readonly (readonly string[])[] = [
  ['car', 'vehicle', 'automobile', 'sedan', 'suv', 'taxi', 'smallvehicle'],
  ['van', 'minibus', 'minivan'],
  ['truck', 'lorry', 'largevehicle'],
  ['bus', 'coach', 'trolleybus'],
  ['person', 'pedestrian', 'people', 'human'],
  ['boat', 'ship', 'vessel'],
]

/**
 * For every target class, the source class it starts from: same name first, then an alias; a source class may serve
 * several targets. Case, spaces and punctuation do not count.
 */
export function matchClasses(source: readonly string[], target: readonly string[]): (number | undefined)[] {
  const plain = source.map(plainName)
  return target.map((name) => {
    const exact = plain.indexOf(plainName(name))
    if (exact >= 0) return exact
    const group = ALIASES.find((aliases) => aliases.includes(plainName(name)))
    const alias = group === undefined ? -1 : plain.findIndex((other) => group.includes(other))
    return alias >= 0 ? alias : undefined
  })
}

/**
 * Fills `weights` in place from a file: a tensor of the same name and shape is taken whole; tensors whose first axis
 * is the class axis are taken row by row for the classes that match by name; all else keeps its value and is listed.
 */
export function transferWeights(
  spec: ModelSpec,
  weights: Weights,
  file: WeightsFile,
  classNames: readonly string[],
): TransferReport {
  const pairs = file.classNames === undefined ? [] : matchClasses(file.classNames, classNames)
  const sameClasses =
    file.classNames !== undefined &&
    file.classNames.length === classNames.length &&
    pairs.every((index, row) => index === row)
  const loaded: string[] = []
  const remapped: string[] = []
  const kept: { name: string; reason: string }[] = []
  const known = new Set<string>()
  for (const { name, shape } of [...spec.parameters, ...spec.buffers]) {
    known.add(name)
    const target = weights.get(name)
    const source = file.tensors.get(name)
    if (target === undefined || source === undefined) {
      kept.push({ name, reason: 'not in the file' })
    } else if (isClassTensor(name) && !sameClasses && file.classNames !== undefined) {
      if (source.shape[0] === file.classNames.length && sameShape(source.shape.slice(1), shape.slice(1))) {
        copyRows(source, target, shape[0]!, pairs)
        remapped.push(name)
      } else {
        kept.push({ name, reason: `shape [${source.shape.join(', ')}] in the file, [${shape.join(', ')}] here` })
      }
    } else if (sameShape(source.shape, shape)) {
      target.set(source.data)
      loaded.push(name)
    } else {
      kept.push({ name, reason: `shape [${source.shape.join(', ')}] in the file, [${shape.join(', ')}] here` })
    }
  }
  const classes: Record<string, string> = {}
  pairs.forEach((index, row) => {
    const from = index === undefined ? undefined : file.classNames?.[index]
    if (from !== undefined) classes[classNames[row]!] = from
  })
  return {
    source: file.source,
    loaded,
    remapped,
    kept,
    unused: [...file.tensors.keys()].filter((n) => !known.has(n)),
    classes,
  }
}

/** The last convolutions of the class branch: their first axis is K. */
function isClassTensor(name: string): boolean {
  return /^model\.23\.cv3\.\d+\.2\.(weight|bias)$/.test(name)
}

function copyRows(
  source: NamedTensor,
  target: Float32Array,
  rows: number,
  pairs: readonly (number | undefined)[],
): void {
  const size = target.length / rows
  pairs.forEach((from, row) => {
    if (from !== undefined) target.set(source.data.subarray(from * size, (from + 1) * size), row * size)
  })
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((axis, i) => axis === b[i])
}

function plainName(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '')
}
