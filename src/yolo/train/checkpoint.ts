import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { codeOf, ProblemsError, SkyloopError } from '../../core/errors.ts'
import { writeFileAtomic } from '../../core/files.ts'
import { isObject, parseJson } from '../../core/json.ts'
import type { Weights } from '../model/spec.ts'
import { decodeSafetensors, encodeSafetensors } from '../weights/safetensors.ts'
import type { NamedTensor } from '../weights/safetensors.ts'
import type { EpochRow } from './results.ts'
import { DEFAULT_SETTINGS } from './settings/settings.ts'

/** Sums over the steps of the epoch that is under way. */
export interface EpochSums {
  readonly steps: number
  /** Spent in the steps, waiting for batches included. */
  readonly seconds: number
  readonly box: number
  readonly cls: number
  readonly dfl: number
  readonly total: number
  readonly boxesLeftOut: number
  /** Of `seconds`, the part spent waiting for batches. */
  readonly waitSeconds: number
}

/**
 * Where a training stands, tensors aside. No random state is among it: every random choice is a pure function of the
 * seed, the epoch and the batch.
 */
export interface Progress {
  /** Epoch under way, 0-based. */
  readonly epoch: number
  /** The next batch of that epoch, 0-based. */
  readonly batch: number
  /** Optimiser updates done. */
  readonly steps: number
  readonly sums: EpochSums
  /** Of the gradients that are summed for the next update: see `GradientSum`. */
  readonly pending: { readonly batches: number; readonly targetSum: number }
  readonly rows: readonly EpochRow[]
  /** Best validated epoch, 0-based; -1 for the weights that training started from. */
  readonly best: { readonly epoch: number; readonly fitness: number } | null
  /** Validations since the best one. */
  readonly stale: number
  /** Seconds of training and validation over all runs that led here, and the part of it spent in training steps. */
  readonly seconds: number
  readonly stepSeconds: number
  readonly imagesSeen: number
}

export const NO_PROGRESS: Progress = {
  epoch: 0,
  batch: 0,
  steps: 0,
  sums: { steps: 0, seconds: 0, box: 0, cls: 0, dfl: 0, total: 0, boxesLeftOut: 0, waitSeconds: 0 },
  pending: { batches: 0, targetSum: 0 },
  rows: [],
  best: null,
  stale: 0,
  seconds: 0,
  stepSeconds: 0,
  imagesSeen: 0,
}

export interface Checkpoint {
  readonly weights: Weights
  readonly average: Weights
  readonly optimiser: ReadonlyMap<string, Float32Array>
  /** Gradients summed so far for the next update; empty when it is not under way. */
  readonly pending: ReadonlyMap<string, Float32Array>
  readonly progress: Progress
  /** What the training computes (settings, classes, data); a resumed training must agree with it. */
  readonly identity: Readonly<Record<string, unknown>>
}

export function lastCheckpointPath(folder: string): string {
  return join(folder, 'last.safetensors')
}

export function bestWeightsPath(folder: string): string {
  return join(folder, 'best.safetensors')
}

/** Writes the checkpoint whole or not at all. */
export async function saveCheckpoint(folder: string, checkpoint: Checkpoint): Promise<void> {
  const tensors: NamedTensor[] = []
  const add = (group: string, values: ReadonlyMap<string, Float32Array>): void => {
    for (const [name, data] of values) tensors.push({ name: `${group}/${name}`, shape: [data.length], data })
  }
  add('weights', checkpoint.weights)
  add('average', checkpoint.average)
  add('optimiser', checkpoint.optimiser)
  add('pending', checkpoint.pending)
  const metadata = {
    format: 'skyloop-checkpoint-1',
    progress: JSON.stringify(checkpoint.progress),
    identity: JSON.stringify(checkpoint.identity),
  }
  await writeFileAtomic(lastCheckpointPath(folder), encodeSafetensors(tensors, metadata))
}

/**
 * @returns undefined when the folder has no checkpoint
 * @throws SkyloopError `yolo.safetensors` or `yolo.train.checkpoint` when the file is none of ours
 */
export async function loadCheckpoint(folder: string): Promise<Checkpoint | undefined> {
  const path = lastCheckpointPath(folder)
  const bytes = await readFile(path).catch((error: unknown) => {
    if (codeOf(error) !== 'ENOENT') throw error
    return undefined
  })
  if (bytes === undefined) return undefined
  const { tensors, metadata } = decodeSafetensors(bytes, path)
  const identity = parseJson(metadata['identity'] ?? 'null', path)
  const progress = parseJson(metadata['progress'] ?? 'null', path)
  if (metadata['format'] !== 'skyloop-checkpoint-1' || !isObject(identity) || !isObject(progress)) {
    throw new SkyloopError({
      code: 'yolo.train.checkpoint',
      message: `${path} is not a checkpoint of this trainer`,
      hint: 'empty the checkpoint folder to start anew',
    })
  }
  const group = (prefix: string): Weights =>
    new Map(
      [...tensors.values()]
        .filter(({ name }) => name.startsWith(prefix))
        .map(({ name, data }) => [name.slice(prefix.length), data]),
    )
  return {
    weights: group('weights/'),
    average: group('average/'),
    optimiser: group('optimiser/'),
    pending: group('pending/'),
    // Written by saveCheckpoint and told apart by its format; whole by the atomic write.
    progress: completed(progress as unknown as Progress),
    identity,
  }
}

/** Adds what the version that wrote the progress did not count. */
function completed(saved: Progress): Progress {
  return { ...NO_PROGRESS, ...saved, sums: { ...NO_PROGRESS.sums, ...saved.sums } }
}

/** @throws ProblemsError `yolo.train.checkpoint` naming each thing in which the resumed training would differ */
export function requireSameIdentity(
  saved: Readonly<Record<string, unknown>>,
  now: Readonly<Record<string, unknown>>,
): void {
  // A checkpoint of a version that did not know a setting was trained with what is now its default.
  const before: Readonly<Record<string, unknown>> = { ...DEFAULT_SETTINGS, ...saved }
  const differences = [...new Set([...Object.keys(saved), ...Object.keys(now)])]
    .filter((key) => JSON.stringify(before[key]) !== JSON.stringify(now[key]))
    .map((key) => `${key} was ${JSON.stringify(before[key])}, is ${JSON.stringify(now[key])}`)
  if (differences.length === 0) return
  throw new ProblemsError(
    'yolo.train.checkpoint',
    'the checkpoint belongs to another training',
    differences,
    'empty the checkpoint folder to start anew, or give the settings and data it was made with',
  )
}
