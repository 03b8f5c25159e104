import { hash32 } from '../../core/random.ts'
import type { Progress } from './checkpoint.ts'
import { classWeightsOf } from './batches/class-weights.ts'
import type { Dataset } from './batches/dataset.ts'
import type { ImageStore } from './batches/image-store.ts'
import { inputSizes } from './batches/input-sizes.ts'
import { batchesPerEpoch } from './batches/make-batch.ts'
import type { BatchSource } from './batches/make-batch.ts'
import type { Schedule } from './update/schedule.ts'
import { chosenLearningRate, LIMIT_SETTINGS } from './settings/settings.ts'
import type { TrainSettings } from './settings/settings.ts'

/** All that follows from settings and data before the first step. */
export interface TrainingPlan {
  readonly batches: number
  readonly schedule: Schedule
  readonly source: BatchSource
  /** `[K]`, of the classes in the loss; undefined when all weigh the same. */
  readonly classWeights: Float32Array | undefined
}

export function planTraining(
  settings: TrainSettings,
  train: Dataset,
  store: ImageStore,
  fromScratch: boolean,
): TrainingPlan {
  const batches = batchesPerEpoch(train.images.length, settings.batch)
  const updates = Math.ceil(batches / settings.accumulate)
  return {
    batches,
    classWeights: classWeightsOf(settings.class_weights, train),
    schedule: scheduleOf(settings, updates, fromScratch),
    source: {
      store,
      labels: train.images.map(({ boxesXyxyNorm, classes }) => ({ boxesXyxyNorm, classes })),
      seed: settings.seed,
      batch: settings.batch,
      sizesPx: inputSizes(settings.imgsz, settings.multi_scale),
      maxBoxes: settings.max_boxes,
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
    },
  }
}

/** @param updates of one epoch */
function scheduleOf(settings: TrainSettings, updates: number, fromScratch: boolean): Schedule {
  const totalSteps = updates * settings.epochs
  const isPerEpoch = settings.lr_falls === 'epoch'
  const warmupSteps = Math.round(settings.warmup_epochs * updates)
  const { momentum, warmup_momentum } = settings
  return {
    lr0: chosenLearningRate(settings, fromScratch),
    lrf: settings.lrf,
    shape: settings.schedule,
    warmupSteps: isPerEpoch ? warmupSteps : Math.min(warmupSteps, Math.ceil(totalSteps / 10)),
    totalSteps,
    stepsPerEpoch: isPerEpoch ? updates : undefined,
    warmupBiasRate: settings.warmup_bias_lr,
    momentum: settings.optimizer === 'sgd' && warmup_momentum > 0 ? { from: warmup_momentum, to: momentum } : undefined,
  }
}

/** Every batch from where a training stands to its last epoch. */
export function* batchesFrom(
  progress: Progress,
  epochs: number,
  batches: number,
): Generator<{ epoch: number; index: number }> {
  for (let epoch = progress.epoch; epoch < epochs; epoch++) {
    for (let index = epoch === progress.epoch ? progress.batch : 0; index < batches; index++) yield { epoch, index }
  }
}

/** What must be equal for a checkpoint to be continued: all that decides what the training computes. */
export function trainingIdentity(
  settings: TrainSettings,
  classNames: readonly string[],
  fromScratch: boolean,
  train: Dataset,
  validation: Dataset | undefined,
): Record<string, unknown> {
  const entries = Object.entries(settings).filter(([name]) => !LIMIT_SETTINGS.has(name as keyof TrainSettings))
  return {
    ...Object.fromEntries(entries),
    classes: classNames,
    fromScratch,
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
