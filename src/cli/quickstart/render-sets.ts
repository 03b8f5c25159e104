import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { SceneDatasetOptions } from '../../data/scenes/write-scene-dataset.ts'
import { inParallel } from '../../data/s3/in-parallel.ts'

/** One call of `writeSceneDataset`, which must be the only one into its folder and split. */
export interface RenderJob {
  readonly folder: string
  readonly options: Omit<SceneDatasetOptions, 'onProgress'>
}

/** Frames rendered so far of one job. */
export interface RenderMessage {
  readonly done: number
}

/**
 * Renders several sets, each in a thread of its own, as many at a time as there are cores.
 *
 * @param onProgress frames done and in all, over all sets
 */
export async function renderSets(
  jobs: readonly RenderJob[],
  onProgress: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<number> {
  const total = jobs.reduce((sum, { options }) => sum + options.flights * options.framesPerFlight, 0)
  const done = jobs.map(() => 0)
  await inParallel(jobs, availableParallelism(), async (job, i) => {
    await renderInThread(job, signal, (count) => {
      done[i] = count
      onProgress(
        done.reduce((a, b) => a + b, 0),
        total,
      )
    })
  })
  return total
}

function renderInThread(job: RenderJob, signal: AbortSignal, onDone: (count: number) => void): Promise<void> {
  signal.throwIfAborted()
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  const worker = new Worker(new URL(`./render-worker.${extension}`, import.meta.url), { workerData: job })
  const end = (): void => void worker.terminate()
  signal.addEventListener('abort', end, { once: true })
  return new Promise<void>((resolve, reject) => {
    worker.on('message', (message: RenderMessage) => onDone(message.done))
    worker.on('error', reject)
    worker.on('exit', (code) => {
      if (signal.aborted) reject(signal.reason as Error)
      else if (code === 0) resolve()
      else reject(new Error(`the rendering thread ended with exit code ${code}`))
    })
  }).finally(() => signal.removeEventListener('abort', end))
}
