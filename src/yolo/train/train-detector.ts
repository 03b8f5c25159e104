import { availableParallelism } from 'node:os'
import { systemClock } from '../../core/clock.ts'
import type { Clock } from '../../core/clock.ts'
import type { CocoMetrics } from '../eval/coco-ap.ts'
import { modelSpec } from '../model/spec.ts'
import type { ModelSpec, Weights } from '../model/spec.ts'
import type { ImageSize } from '../runtime/detector-session.ts'
import type { TransferReport } from '../weights/transfer.ts'
import { readWeights } from '../weights/read-weights.ts'
import { availableMemoryBytes } from './memory/available-memory.ts'
import { bestWeightsPath, loadCheckpoint, NO_PROGRESS, requireSameIdentity } from './checkpoint.ts'
import { clippingNotice, hasBoxes, readDataset, requireBoxes } from './batches/dataset.ts'
import type { Dataset } from './batches/dataset.ts'
import { emptyGradientSum } from './update/gradient-sum.ts'
import { openImageStore } from './batches/image-store.ts'
import { inputSizes } from './batches/input-sizes.ts'
import { makeBatch } from './batches/make-batch.ts'
import type { PreparedBatch } from './batches/make-batch.ts'
import { requireMemory } from './memory/memory-need.ts'
import { cloneWeights } from './update/moving-average.ts'
import { createOptimiser, restoreOptimiser } from './update/optimiser.ts'
import type { EpochRow } from './results.ts'
import type { TrainSettings } from './settings/settings.ts'
import { startValues } from './start-values.ts'
import { measureStart } from './start-row.ts'
import { trainEpochs } from './train-epochs.ts'
import type { TrainingState } from './train-epochs.ts'
import type { TrainEvent, TrainStatus } from './train-events.ts'
import { planTraining, trainingIdentity } from './training-plan.ts'
import { fitnessOf, validateWeights } from './validation.ts'
import type { Validation } from './validation.ts'

export interface TrainDetectorOptions {
  /** Folder of the training split, YOLO layout. */
  readonly train: string
  /** Folder of the validation split; without it, or when it has no boxes, the last epoch is the best one. */
  readonly validation?: string
  readonly classNames: readonly string[]
  readonly settings: TrainSettings
  /** Weights to start from, a safetensors file; without it training starts from random values. */
  readonly startFrom?: string
  /** Where checkpoints go, and where one is resumed from when it is there. */
  readonly checkpointDir: string
  /** A checkpoint is written at each epoch's end and whenever this much time has passed. @default 20 */
  readonly checkpointEverySeconds?: number
  /** When it is aborted, a checkpoint is written after the step under way and the result says `interrupted`. */
  readonly signal?: AbortSignal
  readonly clock?: Clock
  readonly report?: (event: TrainEvent) => void
}

export interface TrainResult {
  readonly status: TrainStatus
  readonly reason: string
  readonly spec: ModelSpec
  /** The moving average at the best epoch: what to ship. */
  readonly weights: Weights
  readonly rows: readonly EpochRow[]
  /** 1-based; 0 says that no epoch was better than the weights that training started from, or that none was finished. */
  readonly bestEpoch: number
  /** Of `weights` on the validation split; undefined without one, or when interrupted. */
  readonly validation: CocoMetrics | undefined
  /** Mean loss per image of the last finished epoch; undefined when none was. */
  readonly finalLoss: number | undefined
  /** Of training steps alone, waiting for batches included. */
  readonly imagesPerSecond: number
  /** Training and validation, over all runs that led here. */
  readonly seconds: number
  readonly steps: number
  /** Undefined when training started from random values. */
  readonly transfer: TransferReport | undefined
  /** Of the weights that training started from, which what it makes of them inherits; undefined from scratch. */
  readonly license: string | undefined
  readonly material: TrainingMaterial
}

/** What plots are drawn from. */
export interface TrainingMaterial {
  readonly train: Dataset
  /** Of the training images as they are held in memory, aspect kept. */
  readonly trainSizes: readonly ImageSize[]
  /** With what `weights` find on it; undefined without a validation split, or when interrupted. */
  readonly validation: (Validation & { readonly dataset: Dataset }) | undefined
  /** A batch as the training saw it; both numbers 0-based. */
  sampleBatch(number: { readonly epoch: number; readonly index: number }): Promise<PreparedBatch>
}

const NOT_VALIDATED = 'nothing can be measured on it, so the last epoch counts as the best one'

/** Memory for decoded pixels; images beyond are decoded at each use. */
const TRAIN_CACHE_BYTES = 1200 * 2 ** 20
const VALIDATION_CACHE_BYTES = 300 * 2 ** 20

/**
 * Trains a YOLO11 detector: data, start values or checkpoint, epochs, validation, best weights.
 *
 * An interrupted and resumed training computes bit for bit what an uninterrupted one computes.
 *
 * @throws ProblemsError `yolo.dataset`, `yolo.image.corrupt` for data that cannot be used, all problems listed;
 *   `yolo.train.checkpoint` when the checkpoint there belongs to another training
 * @throws SkyloopError `yolo.train.diverged` when the loss is no longer a number; the batch is kept beside the
 *   checkpoints as `diverged-batch.safetensors`; `yolo.train.memory` when it would not fit into memory or did not
 */
export async function trainDetector(options: TrainDetectorOptions): Promise<TrainResult> {
  const { settings, classNames, checkpointDir, startFrom } = options
  const clock = options.clock ?? systemClock
  const report = options.report ?? (() => {})
  const threads = settings.threads === 0 ? availableParallelism() : settings.threads
  const train = await readDataset(options.train, classNames)
  requireBoxes(train)
  const given = options.validation === undefined ? undefined : await readDataset(options.validation, classNames)
  const validation = given && hasBoxes(given) ? given : undefined
  const largestPx = inputSizes(settings.imgsz, settings.multi_scale).at(-1) ?? settings.imgsz
  const paths = pathsOf(train)
  const store = await openImageStore(paths, largestPx, TRAIN_CACHE_BYTES, (images) =>
    report({ kind: 'read', images, of: paths.length }),
  )
  report({ kind: 'data', train, validation })
  if (given && !validation) report({ kind: 'warning', message: `${given.folder} has no boxes: ${NOT_VALIDATED}` })
  for (const notice of [train, given].map((set) => set && clippingNotice(set))) {
    if (notice !== undefined) report({ kind: 'warning', message: notice })
  }

  const spec = modelSpec(settings.scale, classNames.length)
  const validateFully = validation && (await validator(spec, validation, settings, threads))
  const validate = validateFully && (async (given: Weights) => (await validateFully(given)).metrics)
  // Images are in memory by now, so what is left is for the steps.
  if (settings.memory_check) requireMemory(spec, settings, await availableMemoryBytes())
  const { weights, transfer, license } = await startValues(spec, classNames, settings.seed, startFrom)
  if (transfer) report({ kind: 'transfer', transfer })
  const plan = planTraining(settings, train, store, startFrom === undefined)
  const identity = trainingIdentity(settings, classNames, startFrom === undefined, train, validation)
  const state = await startOrResume(options, spec, weights, identity)
  const { epoch, batch, steps } = state.progress
  if (steps > 0) report({ kind: 'resume', epoch: epoch + 1, batch, steps })

  const startMs = clock.now().getTime()
  const priorSeconds = state.progress.seconds
  if (startFrom !== undefined && validate && state.progress.rows.length === 0) {
    await measureStart({ spec, classNames, checkpointDir, epochs: settings.epochs, clock, validate, report }, state)
  }
  const checkpointEverySeconds = options.checkpointEverySeconds ?? 20
  const { signal } = options
  const { status, reason } = await trainEpochs(
    {
      spec,
      settings,
      plan,
      classNames,
      checkpointDir,
      checkpointEverySeconds,
      identity,
      threads,
      clock,
      signal,
      validate,
      report,
    },
    state,
  )
  const best = await bestOf(state, checkpointDir, status === 'interrupted' ? undefined : validateFully)
  report({ kind: 'end', status, reason })
  const { progress } = state
  return {
    status,
    reason,
    spec,
    weights: best.weights,
    rows: progress.rows,
    bestEpoch: best.epoch,
    validation: best.validation?.metrics,
    material: {
      train,
      trainSizes: store.sizes,
      validation: validation && best.validation && { dataset: validation, ...best.validation },
      sampleBatch: (number) => makeBatch(plan.source, number.epoch, number.index),
    },
    finalLoss: progress.rows.at(-1)?.trainLoss ?? undefined,
    imagesPerSecond: progress.imagesSeen / Math.max(1e-3, progress.stepSeconds),
    seconds: priorSeconds + (clock.now().getTime() - startMs) / 1000,
    steps: progress.steps,
    transfer,
    license,
  }
}

async function startOrResume(
  { settings, checkpointDir }: TrainDetectorOptions,
  spec: ModelSpec,
  weights: Weights,
  identity: Readonly<Record<string, unknown>>,
): Promise<TrainingState> {
  const optimiser = createOptimiser(spec, {
    kind: settings.optimizer,
    momentum: settings.momentum,
    weightDecay: settings.weight_decay,
  })
  const saved = await loadCheckpoint(checkpointDir)
  if (!saved) {
    return { weights, average: cloneWeights(weights), optimiser, pending: emptyGradientSum(), progress: NO_PROGRESS }
  }
  requireSameIdentity(saved.identity, identity)
  restoreOptimiser(optimiser, saved.optimiser, saved.progress.steps)
  const pending = { gradients: new Map(saved.pending), ...saved.progress.pending }
  return { weights: saved.weights, average: saved.average, optimiser, pending, progress: saved.progress }
}

/**
 * The weights to ship. A training cut short within an epoch may have learnt more since its best epoch was validated, or
 * have none at all, so its average is measured as well.
 */
async function bestOf(
  { average, progress }: TrainingState,
  checkpointDir: string,
  validate: ((weights: Weights) => Promise<Validation>) | undefined,
): Promise<{ weights: Weights; epoch: number; validation: Validation | undefined }> {
  const latest = { weights: average, epoch: progress.epoch + (progress.batch > 0 ? 1 : 0) }
  if (!progress.best) return { ...latest, validation: await validate?.(average) }
  const file = await readWeights(bestWeightsPath(checkpointDir))
  const weights: Weights = new Map(Array.from(file.tensors, ([name, { data }]) => [name, data]))
  const best = { weights, epoch: progress.best.epoch + 1, validation: await validate?.(weights) }
  if (progress.batch === 0 || !validate || !best.validation) return best
  const validation = await validate(average)
  return fitnessOf(validation.metrics) > fitnessOf(best.validation.metrics) ? { ...latest, validation } : best
}

async function validator(
  spec: ModelSpec,
  validation: Dataset,
  { imgsz: size, rect }: TrainSettings,
  threads: number,
): Promise<(weights: Weights) => Promise<Validation>> {
  const store = await openImageStore(pathsOf(validation), size, VALIDATION_CACHE_BYTES)
  return (weights) => validateWeights(spec, weights, validation, store, { size, rect, threads })
}

function pathsOf(dataset: Dataset): string[] {
  return dataset.images.map(({ path }) => path)
}
