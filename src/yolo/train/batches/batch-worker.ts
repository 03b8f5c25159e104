import { parentPort, workerData } from 'node:worker_threads'
import { messageOf } from '../../../core/errors.ts'
import { makeBatch } from './make-batch.ts'
import type { BatchSource, PreparedBatch } from './make-batch.ts'

/** What the feed asks of this thread. */
export interface BatchRequest {
  readonly epoch: number
  readonly index: number
}

/** A request as the thread gets it. */
type Message = BatchRequest & {
  /** Of a batch that was used: written again where it has the size. */
  readonly memory?: Float32Array
}

/** The answer to each request, in the order of the requests. */
export type BatchReply = { readonly batch: PreparedBatch } | { readonly error: string }

const port = parentPort
if (port) {
  const source = workerData as BatchSource
  // One after the other: a thread's work is a queue, so replies keep the order of the requests.
  let queue = Promise.resolve()
  port.on('message', ({ epoch, index, memory }: Message) => {
    queue = queue.then(async () => {
      const reply: BatchReply = await makeBatch(source, epoch, index, memory).then(
        (batch) => ({ batch }),
        (error: unknown) => ({ error: messageOf(error) }),
      )
      const buffers =
        'batch' in reply ? [reply.batch.images, reply.batch.boxesXyxyPx, reply.batch.classes, reply.batch.mask] : []
      port.postMessage(
        reply,
        buffers.map((array) => array.buffer as ArrayBuffer),
      )
    })
  })
}
