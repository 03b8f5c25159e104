import { rm } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../core/clock.ts'
import type { Clock } from '../../core/clock.ts'
import { SkyloopError } from '../../core/errors.ts'
import { writeFileAtomic } from '../../core/files.ts'
import { hash32, seededRandom } from '../../core/random.ts'
import type { CocoMetrics } from '../eval/coco-ap.ts'
import { initialWeights, modelSpec } from '../model/spec.ts'
import type { ModelSpec, Weights } from '../model/spec.ts'
import { createTrainStep } from '../runtime/train-step.ts'
import type { TrainStepResult } from '../runtime/train-step.ts'
import { encodeSafetensors } from '../weights/safetensors.ts'
import { transferWeights } from '../weights/transfer.ts'
import type { TransferReport } from '../weights/transfer.ts'
import { readWeightsFile, writeWeightsFile } from '../weights/weights-file.ts'
import { openBatchFeed } from './batch-feed.ts'
import { bestWeightsPath, loadCheckpoint, requireSameIdentity, saveCheckpoint } from './checkpoint.ts'
import type { Progress } from './checkpoint.ts'
import { readDataset, requireBoxes } from './dataset.ts'
import type { Dataset } from './dataset.ts'
import { openImageStore } from './image-store.ts'
import { batchesPerEpoch, chooseMaxBoxes } from './make-batch.ts'
import type { BatchSource, PreparedBatch } from './make-batch.ts'
import { cloneWeights, updateAverage, updateRunningStatistics } from './moving-average.ts'
import { clipGradients, createOptimiser, restoreOptimiser } from './optimiser.ts'
import type { EpochRow } from './results.ts'
import { learningRate } from './schedule.ts'
import { chosenLearningRate, LIMIT_SETTINGS } from './settings.ts'
import type { TrainSettings } from './settings.ts'
import { fitnessOf, validateWeights } from './validation.ts'

export interface TrainDetectorOptions {
  /** Folder of the training split, YOLO layout. */
  readonly train: string
  /** Folder of the validation split; without it the last epoch is the best one. */
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

/** What happens while a detector is trained, in this order. */
export type TrainEvent =
  | {
      readonly kind: 'data'
      readonly train: Dataset
      readonly validation: Dataset | undefined
      readonly maxBoxes: number
    }
  | { readonly kind: 'transfer'; readonly transfer: TransferReport }
  | { readonly kind: 'resume'; readonly epoch: number; readonly batch: number; readonly steps: number }
  | {
      readonly kind: 'step'
      readonly epoch: number
      readonly batch: number
      readonly batches: number
      readonly loss: number
    }
  | { readonly kind: 'epoch'; readonly row: EpochRow; readonly epochs: number; readonly secondsLeft: number }
  | { readonly kind: 'end'; readonly status: TrainStatus; readonly reason: string }

/** `completed`: all epochs; `early`: patience ran out; `time`: max_minutes passed; `interrupted`: the signal came. */
export type TrainStatus = 'completed' | 'early' | 'time' | 'interrupted'

export interface TrainResult {
  readonly status: TrainStatus
  readonly reason: string
  readonly spec: ModelSpec
  /** The moving average at the best epoch: what to ship. */
  readonly weights: Weights
  readonly rows: readonly EpochRow[]
  /** 1-based; 0 when no epoch was finished. */
  readonly bestEpoch: number
  /** Of `weights` on the validation split; undefined without one, or when interrupted. */
  readonly validation: CocoMetrics | undefined
  /** Mean loss per step of the last finished epoch; undefined when none was. */
  readonly finalLoss: number | undefined
  /** Of training steps alone, waiting for batches included. */
  readonly imagesPerSecond: number
  readonly seconds: number
  readonly steps: number
  readonly transfer: TransferReport | undefined
}

/** Momentum of running batch-norm statistics. @source the YOLO11 architecture's published configuration */
const NORM_MOMENTUM = 0.03
const TRAIN_CACHE_BYTES = 1200 * 2 ** 20
const VALIDATION_CACHE_BYTES = 300 * 2 ** 20
const NO_SUMS = { steps: 0, seconds: 0, box: 0, cls: 0, dfl: 0, total: 0, boxesLeftOut: 0 }

/**
 * Trains a YOLO11 detector: data, start values or checkpoint, epochs, validation, best weights.
 *
 * An interrupted and resumed training computes bit for bit what an uninterrupted one computes.
 *
 * @throws SkyloopError `yolo.train.diverged` when the loss is no longer a number; the batch is kept beside the
 *   checkpoints as `diverged-batch.safetensors`
 */
export async function trainDetector(options: TrainDetectorOptions): Promise<TrainResult> {
  const { settings, classNames, checkpointDir } = options
  const clock = options.clock ?? systemClock
  const report = options.report ?? (() => {})
  const threads = settings.threads === 0 ? availableParallelism() : settings.threads
  const train = await readDataset(options.train, classNames)
  requireBoxes(train)
  const validation = options.validation === undefined ? undefined : await readDataset(options.validation, classNames)
  const paths = (dataset: Dataset) => dataset.images.map(({ path }) => path)
  const store = await openImageStore(paths(train), settings.imgsz, TRAIN_CACHE_BYTES)
  const valStore = validation && (await openImageStore(paths(validation), settings.imgsz, VALIDATION_CACHE_BYTES))
  const counts = train.images.map(({ classes }) => classes.length)
  const maxBoxes = chooseMaxBoxes(counts, settings.mosaic > 0, settings.max_boxes)
  report({ kind: 'data', train, validation, maxBoxes })

  const spec = modelSpec(settings.scale, classNames.length)
  const start = await startValues(options, spec)
  if (start.transfer) report({ kind: 'transfer', transfer: start.transfer })
  const optimiser = createOptimiser(spec, {
    kind: settings.optimizer,
    momentum: settings.momentum,
    weightDecay: settings.weight_decay,
  })
  const identity = trainingIdentity(options, train, validation)
  const saved = await loadCheckpoint(checkpointDir)
  let weights = start.weights
  let average = cloneWeights(weights)
  let progress: Progress = {
    epoch: 0,
    batch: 0,
    steps: 0,
    sums: NO_SUMS,
    rows: [],
    best: null,
    stale: 0,
    seconds: 0,
    stepSeconds: 0,
    imagesSeen: 0,
  }
  if (saved) {
    requireSameIdentity(saved.identity, identity)
    ;({ weights, average, progress } = saved)
    restoreOptimiser(optimiser, saved.optimiser, progress.steps)
    report({ kind: 'resume', epoch: progress.epoch + 1, batch: progress.batch, steps: progress.steps })
  }

  const batches = batchesPerEpoch(train.images.length, settings.batch)
  const totalSteps = batches * settings.epochs
  const schedule = {
    lr0: chosenLearningRate(settings, options.startFrom === undefined),
    lrf: settings.lrf,
    shape: settings.schedule,
    warmupSteps: Math.min(Math.round(settings.warmup_epochs * batches), Math.ceil(totalSteps / 10)),
    totalSteps,
  }
  const source: BatchSource = {
    store,
    labels: train.images.map(({ boxesXyxyNorm, classes }) => ({ boxesXyxyNorm, classes })),
    seed: settings.seed,
    batch: settings.batch,
    size: settings.imgsz,
    maxBoxes,
    augmentation: {
      mosaic: settings.mosaic,
      hflip: settings.hflip,
      vflip: settings.vflip,
      rotate90: settings.rotate90,
      scale: settings.scale_jitter,
      translate: settings.translate,
      hue: settings.hsv_h,
      saturation: settings.hsv_s,
      value: settings.hsv_v,
    },
    mosaicEndsAtEpoch: settings.epochs - settings.close_mosaic,
  }
  const priorSeconds = progress.seconds
  const startedMs = clock.now().getTime()
  const elapsed = () => priorSeconds + (clock.now().getTime() - startedMs) / 1000
  const timeIsUp = () => settings.max_minutes > 0 && elapsed() >= settings.max_minutes * 60
  let savedMs = startedMs
  const save = async (): Promise<void> => {
    progress = { ...progress, seconds: elapsed() }
    await saveCheckpoint(checkpointDir, { weights, average, optimiser: optimiser.state, progress, identity })
    savedMs = clock.now().getTime()
  }
  const frozen = settings.freeze === 0 ? undefined : (name: string) => Number(name.split('.')[1]) < settings.freeze

  let status: TrainStatus = 'completed'
  let reason = `all ${settings.epochs} epochs are done`
  if (progress.epoch < settings.epochs) {
    await using step = await createTrainStep({
      spec,
      batch: settings.batch,
      height: settings.imgsz,
      width: settings.imgsz,
      maxBoxes,
      threads,
      frozen,
    })
    await using feed = openBatchFeed(source, upcoming(progress, settings.epochs, batches))
    training: while (progress.epoch < settings.epochs) {
      while (progress.batch < batches) {
        const stepStartMs = clock.now().getTime()
        const batch = await feed.next()
        if (!batch) break
        const result = await step.run(weights, batch)
        const norm = clipGradients(result.gradients, settings.clip_norm)
        if (!Number.isFinite(result.loss.total) || !Number.isFinite(norm)) {
          await keepDivergedBatch(checkpointDir, batch, settings)
          throw diverged(result, norm, progress, checkpointDir)
        }
        const rate = learningRate(schedule, progress.steps)
        optimiser.update(weights, result.gradients, rate)
        updateRunningStatistics(weights, result.batchStatistics, NORM_MOMENTUM)
        updateAverage(average, weights, progress.steps + 1, settings.ema_decay)
        progress = afterStep(progress, result, batch, settings.batch, (clock.now().getTime() - stepStartMs) / 1000)
        report({ kind: 'step', epoch: progress.epoch + 1, batch: progress.batch, batches, loss: meanLoss(result) })
        if (options.signal?.aborted || timeIsUp()) {
          await save()
          if (options.signal?.aborted) {
            status = 'interrupted'
            reason = `stopped at epoch ${progress.epoch + 1}, batch ${progress.batch} of ${batches}; a checkpoint is kept`
          } else {
            status = 'time'
            reason = `${settings.max_minutes} minutes have passed, at epoch ${progress.epoch + 1} of ${settings.epochs}`
          }
          break training
        }
        if (clock.now().getTime() - savedMs >= (options.checkpointEverySeconds ?? 20) * 1000) await save()
      }
      const isLast = progress.epoch + 1 === settings.epochs
      const due = validation && valStore && ((progress.epoch + 1) % settings.val_every === 0 || isLast)
      const metrics = due
        ? await validateWeights(spec, average, validation, valStore, { size: settings.imgsz, threads })
        : undefined
      const row: EpochRow = {
        epoch: progress.epoch + 1,
        trainLoss: progress.sums.total / progress.sums.steps,
        boxLoss: progress.sums.box / progress.sums.steps,
        clsLoss: progress.sums.cls / progress.sums.steps,
        dflLoss: progress.sums.dfl / progress.sums.steps,
        valMap50: metrics ? known(metrics.map50) : null,
        valMap50_95: metrics ? known(metrics.map50_95) : null,
        learningRate: learningRate(schedule, progress.steps - 1),
        imagesPerSecond: (progress.sums.steps * settings.batch) / Math.max(1e-3, progress.sums.seconds),
        seconds: elapsed(),
        boxesLeftOut: progress.sums.boxesLeftOut,
      }
      const fitness = metrics ? fitnessOf(metrics) : 0
      const isBest = validation ? metrics !== undefined && fitness > (progress.best?.fitness ?? -1) : true
      if (isBest) await writeWeightsFile(bestWeightsPath(checkpointDir), spec, average, classNames)
      progress = {
        ...progress,
        epoch: progress.epoch + 1,
        batch: 0,
        sums: NO_SUMS,
        rows: [...progress.rows, row],
        best: isBest ? { epoch: progress.epoch, fitness } : progress.best,
        stale: isBest ? 0 : progress.stale + (metrics ? 1 : 0),
      }
      await save()
      const perEpoch = elapsed() / progress.epoch
      report({
        kind: 'epoch',
        row,
        epochs: settings.epochs,
        secondsLeft: perEpoch * (settings.epochs - progress.epoch),
      })
      if (settings.patience > 0 && progress.stale >= settings.patience && progress.epoch < settings.epochs) {
        status = 'early'
        reason = `${settings.patience} validations in a row brought nothing better than epoch ${progress.best!.epoch + 1}`
        break
      }
    }
  }

  // A training cut short may have learnt more since its best epoch was validated, or have none at all.
  let best = progress.best ? weightsOf(await readWeightsFile(bestWeightsPath(checkpointDir))) : average
  let bestEpoch = progress.best ? progress.best.epoch + 1 : 0
  let metrics: CocoMetrics | undefined
  if (validation && valStore && status !== 'interrupted') {
    const how = { size: settings.imgsz, threads }
    metrics = await validateWeights(spec, best, validation, valStore, how)
    if (status === 'time' && progress.batch > 0 && progress.best) {
      const now = await validateWeights(spec, average, validation, valStore, how)
      if (fitnessOf(now) > fitnessOf(metrics)) {
        best = average
        bestEpoch = progress.epoch + 1
        metrics = now
      }
    }
  }
  report({ kind: 'end', status, reason })
  return {
    status,
    reason,
    spec,
    weights: best,
    rows: progress.rows,
    bestEpoch,
    validation: metrics,
    finalLoss: progress.rows.at(-1)?.trainLoss,
    imagesPerSecond: progress.imagesSeen / Math.max(1e-3, progress.stepSeconds),
    seconds: elapsed(),
    steps: progress.steps,
    transfer: start.transfer,
  }
}

/** Forgets checkpoints, so that the next training in this folder starts anew. */
export async function removeCheckpoints(folder: string): Promise<void> {
  await rm(join(folder, 'last.safetensors'), { force: true })
  await rm(bestWeightsPath(folder), { force: true })
}

async function startValues(
  options: TrainDetectorOptions,
  spec: ModelSpec,
): Promise<{ weights: Weights; transfer: TransferReport | undefined }> {
  const weights = initialWeights(spec, seededRandom(hash32(`${options.settings.seed}/weights`)))
  if (options.startFrom === undefined) return { weights, transfer: undefined }
  const file = await readWeightsFile(options.startFrom)
  const transfer = transferWeights(spec, weights, file, options.classNames)
  if (transfer.loaded.length === 0) {
    throw new SkyloopError({
      code: 'yolo.train.weights',
      message: `nothing in ${options.startFrom} fits a YOLO11${spec.scale} with ${spec.classCount} classes`,
      hint: file.scale === undefined ? undefined : `the file holds a YOLO11${file.scale}: set scale=${file.scale}`,
    })
  }
  return { weights, transfer }
}

function* upcoming(from: Progress, epochs: number, batches: number): Generator<{ epoch: number; index: number }> {
  for (let epoch = from.epoch; epoch < epochs; epoch++) {
    for (let index = epoch === from.epoch ? from.batch : 0; index < batches; index++) yield { epoch, index }
  }
}

function afterStep(
  progress: Progress,
  { loss }: TrainStepResult,
  batch: PreparedBatch,
  images: number,
  seconds: number,
): Progress {
  const { sums } = progress
  return {
    ...progress,
    batch: progress.batch + 1,
    steps: progress.steps + 1,
    stepSeconds: progress.stepSeconds + seconds,
    imagesSeen: progress.imagesSeen + images,
    sums: {
      steps: sums.steps + 1,
      seconds: sums.seconds + seconds,
      box: sums.box + loss.box,
      cls: sums.cls + loss.cls,
      dfl: sums.dfl + loss.dfl,
      total: sums.total + loss.box + loss.cls + loss.dfl,
      boxesLeftOut: sums.boxesLeftOut + batch.boxesLeftOut,
    },
  }
}

function meanLoss({ loss }: TrainStepResult): number {
  return loss.box + loss.cls + loss.dfl
}

/** What must be equal for a checkpoint to be continued. */
function trainingIdentity(
  { settings, classNames, startFrom }: TrainDetectorOptions,
  train: Dataset,
  validation: Dataset | undefined,
): Record<string, unknown> {
  const entries = Object.entries(settings).filter(([name]) => !LIMIT_SETTINGS.has(name as keyof TrainSettings))
  return {
    ...Object.fromEntries(entries),
    classes: classNames,
    fromScratch: startFrom === undefined,
    train: fingerprint(train),
    validation: validation ? fingerprint(validation) : null,
  }
}

function fingerprint(dataset: Dataset): string {
  const boxes = dataset.images.reduce((sum, image) => sum + image.classes.length, 0)
  const content = dataset.images
    .map(({ path, boxesXyxyNorm, classes }) =>
      [path.slice(dataset.folder.length), ...boxesXyxyNorm, ...classes].join(' '),
    )
    .join('\n')
  return `${dataset.images.length} images, ${boxes} boxes, ${hash32(content).toString(16).padStart(8, '0')}`
}

async function keepDivergedBatch(folder: string, batch: PreparedBatch, settings: TrainSettings): Promise<void> {
  const { batch: B, imgsz } = settings
  const M = batch.mask.length / B
  const file = encodeSafetensors(
    [
      { name: 'images', shape: [B, 3, imgsz, imgsz], data: batch.images },
      { name: 'boxes', shape: [B, M, 4], data: batch.boxesXyxyPx },
      { name: 'classes', shape: [B, M], data: Float32Array.from(batch.classes) },
      { name: 'mask', shape: [B, M], data: batch.mask },
    ],
    {},
  )
  await writeFileAtomic(join(folder, 'diverged-batch.safetensors'), file)
}

function diverged({ loss }: TrainStepResult, norm: number, progress: Progress, folder: string): SkyloopError {
  return new SkyloopError({
    code: 'yolo.train.diverged',
    message:
      `the loss is no longer a number at epoch ${progress.epoch + 1}, batch ${progress.batch + 1} ` +
      `(box ${loss.box}, cls ${loss.cls}, dfl ${loss.dfl}, gradient norm ${norm}); the batch is kept in ${folder}`,
    hint: 'lower lr0',
  })
}

function weightsOf(file: { tensors: ReadonlyMap<string, { data: Float32Array }> }): Weights {
  return new Map(Array.from(file.tensors, ([name, { data }]) => [name, data]))
}

/** COCO writes -1 where there is nothing to measure. */
function known(value: number): number | null {
  return Number.isFinite(value) && value >= 0 ? value : null
}
