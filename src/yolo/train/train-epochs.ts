import type { Clock } from '../../core/clock.ts'
import { internalError } from '../../core/errors.ts'
import type { CocoMetrics } from '../eval/coco-ap.ts'
import type { ModelSpec, Weights } from '../model/spec.ts'
import { createTrainStep } from '../runtime/train-step.ts'
import { writeWeightsFile } from '../weights/weights-file.ts'
import { openBatchFeed } from './batches/batch-feed.ts'
import type { BatchFeed } from './batches/batch-feed.ts'
import { bestWeightsPath, NO_PROGRESS, saveCheckpoint } from './checkpoint.ts'
import type { Progress } from './checkpoint.ts'
import { divergence } from './divergence.ts'
import { addGradients, takeGradients } from './update/gradient-sum.ts'
import type { GradientSum } from './update/gradient-sum.ts'
import { explainAllocation } from './memory/memory-need.ts'
import { updateAverage, updateRunningStatistics } from './update/moving-average.ts'
import { clipGradients } from './update/optimiser.ts'
import type { Optimiser } from './update/optimiser.ts'
import { nameOfEpoch, validationColumns } from './results.ts'
import type { EpochRow } from './results.ts'
import { learningRate, ratesAt } from './update/schedule.ts'
import type { TrainSettings } from './settings/settings.ts'
import { openStepPool } from './step-pool.ts'
import type { StepPool } from './step-pool.ts'
import { measureRate, startStopwatch } from './stopwatch.ts'
import type { TrainEvent, TrainStatus } from './train-events.ts'
import { batchesFrom } from './training-plan.ts'
import type { TrainingPlan } from './training-plan.ts'
import { fitnessOf } from './validation.ts'

/** What training changes: the arrays in place, the progress by a new value. */
export interface TrainingState {
  readonly weights: Weights
  /** The moving average of `weights`, which is validated and shipped. */
  readonly average: Weights
  readonly optimiser: Optimiser
  /** Gradients of the batches that wait for their update. */
  readonly pending: GradientSum
  progress: Progress
}

/** What training does not change. */
export interface TrainingContext {
  readonly spec: ModelSpec
  readonly settings: TrainSettings
  readonly plan: TrainingPlan
  readonly classNames: readonly string[]
  readonly checkpointDir: string
  readonly checkpointEverySeconds: number
  readonly identity: Readonly<Record<string, unknown>>
  readonly threads: number
  readonly clock: Clock
  readonly signal: AbortSignal | undefined
  /** Undefined when there is nothing to validate on: then the last epoch is the best. */
  readonly validate: ((weights: Weights) => Promise<CocoMetrics>) | undefined
  readonly report: (event: TrainEvent) => void
}

/** Momentum of running batch-norm statistics. @source the published YOLO11 configuration */
const NORM_MOMENTUM = 0.03

/** Runs what is left of a training, saving on the way, until its last epoch or a reason to stop before. */
export async function trainEpochs(
  context: TrainingContext,
  state: TrainingState,
): Promise<{ status: TrainStatus; reason: string }> {
  const { settings, plan, report } = context
  const completed = { status: 'completed', reason: `all ${settings.epochs} epochs are done` } as const
  if (state.progress.epoch >= settings.epochs) return completed
  const stopwatch = startStopwatch(context.clock, state.progress.seconds)
  const { freeze } = settings
  await using steps = openStepPool((sizePx) =>
    createTrainStep({
      spec: context.spec,
      batch: settings.batch,
      height: sizePx,
      width: sizePx,
      classWeights: plan.classWeights && [...plan.classWeights],
      threads: context.threads,
      frozen: freeze === 0 ? undefined : (name) => Number(name.split('.')[1]) < freeze,
    }),
  )
  await using feed = openBatchFeed(plan.source, batchesFrom(state.progress, settings.epochs, plan.batches))
  const save = async (): Promise<void> => {
    state.progress = { ...state.progress, seconds: stopwatch.seconds() }
    const { weights, average, optimiser, progress } = state
    const { identity, checkpointDir } = context
    const pending = state.pending.gradients
    await saveCheckpoint(checkpointDir, { weights, average, optimiser: optimiser.state, pending, progress, identity })
    stopwatch.saved()
  }
  const rate = measureRate(plan.batches, stopwatch.seconds)
  while (state.progress.epoch < settings.epochs) {
    const { best, stale } = state.progress
    if (settings.patience > 0 && stale >= settings.patience && best) {
      return {
        status: 'early',
        reason: `${stale} validations in a row were no better than ${nameOfEpoch(best.epoch + 1)}`,
      }
    }
    while (state.progress.batch < plan.batches) {
      const stop = reasonToStop(context, state.progress, stopwatch.seconds())
      if (stop) {
        await save()
        return stop
      }
      const loss = await trainStep(context, state, steps, feed)
      const { epoch, batch } = state.progress
      const secondsLeft = rate.secondsFor(batchesLeft(context, state.progress), state.progress)
      report({ kind: 'step', epoch: epoch + 1, batch, batches: plan.batches, loss, secondsLeft })
      if (batch < plan.batches && stopwatch.secondsSinceSave() >= context.checkpointEverySeconds) await save()
    }
    const row = await endEpoch(context, state, stopwatch.seconds)
    await save()
    const secondsLeft = rate.secondsFor(batchesLeft(context, state.progress), state.progress)
    report({ kind: 'epoch', row, epochs: settings.epochs, secondsLeft })
  }
  return completed
}

function reasonToStop(
  { settings, signal, plan }: TrainingContext,
  { epoch, batch }: Progress,
  seconds: number,
): { status: TrainStatus; reason: string } | undefined {
  const where = `epoch ${epoch + 1} of ${settings.epochs}, batch ${batch} of ${plan.batches}`
  if (signal?.aborted) return { status: 'interrupted', reason: `stopped at ${where}; a checkpoint is kept` }
  if (settings.max_minutes > 0 && seconds >= settings.max_minutes * 60) {
    return { status: 'time', reason: `${settings.max_minutes} minutes have passed, at ${where}` }
  }
  return undefined
}

function batchesLeft({ settings, plan }: TrainingContext, { epoch, batch }: Progress): number {
  return (settings.epochs - epoch) * plan.batches - batch
}

/**
 * One batch: gradients and statistics; and, when it is the last of its update, clipping, update and average. Returns the
 * loss per image.
 */
async function trainStep(
  context: TrainingContext,
  state: TrainingState,
  steps: StepPool,
  feed: BatchFeed,
): Promise<number> {
  const { settings, plan, clock } = context
  const { weights, average, optimiser, pending, progress } = state
  const startMs = clock.now().getTime()
  const batch = await feed.next()
  if (!batch) throw internalError('the feed ended before the epoch')
  const waitSeconds = (clock.now().getTime() - startMs) / 1000
  const compute = async () => (await steps.of(batch.sizePx)).run(weights, batch)
  const { loss, gradients, batchStatistics, targetSum } = await compute().catch((error: unknown) => {
    throw explainAllocation(error, settings)
  })
  const isWhole = settings.accumulate === 1
  // A sum is clipped as a whole; a batch of it is only looked at.
  const norm = clipGradients(gradients, isWhole ? settings.clip_norm : Infinity)
  if (!Number.isFinite(loss.total) || !Number.isFinite(norm)) {
    throw await divergence(context.checkpointDir, batch, weights, settings, loss, norm, progress)
  }
  // The update is work of one core.
  feed.makeAhead(batch)
  if (!isWhole) addGradients(pending, gradients, targetSum)
  const isLast = isWhole || pending.batches === settings.accumulate || progress.batch + 1 === plan.batches
  if (isLast) {
    const joined = isWhole ? gradients : takeGradients(pending)
    if (!isWhole) clipGradients(joined, settings.clip_norm)
    optimiser.update(weights, joined, ratesAt(plan.schedule, progress.steps))
  }
  updateRunningStatistics(weights, batchStatistics, NORM_MOMENTUM)
  if (isLast) updateAverage(average, weights, progress.steps + 1, settings.ema_decay)
  const seconds = (clock.now().getTime() - startMs) / 1000
  const perImage = loss.box + loss.cls + loss.dfl
  const { sums } = progress
  state.progress = {
    ...progress,
    batch: progress.batch + 1,
    steps: progress.steps + (isLast ? 1 : 0),
    pending: { batches: pending.batches, targetSum: pending.targetSum },
    stepSeconds: progress.stepSeconds + seconds,
    imagesSeen: progress.imagesSeen + settings.batch,
    sums: {
      steps: sums.steps + 1,
      seconds: sums.seconds + seconds,
      box: sums.box + loss.box,
      cls: sums.cls + loss.cls,
      dfl: sums.dfl + loss.dfl,
      total: sums.total + perImage,
      boxesLeftOut: sums.boxesLeftOut + batch.boxesLeftOut,
      waitSeconds: sums.waitSeconds + waitSeconds,
    },
  }
  return perImage
}

/** Validates when it is due, keeps the average when it is the best so far, and moves on to the next epoch. */
async function endEpoch(context: TrainingContext, state: TrainingState, seconds: () => number): Promise<EpochRow> {
  const { settings, plan, validate, checkpointDir } = context
  const { progress, average } = state
  const { sums } = progress
  const number = progress.epoch + 1
  const isDue = number % settings.val_every === 0 || number === settings.epochs
  const metrics = isDue && validate ? await validate(average) : undefined
  const row: EpochRow = {
    epoch: number,
    trainLoss: sums.total / sums.steps,
    boxLoss: sums.box / sums.steps,
    clsLoss: sums.cls / sums.steps,
    dflLoss: sums.dfl / sums.steps,
    ...validationColumns(metrics),
    learningRate: learningRate(plan.schedule, progress.steps - 1),
    imagesPerSecond: (sums.steps * settings.batch) / Math.max(1e-3, sums.seconds),
    waitShare: sums.waitSeconds / Math.max(1e-3, sums.seconds),
    seconds: seconds(),
    boxesLeftOut: sums.boxesLeftOut,
  }
  const fitness = metrics ? fitnessOf(metrics) : 0
  const isBetter = validate ? metrics !== undefined && fitness > (progress.best?.fitness ?? -1) : true
  // Where nothing is found yet, what has learnt longer is kept.
  const isKept = isBetter || (metrics !== undefined && fitness === 0 && progress.best?.fitness === 0)
  if (isKept) await writeWeightsFile(bestWeightsPath(checkpointDir), context.spec, average, context.classNames)
  state.progress = {
    ...progress,
    epoch: number,
    batch: 0,
    sums: NO_PROGRESS.sums,
    rows: [...progress.rows, row],
    best: isKept ? { epoch: progress.epoch, fitness } : progress.best,
    stale: isBetter ? 0 : progress.stale + (metrics ? 1 : 0),
  }
  return row
}
