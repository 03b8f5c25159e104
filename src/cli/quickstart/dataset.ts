import { join, resolve } from 'node:path'
import { stat } from 'node:fs/promises'
import { uploadFolder, type UploadSummary } from '../../data/s3/upload-folder.ts'
import { codeOf, SkyloopError } from '../../core/errors.ts'
import type { Account } from '../account.ts'
import type { Task } from '../terminal/reporter.ts'
import { showTransfer } from '../terminal/transfer-progress.ts'
import { findFrames } from './find-frames.ts'
import { FIRST_FLIGHT, SHIFTED, type Plan } from './plan.ts'
import { renderSets, type RenderJob } from './render-sets.ts'

/** A data set on disk. */
export interface LocalDataset {
  readonly folder: string
  readonly source: 'synthetic' | 'given'
  readonly images: number
}

/** Folder of the frames that a phase sends, below a run's folder. */
export const trafficFolder = (folder: string, phase: 'clean' | 'shifted'): string => join(folder, `traffic-${phase}`)

/**
 * Renders the training and validation flights of the plan, and the flights that will be sent to the endpoint: new ones
 * like those of the data set, and new ones through fog at dusk and twice as high. A traffic flight is one frame.
 */
export async function renderDataset(
  folder: string,
  plan: Plan,
  seed: number,
  task: Task,
  signal: AbortSignal,
): Promise<LocalDataset> {
  const size = { width: plan.frameSidePx, height: plan.frameSidePx, seed }
  const data = join(folder, 'data')
  const split = (name: 'train' | 'val', flights: number): RenderJob => ({
    folder: data,
    options: { ...size, split: name, flights, firstFlight: FIRST_FLIGHT[name], framesPerFlight: plan.framesPerFlight },
  })
  const traffic = (phase: 'clean' | 'shifted'): RenderJob => ({
    folder: trafficFolder(folder, phase),
    options: {
      ...size,
      flights: plan.trafficFrames,
      firstFlight: FIRST_FLIGHT[phase],
      framesPerFlight: 1,
      ...(phase === 'shifted' ? SHIFTED : {}),
    },
  })
  const jobs = [split('train', plan.trainFlights), traffic('clean'), traffic('shifted'), split('val', plan.valFlights)]
  await renderSets(jobs, (done, total) => task.update(`${done}/${total} frames`, done / total), signal)
  return { folder: data, source: 'synthetic', images: (plan.trainFlights + plan.valFlights) * plan.framesPerFlight }
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
    onProgress: showTransfer(task),
  })
  return { ...summary, uri }
}

/** Folder of one run's own files. */
export const runFolder = (home: string, runId: string): string => join(home, 'quickstart', runId)
