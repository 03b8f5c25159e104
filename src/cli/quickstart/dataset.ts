import { join, resolve } from 'node:path'
import { stat } from 'node:fs/promises'
import { writeSceneDataset } from '../../data/scenes/write-scene-dataset.ts'
import { uploadFolder, type UploadSummary } from '../../data/s3/upload-folder.ts'
import { codeOf, SkyloopError } from '../../core/errors.ts'
import type { Account } from '../account.ts'
import type { Task } from '../terminal/reporter.ts'
import { findFrames } from './find-frames.ts'
import { FIRST_FLIGHT, type Plan } from './plan.ts'

/** A data set on disk. */
export interface LocalDataset {
  readonly folder: string
  readonly source: 'synthetic' | 'given'
  readonly images: number
}

/** Renders the training and validation flights of the plan. */
export async function renderDataset(
  folder: string,
  plan: Plan,
  seed: number,
  task: Task,
  signal: AbortSignal,
): Promise<LocalDataset> {
  const counts = { train: plan.trainFlights, val: plan.valFlights }
  const total = (counts.train + counts.val) * plan.framesPerFlight
  let before = 0
  for (const split of ['train', 'val'] as const) {
    const { images } = await writeSceneDataset(folder, {
      split,
      flights: counts[split],
      firstFlight: FIRST_FLIGHT[split],
      framesPerFlight: plan.framesPerFlight,
      width: plan.frameSidePx,
      height: plan.frameSidePx,
      seed,
      onProgress: (done) => {
        signal.throwIfAborted()
        task.update(`${before + done}/${total} frames`, (before + done) / total)
      },
    })
    before += images
  }
  return { folder, source: 'synthetic', images: total }
}

/** @throws SkyloopError `quickstart.data` when the folder has no images where a YOLO data set has them */
export async function openDataset(folder: string): Promise<LocalDataset> {
  const isFolder = await stat(folder).then(
    (found) => found.isDirectory(),
    (error: unknown) => {
      if (codeOf(error) === 'ENOENT') return false
      throw error
    },
  )
  const frames = isFolder ? await findFrames(folder) : undefined
  const images = frames ? frames.train.length + frames.val.length + frames.none.length : 0
  if (images > 0) return { folder, source: 'given', images }
  throw new SkyloopError({
    code: 'quickstart.data',
    message: isFolder ? `${folder} has no images of a YOLO data set` : `there is no folder ${folder}`,
    hint: 'expected: classes.txt, train/images, train/labels, val/images, val/labels',
  })
}

/** Copies a data set to a prefix of its own, so that no earlier run's result can pass for this one's. */
export async function importDataset(
  account: Account,
  dataset: LocalDataset,
  runId: string,
  task: Task,
  signal: AbortSignal,
): Promise<UploadSummary & { readonly uri: string }> {
  const uri = `s3://${account.names.bucket}/quickstart/${runId}/data`
  const summary = await uploadFolder(await account.clients.s3(), resolve(dataset.folder), uri, {
    signal,
    onProgress: (done, total) => task.update(`${done}/${total} files`, done / total),
  })
  return { ...summary, uri }
}

/** Folder of one run's own files. */
export const runFolder = (home: string, runId: string): string => join(home, 'quickstart', runId)
