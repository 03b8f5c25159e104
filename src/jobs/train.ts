import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { SkyloopError } from '../core/errors.ts'
import { isObject, readJson } from '../core/json.ts'
import { readClassNames } from '../yolo/train/batches/dataset.ts'
import { metricLine, progressLine, stepLine } from '../yolo/train/results.ts'
import { parseSettings } from '../yolo/train/settings/settings.ts'
import type { TrainSettings } from '../yolo/train/settings/settings.ts'
import { trainDetector } from '../yolo/train/train-detector.ts'
import type { TrainEvent } from '../yolo/train/train-events.ts'
import { writeTrainingOutputs } from '../yolo/train/training-outputs.ts'
import { BASE_WEIGHTS_PATH } from '../yolo/weights/weights-file.ts'
import { openContainer, runJob } from './container.ts'
import type { Container } from './container.ts'

/** Where a training's images are, and what its preparation says about them. */
interface TrainingData {
  readonly train: string
  readonly validation: string | undefined
  readonly classNames: readonly string[]
  /** `tile` of dataset.json: how frames were cut; null when they were not. */
  readonly tile: unknown
  readonly contentHash: string | undefined
}

/** Hyperparameters with these beginnings belong to the platform's script mode, not to the training. */
const RESERVED = /^(sagemaker_|_tuning_)/

/**
 * The training job. Channels: `dataset` (a prepared data set), or `train` and optionally `validation` (one split each);
 * optionally `weights` (a file to start from: .safetensors, .pt or .onnx). Hyperparameters: see `settings.ts`, and
 * `weights=base|none`. Resumes from the checkpoint folder; SIGTERM keeps a checkpoint and the best model so far.
 */
export async function run(_args: string[]): Promise<number> {
  const container = openContainer(process.env)
  return runJob(container, async () => {
    const given = Object.fromEntries(
      Object.entries(await container.hyperparameters()).filter(([name]) => !RESERVED.test(name)),
    )
    const { weights = 'base', ...rest } = given
    const settings = parseSettings(rest)
    const data = await trainingData(container)
    const startFrom = await startWeights(container, weights)
    const stop = new AbortController()
    const onSignal = (): void => stop.abort()
    process.on('SIGTERM', onSignal)
    // A second Ctrl-C ends it at once.
    process.once('SIGINT', onSignal)
    const result = await trainDetector({
      train: data.train,
      validation: data.validation,
      classNames: data.classNames,
      settings,
      startFrom,
      checkpointDir: container.checkpointDir,
      signal: stop.signal,
      report: eventPrinter(settings),
    })
    await writeTrainingOutputs(result, {
      modelDir: container.modelDir,
      outputDataDir: container.outputDataDir,
      classNames: data.classNames,
      imageSize: settings.imgsz,
      tile: data.tile,
      datasetHash: data.contentHash,
      // Who stops a job gives it little time.
      plots: settings.plots && result.status !== 'interrupted',
    })
    const isStart = result.bestEpoch === 0 && result.rows.some(({ epoch }) => epoch > 0)
    const shipped = isStart ? '; no epoch was better than the start weights, so they are the model' : ''
    if (isStart) console.log(`No epoch was better than the start weights (epoch 0): they are the model`)
    return `${result.status}: ${result.reason}${shipped}`
  })
}

async function trainingData(container: Container): Promise<TrainingData> {
  const dataset = container.channelDir('dataset')
  if (existsSync(dataset)) {
    const validation = join(dataset, 'val')
    return {
      train: join(dataset, 'train'),
      validation: existsSync(join(validation, 'images')) ? validation : undefined,
      classNames: await readClassNames([dataset]),
      ...(await datasetFacts([dataset])),
    }
  }
  const train = container.channelDir('train')
  if (!existsSync(train)) {
    throw new SkyloopError({
      code: 'jobs.train.channels',
      message: 'the job has neither a "dataset" channel nor a "train" channel',
      hint: 'give a prepared data set as channel "dataset", or its splits as "train" and "validation"',
    })
  }
  const validation = container.channelDir('validation')
  const folders = [train, validation, join(train, '..')]
  return {
    train,
    validation: existsSync(validation) ? validation : undefined,
    classNames: await readClassNames(folders),
    ...(await datasetFacts(folders)),
  }
}

async function datasetFacts(folders: readonly string[]): Promise<Pick<TrainingData, 'tile' | 'contentHash'>> {
  const path = folders.map((folder) => join(folder, 'dataset.json')).find((file) => existsSync(file))
  const facts = path === undefined ? undefined : await readJson(path)
  if (!isObject(facts)) return { tile: null, contentHash: undefined }
  const hash = facts['contentHash']
  return { tile: facts['tile'] ?? null, contentHash: typeof hash === 'string' ? hash : undefined }
}

/** Best first. */
const WEIGHTS_ENDINGS = ['model.safetensors', '.safetensors', '.pt', '.onnx'] as const

/** @throws SkyloopError `jobs.train.weights` for another word than base or none, or a weights channel without a file */
async function startWeights(container: Container, weights: string): Promise<string | undefined> {
  const channel = container.channelDir('weights')
  if (existsSync(channel)) {
    const names = (await readdir(channel)).sort()
    // A training's own output holds its model twice; the export has lost its batch norms.
    const file = WEIGHTS_ENDINGS.map((ending) => names.find((name) => name.endsWith(ending))).find((name) => name)
    if (file === undefined) {
      throw new SkyloopError({
        code: 'jobs.train.weights',
        message: `channel "weights" holds no ${WEIGHTS_ENDINGS.slice(1).join(', ')} file (found: ${names.join(', ') || 'nothing'})`,
      })
    }
    return join(channel, file)
  }
  if (weights === 'none') return undefined
  if (weights === 'base') return BASE_WEIGHTS_PATH
  throw new SkyloopError({
    code: 'jobs.train.weights',
    message: `weights="${weights}" is neither base nor none`,
    hint: 'give a weights file of your own as channel "weights"',
  })
}

/** Within an epoch, a line at most this often. */
const STEP_LINE_EVERY_MS = 5_000

function eventPrinter(settings: TrainSettings): (event: TrainEvent) => void {
  let lastLineMs = performance.now()
  return (event) => {
    if (event.kind === 'read') {
      if (performance.now() - lastLineMs < STEP_LINE_EVERY_MS) return
      console.log(`Read ${event.images} of ${event.of} training images`)
    } else if (event.kind === 'step') {
      if (performance.now() - lastLineMs < STEP_LINE_EVERY_MS) return
      console.log(stepLine(event.epoch, settings.epochs, event.batch, event.batches, event.loss, event.secondsLeft))
    } else {
      printEvent(event, settings)
    }
    lastLineMs = performance.now()
  }
}

function printEvent(event: Exclude<TrainEvent, { kind: 'step' | 'read' }>, settings: TrainSettings): void {
  switch (event.kind) {
    case 'data': {
      const { train, validation } = event
      console.log(`Training on ${train.images.length} images, validating on ${validation?.images.length ?? 0}`)
      console.log(`YOLO11${settings.scale}, ${settings.imgsz} px, batch ${settings.batch}, ${settings.epochs} epochs`)
      break
    }
    case 'warning':
      console.log(`Warning: ${event.message}`)
      break
    case 'transfer': {
      const { loaded, remapped, kept, classes } = event.transfer
      console.log(
        `Starting from weights: ${loaded.length + remapped.length} tensors carried over, ${kept.length} start anew`,
      )
      const pairs = Object.entries(classes).map(([to, from]) => (to === from ? to : `${to} (from ${from})`))
      if (pairs.length > 0) console.log(`Classes it knows already: ${pairs.join(', ')}`)
      break
    }
    case 'resume':
      console.log(`Resuming at epoch ${event.epoch}, batch ${event.batch} (${event.steps} steps done)`)
      break
    case 'epoch':
      console.log(metricLine(event.row))
      console.log(progressLine(event.row, event.epochs, event.secondsLeft))
      break
    case 'end':
      console.log(`Training ended (${event.status}): ${event.reason}`)
      break
  }
}
