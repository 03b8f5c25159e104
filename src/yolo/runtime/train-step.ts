import { SkyloopError } from '../../core/errors.ts'
import { gradients } from '../autodiff/gradients.ts'
import { createGraph, input } from '../graph/graph.ts'
import { elementCount, type Tensor } from '../graph/tensor.ts'
import { detectionLoss, type LossOptions } from '../loss/detection-loss.ts'
import { anchorGrid } from '../model/anchors.ts'
import { network } from '../model/network.ts'
import type { ModelSpec, TensorSpec, Weights } from '../model/spec.ts'
import { type NormStatistics, trainingLayers } from '../model/training-layers.ts'
import { channelBlock } from './channel-block.ts'
import { compileOnnx } from '../lowering/compile.ts'
import { openSession, type Provider, type Values } from './session.ts'

/** Images with their boxes; M, the rows for boxes of an image, is at least 1 and may differ from batch to batch. */
export interface Batch {
  /** `[B, 3, H, W]` RGB in [0, 1]. */
  readonly images: Float32Array
  /** `[B, M, 4]` x1 y1 x2 y2 in pixels of the image; rows with mask 0 are ignored whatever they hold. */
  readonly boxesXyxyPx: Float32Array
  /** `[B, M]` class index in [0, K). */
  readonly classes: Int32Array
  /** `[B, M]` 1 for a real box, 0 for padding. */
  readonly mask: Float32Array
}

/** Loss parts with gains applied; `total` is their sum times B, and the gradients are those of `total`. */
export interface LossParts {
  readonly box: number
  readonly cls: number
  readonly dfl: number
  readonly total: number
}

export interface TrainStepResult {
  readonly loss: LossParts
  /** Sum of the batch's target probabilities: the parts were divided by it, or by 1 where it is less. */
  readonly targetSum: number
  /** By parameter name; frozen parameters are absent. The arrays are written again by the next run. */
  readonly gradients: Map<string, Float32Array>
  /** Batch mean and unbiased batch variance, by the name of the running statistic they update. */
  readonly batchStatistics: Map<string, Float32Array>
}

export interface TrainStepOptions extends LossOptions {
  readonly spec: ModelSpec
  /** B */
  readonly batch: number
  /** H in pixels, a multiple of 32. */
  readonly height: number
  /** W in pixels, a multiple of 32. */
  readonly width: number
  /** @default as many as the machine has cores */
  readonly threads?: number
  /**
   * Parameters that get no gradient. A layer all of whose parameters are frozen is normalised by its running statistics
   * and reports none.
   *
   * @default none
   */
  readonly frozen?: (name: string) => boolean
  /** @default 'cpu' */
  readonly provider?: Provider
}

/** Forward and backward of one batch, as one compiled graph. */
export interface TrainStep extends AsyncDisposable {
  readonly batch: number
  readonly height: number
  readonly width: number
  /** @throws SkyloopError `yolo.batch` when an array has another length than the step was built for, or a class is unknown */
  run(weights: Weights, batch: Batch): Promise<TrainStepResult>
}

/** A step is some thousand small pieces of work: threads that sleep between them lose 3 per cent of its time. */
const SPIN_US = 60

/** Stands for M where the graph wants a number. */
const SOME_BOXES = 2
const OPEN_AXES = new Map([
  ['boxes', [null, 'boxes', null]],
  ['classes', [null, 'boxes']],
  ['mask', [null, 'boxes']],
])

const LOSS_PARTS = ['box', 'cls', 'dfl', 'total', 'targetSum'] as const

/**
 * Builds, differentiates and compiles the training step.
 *
 * @throws SkyloopError `yolo.size` when H or W is no multiple of 32, or B is not at least 1
 */
export async function createTrainStep(options: TrainStepOptions): Promise<TrainStep> {
  const { spec, batch, height, width } = options
  checkSize(options)
  const isOnCpu = (options.provider ?? 'cpu') === 'cpu'
  const built = buildTrainingGraph(options, isOnCpu ? await channelBlock() : undefined)
  const { threads, provider } = options
  const session = await openSession(built.model, { threads, provider, spinUs: SPIN_US })
  const into = new Map<string, Values>(
    built.trained.map(({ name, shape }) => [`d.${name}`, { data: new Float32Array(elementCount(shape)), shape }]),
  )
  return {
    batch,
    height,
    width,
    async run(weights, data) {
      checkBatch(options, data)
      const rows = data.mask.length / batch
      const feeds = new Map<string, Values>([
        ['images', { data: data.images, shape: [batch, 3, height, width] }],
        ['boxes', { data: realBoxes(data), shape: [batch, rows, 4] }],
        ['classes', { data: Float32Array.from(data.classes), shape: [batch, rows] }],
        ['mask', { data: data.mask, shape: [batch, rows] }],
      ])
      for (const { name, shape } of [...spec.parameters, ...spec.buffers]) {
        const values = weights.get(name)
        if (values) feeds.set(name, { data: values, shape })
      }
      return readResults(await session.run(feeds, into), built)
    },
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  }
}

interface TrainingGraph {
  readonly model: Uint8Array
  readonly trained: readonly TensorSpec[]
  readonly statistics: readonly NormStatistics[]
}

export function buildTrainingGraph(options: TrainStepOptions, block: number | undefined): TrainingGraph {
  const { spec, batch, height, width } = options
  const frozen = options.frozen ?? (() => false)
  const graph = createGraph()
  const tensors = new Map<string, Tensor>()
  const layers = trainingLayers(
    ({ name, shape }) => {
      const tensor = input(graph, name, shape)
      tensors.set(name, tensor)
      return tensor
    },
    (layer) => ['conv.weight', 'bn.weight', 'bn.bias'].every((part) => frozen(`${layer}.${part}`)),
  )
  const levels = network(layers, spec.scale, spec.classCount, input(graph, 'images', [batch, 3, height, width]))
  const targets = {
    boxes: input(graph, 'boxes', [batch, SOME_BOXES, 4]),
    classes: input(graph, 'classes', [batch, SOME_BOXES]),
    mask: input(graph, 'mask', [batch, SOME_BOXES]),
  }
  const loss = detectionLoss(levels, targets, anchorGrid(graph, height, width), options)
  const trained = spec.parameters.filter(({ name }) => !frozen(name))
  const slopes = gradients(
    loss.total,
    trained.map(({ name }) => tensors.get(name) as Tensor),
  )
  const outputs = new Map<string, Tensor>(LOSS_PARTS.map((part) => [`loss.${part}`, loss[part]]))
  trained.forEach(({ name }, i) => outputs.set(`d.${name}`, slopes[i] as Tensor))
  for (const { meanName, varianceName, mean, variance } of layers.statistics) {
    outputs.set(`s.${meanName}`, mean).set(`s.${varianceName}`, variance)
  }
  const dialect = (options.provider ?? 'cpu') === 'cpu' ? 'microsoft' : 'standard'
  return {
    model: compileOnnx(graph, { outputs, openAxes: OPEN_AXES, dialect, channelBlock: block }),
    trained,
    statistics: layers.statistics,
  }
}

function readResults(results: ReadonlyMap<string, Values>, { trained, statistics }: TrainingGraph): TrainStepResult {
  const valuesOf = (name: string): Float32Array => (results.get(name) as Values).data
  const part = (name: (typeof LOSS_PARTS)[number]): number => valuesOf(`loss.${name}`)[0] as number
  const batchStatistics = new Map<string, Float32Array>()
  for (const { meanName, varianceName, count } of statistics) {
    batchStatistics.set(meanName, valuesOf(`s.${meanName}`))
    const unbiased = count / Math.max(1, count - 1)
    batchStatistics.set(
      varianceName,
      valuesOf(`s.${varianceName}`).map((variance) => variance * unbiased),
    )
  }
  return {
    loss: { box: part('box'), cls: part('cls'), dfl: part('dfl'), total: part('total') },
    targetSum: part('targetSum'),
    gradients: new Map(trained.map(({ name }) => [name, valuesOf(`d.${name}`)])),
    batchStatistics,
  }
}

/** Padding rows as zeros, so that nothing they hold can reach the sums. */
function realBoxes({ boxesXyxyPx, mask }: Batch): Float32Array {
  return boxesXyxyPx.map((value, i) => (mask[i >> 2] === 1 ? value : 0))
}

function checkSize({ batch, height, width }: TrainStepOptions): void {
  const whole = [batch, height / 32, width / 32].every((n) => Number.isInteger(n) && n >= 1)
  if (whole) return
  throw new SkyloopError({
    code: 'yolo.size',
    message: `batch ${batch}, ${height}×${width} px: height and width must be multiples of 32, the batch at least 1`,
  })
}

function checkBatch({ spec, batch, height, width }: TrainStepOptions, data: Batch): void {
  const problem = (message: string): SkyloopError =>
    new SkyloopError({ code: 'yolo.batch', fault: 'internal', message })
  const rows = data.mask.length / batch
  if (!Number.isInteger(rows) || rows < 1) throw problem(`mask has ${data.mask.length} values for ${batch} images`)
  const expected = {
    images: batch * 3 * height * width,
    boxesXyxyPx: batch * rows * 4,
    classes: batch * rows,
  }
  for (const [name, length] of Object.entries(expected) as [keyof typeof expected, number][]) {
    if (data[name].length !== length) throw problem(`${name} has ${data[name].length} values, not ${length}`)
  }
  data.classes.forEach((index, i) => {
    if (data.mask[i] === 1 && (index < 0 || index >= spec.classCount)) {
      throw problem(`class ${index} is outside 0..${spec.classCount - 1}`)
    }
  })
}
