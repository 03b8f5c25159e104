import onnxProto from 'onnx-proto'
import type { onnx as Onnx } from 'onnx-proto'
import { encodeAttribute } from '../lowering/onnx-writer.ts'
import { BINS } from '../model/scales.ts'
import { type BoxBranch, boxBranch, type BranchConv } from './box-branch.ts'
import { FLOAT, floats, needed } from './cut-at-head.ts'
import { HEAD_NAMES } from './head-values.ts'
import { WINDOW } from './hit-windows.ts'

const { onnx } = onnxProto

/** ONNX's number for i32. */
const INT32 = 6

/** What a level's values are called where a detector is split. */
export interface SplitNames {
  /** Pixels per cell. */
  readonly stride: number
  /** `[B, H/s, W/s, C]`, or `[cells + 1, C]` with a last row of zeros */
  readonly features: string
  /** `[n, 9]` rows of `features`: the window of each cell of which a hit's window consists */
  readonly near: string
  /** `[h, 9]` rows of the result for `near`, n for what lies outside of the image: the window of each hit */
  readonly hits: string
  readonly distances: string
  readonly classes: string
}

export const SPLIT_NAMES: readonly SplitNames[] = HEAD_NAMES.map(({ stride, distances, classes }) => ({
  stride,
  features: `stride${stride}.features`,
  near: `stride${stride}.near`,
  hits: `stride${stride}.hits`,
  distances,
  classes,
}))

/** A detector in parts, all of any batch size and sides that are multiples of 32. */
export interface SplitDetector {
  /** Images to `classes` and `features` of each level. */
  readonly trunk: Uint8Array
  /** `features`, `near` and `hits` to `distances` `[h, 4]` of each level, in cells. */
  readonly boxesOfHits: Uint8Array
  /** `features` to `distances` `[B, 4 R, H/s, W/s]` of each level. */
  readonly boxesOfAll: Uint8Array
  /** C of each level. */
  readonly channels: readonly number[]
}

/**
 * Splits an exported detector where the branches begin that predict boxes: they are a fifth of YOLO11n's work, and only the few
 * cells that a class is seen in need them.
 *
 * @returns undefined when the file does not describe its head, or its branches are not two 3×3 convolutions and a 1×1
 */
export function splitAtBoxes(bytes: Uint8Array): SplitDetector | undefined {
  const model = onnx.ModelProto.decode(bytes)
  const { graph } = model
  const image = graph?.input?.[0]?.name
  const described = new Set((graph?.valueInfo ?? []).map(({ name }) => name))
  if (!graph || !image || !HEAD_NAMES.every(({ classes }) => described.has(classes))) return
  const branches = HEAD_NAMES.map(({ distances }) => boxBranch(graph, distances))
  if (!branches.every((branch) => branch !== undefined)) return
  const writer = new PartWriter(model)
  return {
    trunk: writer.trunk(image, branches),
    boxesOfHits: writer.boxesOfHits(branches),
    boxesOfAll: writer.boxesOfAll(branches),
    channels: branches.map(({ channels }) => channels),
  }
}

/** Writes models that read what another one computes or holds. */
class PartWriter {
  readonly #model: Onnx.IModelProto
  readonly #nodes: readonly Onnx.INodeProto[]
  readonly #initialisers: readonly Onnx.ITensorProto[]

  constructor(model: Onnx.IModelProto) {
    this.#model = model
    this.#nodes = model.graph?.node ?? []
    this.#initialisers = model.graph?.initializer ?? []
  }

  trunk(image: string, branches: readonly BoxBranch[]): Uint8Array {
    const names = SPLIT_NAMES.map(({ classes }) => classes)
    const features = branches.map((branch) => branch.features)
    const nodes = needed(this.#nodes, [...names, ...features])
    const turned = SPLIT_NAMES.flatMap((level, i) => [
      widened(features[i]!, `${level.features}.f32`),
      node('Transpose', [`${level.features}.f32`], level.features, { perm: [0, 2, 3, 1] }),
    ])
    return this.#encode(
      [...nodes, ...turned],
      [value(image, FLOAT, ['batch', 3, 'height', 'width'])],
      SPLIT_NAMES.flatMap((level, i) => [
        value(level.classes, FLOAT, ['batch', null, null, null]),
        value(level.features, FLOAT, ['batch', null, null, branches[i]!.channels]),
      ]),
    )
  }

  boxesOfHits(branches: readonly BoxBranch[]): Uint8Array {
    const constants: Onnx.ITensorProto[] = [
      integers(ROW_OF_BINS, [-1, BINS]),
      integers(ROW_OF_SIDES, [-1, 4]),
      binValues(),
    ]
    const nodes = branches.flatMap(({ convs: [first, second, last] }, i) => {
      const { features, near, hits, distances } = SPLIT_NAMES[i]!
      const part = (text: string): string => `${distances}.${text}`
      const none = { name: part('outside'), dataType: FLOAT, dims: [1, first.outputs] }
      constants.push({ ...none, rawData: new Uint8Array(4 * first.outputs) })
      return [
        node('Gather', [features, near], part('near'), { axis: 0 }),
        ...rowsTimes(this.#nodes, part('near'), first, part('first')),
        ...silu(part('first')),
        node('Concat', [part('first.silu'), part('outside')], part('table'), { axis: 0 }),
        node('Gather', [part('table'), hits], part('hits'), { axis: 0 }),
        ...rowsTimes(this.#nodes, part('hits'), second, part('second')),
        ...silu(part('second')),
        ...rowsTimes(this.#nodes, part('second.silu'), last, part('logits')),
        // The mean of each side's distribution.
        node('Reshape', [part('logits'), ROW_OF_BINS], part('sides')),
        node('Softmax', [part('sides')], part('shares'), { axis: 1 }),
        node('MatMul', [part('shares'), BIN_VALUES], part('means')),
        node('Reshape', [part('means'), ROW_OF_SIDES], distances),
      ]
    })
    return this.#encode(
      nodes,
      SPLIT_NAMES.flatMap(({ features, near, hits, stride }, i) => [
        value(features, FLOAT, [`cells${stride}`, branches[i]!.channels]),
        value(near, INT32, [`near${stride}`, WINDOW]),
        value(hits, INT32, [`hits${stride}`, WINDOW]),
      ]),
      SPLIT_NAMES.map(({ distances, stride }) => value(distances, FLOAT, [`hits${stride}`, 4])),
      constants,
    )
  }

  boxesOfAll(branches: readonly BoxBranch[]): Uint8Array {
    const names = SPLIT_NAMES.map(({ distances }) => distances)
    const nodes = needed(
      this.#nodes,
      names,
      branches.map(({ features }) => features),
    )
    const turned = branches.flatMap((branch, i) => [
      node('Transpose', [SPLIT_NAMES[i]!.features], `${branch.features}.f32`, { perm: [0, 3, 1, 2] }),
      node('Cast', [`${branch.features}.f32`], branch.features, { to: branch.elementType }),
    ])
    return this.#encode(
      [...turned, ...nodes],
      SPLIT_NAMES.map(({ features, stride }, i) =>
        value(features, FLOAT, ['batch', `height${stride}`, `width${stride}`, branches[i]!.channels]),
      ),
      SPLIT_NAMES.map(({ distances }) => value(distances, FLOAT, ['batch', null, null, null])),
    )
  }

  #encode(
    nodes: readonly Onnx.INodeProto[],
    inputs: Onnx.IValueInfoProto[],
    outputs: Onnx.IValueInfoProto[],
    more: readonly Onnx.ITensorProto[] = [],
  ): Uint8Array {
    const read = new Set(nodes.flatMap(({ input }) => input ?? []))
    const initializer = [...this.#initialisers.filter(({ name }) => read.has(name ?? '')), ...more]
    const graph = { name: 'part', node: [...nodes], initializer, input: inputs, output: outputs }
    return onnx.ModelProto.encode({ ...this.#model, graph }).finish()
  }
}

/**
 * A convolution of windows that lie in rows: `[n, 9, C]` or `[n, C]` to `[n, out]`. Its weights become `[9 C, out]` when the
 * graph is loaded.
 */
function rowsTimes(
  nodes: readonly Onnx.INodeProto[],
  rows: string,
  { weight, bias }: BranchConv,
  into: string,
): Onnx.INodeProto[] {
  return [
    ...needed(nodes, [weight, bias]),
    widened(weight, `${into}.weight.f32`),
    widened(bias, `${into}.bias.f32`),
    // [out, C, 3, 3] to [out, 3 · 3 · C], which the product turns.
    node('Transpose', [`${into}.weight.f32`], `${into}.weight.last`, { perm: [0, 2, 3, 1] }),
    node('Flatten', [`${into}.weight.last`], `${into}.weight`, { axis: 1 }),
    node('Flatten', [rows], `${into}.rows`, { axis: 1 }),
    node('Gemm', [`${into}.rows`, `${into}.weight`, `${into}.bias.f32`], into, { transB: 1 }),
  ]
}

const silu = (x: string): Onnx.INodeProto[] => [
  node('Sigmoid', [x], `${x}.sigmoid`),
  node('Mul', [x, `${x}.sigmoid`], `${x}.silu`),
]

const ROW_OF_BINS = 'boxes.row-of-bins'
const ROW_OF_SIDES = 'boxes.row-of-sides'
const BIN_VALUES = 'boxes.bins'

const integers = (name: string, values: readonly number[]): Onnx.ITensorProto => ({
  name,
  dataType: 7,
  dims: [values.length],
  rawData: new Uint8Array(BigInt64Array.from(values, BigInt).buffer),
})

/** `[R, 1]`: 0, 1, 2 ... */
const binValues = (): Onnx.ITensorProto => ({
  name: BIN_VALUES,
  dataType: FLOAT,
  dims: [BINS, 1],
  rawData: new Uint8Array(Float32Array.from({ length: BINS }, (_, r) => r).buffer),
})

const widened = (from: string, to: string): Onnx.INodeProto => node('Cast', [from], to, { to: FLOAT })

function node(
  opType: string,
  input: string[],
  output: string,
  attributes: Readonly<Record<string, number | readonly number[]>> = {},
): Onnx.INodeProto {
  const attribute = Object.entries(attributes).map(([name, given]) => encodeAttribute(name, given))
  return { opType, input, output: [output], attribute }
}

function value(name: string, elemType: number, sizes: Parameters<typeof floats>[0]): Onnx.IValueInfoProto {
  const { tensorType } = floats(sizes)
  return { name, type: { tensorType: { ...tensorType, elemType } } }
}
