import { Worker } from 'node:worker_threads'
import { SkyloopError } from '../../../core/errors.ts'
import type { BatchReply, BatchRequest } from './batch-worker.ts'
import type { BatchSource, PreparedBatch } from './make-batch.ts'

/** Batches in their order, made ahead of the training step by a worker thread. */
export interface BatchFeed extends AsyncDisposable {
  /** The next batch; undefined after the last. */
  next(): Promise<PreparedBatch | undefined>
  /**
   * Has batches made again for those that were taken. To be called when a core is free: a step occupies all of them, and
   * stands still while one of its threads waits for a core.
   *
   * @param used a batch that nobody looks at any more: its images give their memory to the next one
   */
  makeAhead(used?: PreparedBatch): void
}

/** Batches in flight: one in use, two waiting. More would only hold memory. */
const AHEAD = 3

/**
 * Starts the thread. One is enough on small machines: a batch takes a few per cent of a training step's time, and ONNX
 * Runtime holds the main thread while it computes. Content does not depend on timing: see `makeBatch`.
 */
export function openBatchFeed(source: BatchSource, requests: Iterator<BatchRequest>): BatchFeed {
  const file = import.meta.url.endsWith('.ts') ? './batch-worker.ts' : './batch-worker.js'
  const worker = new Worker(new URL(file, import.meta.url), { workerData: source })
  const waiting: PromiseWithResolvers<PreparedBatch>[] = []
  const queue: Promise<PreparedBatch>[] = []
  let failure: Error | undefined
  const fail = (error: Error): void => {
    failure ??= error
    for (const waiter of waiting.splice(0)) waiter.reject(failure)
  }
  const ask = (memory?: Float32Array): void => {
    const request = requests.next()
    if (request.done === true) return
    const waiter = Promise.withResolvers<PreparedBatch>()
    // A batch that nobody comes to fetch must not end the process when its thread fails.
    waiter.promise.catch(() => {})
    queue.push(waiter.promise)
    if (failure) waiter.reject(failure)
    else {
      waiting.push(waiter)
      worker.postMessage({ ...request.value, memory }, memory ? [memory.buffer as ArrayBuffer] : [])
    }
  }
  worker.on('message', (reply: BatchReply) => {
    const waiter = waiting.shift()
    if ('batch' in reply) waiter?.resolve(reply.batch)
    else waiter?.reject(new SkyloopError({ code: 'yolo.train.batch', message: `a batch failed: ${reply.error}` }))
  })
  worker.on('error', (error: Error) => fail(error))
  worker.on('exit', (code) =>
    fail(new SkyloopError({ code: 'yolo.train.batch', fault: 'machine', message: `the batch thread ended (${code})` })),
  )
  const makeAhead = (used?: PreparedBatch): void => {
    let memory = used?.images
    for (let i = queue.length; i < AHEAD; i++) {
      ask(memory)
      memory = undefined
    }
  }
  makeAhead()
  return {
    next: async () => {
      if (queue.length === 0) makeAhead()
      return queue.shift()
    },
    makeAhead,
    [Symbol.asyncDispose]: async () => {
      await worker.terminate()
    },
  }
}
