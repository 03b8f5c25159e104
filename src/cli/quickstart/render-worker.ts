/** A thread that renders one set of flights: options come as `workerData`, progress and the summary go as messages. */
import { parentPort, workerData } from 'node:worker_threads'
import { writeSceneDataset } from '../../data/scenes/write-scene-dataset.ts'
import type { RenderJob, RenderMessage } from './render-sets.ts'

const { folder, options } = workerData as RenderJob
const send = (message: RenderMessage): void => parentPort?.postMessage(message)
await writeSceneDataset(folder, { ...options, onProgress: (done) => send({ done }) })
