import { Worker } from 'node:worker_threads'
import { messageOf } from '../../../core/errors.ts'
import type { ProfileReply, ProfileRequest, WorkerSettings } from './profile-worker.ts'

/** Threads that measure images. */
export interface ProfilePool extends AsyncDisposable {
  /** Waits for a free thread. The bytes of an object are moved to the thread and no longer usable here. */
  profile(path: string, content: ProfileRequest['content']): Promise<ProfileReply>
}

interface Waiting {
  readonly request: ProfileRequest
  readonly resolve: (reply: ProfileReply) => void
  readonly reject: (error: Error) => void
}

/**
 * Starts threads as work comes, at most `threads`.
 *
 * A thread that dies, of an image that takes all its memory, say, is replaced; its image is reported as unreadable.
 */
export function createProfilePool(threads: number, settings: WorkerSettings): ProfilePool {
  const idle: Worker[] = []
  const all = new Set<Worker>()
  const busy = new Map<Worker, Waiting>()
  const queue: Waiting[] = []
  let nextId = 0
  let closed = false

  const start = (): Worker => {
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
    const worker = new Worker(new URL(`./profile-worker.${extension}`, import.meta.url), { workerData: settings })
    all.add(worker)
    let death = 'the thread that measured it ended'
    worker.on('message', (reply: ProfileReply) => {
      const waiting = busy.get(worker)
      busy.delete(worker)
      idle.push(worker)
      waiting?.resolve(reply)
      pump()
    })
    worker.on('error', (error) => (death = messageOf(error)))
    worker.on('exit', () => {
      all.delete(worker)
      if (idle.includes(worker)) idle.splice(idle.indexOf(worker), 1)
      const waiting = busy.get(worker)
      busy.delete(worker)
      if (waiting) {
        const { id, path } = waiting.request
        const error = { code: 'data.image.unreadable', message: `${path} could not be measured: ${death}` }
        waiting.resolve({ id, image: { path, contentHash: undefined, sizeBytes: undefined, error }, known: false })
      }
      if (!closed) pump()
    })
    return worker
  }
  const pump = (): void => {
    while (queue.length > 0) {
      const worker = idle.pop() ?? (all.size < threads ? start() : undefined)
      if (!worker) return
      const waiting = queue.shift()!
      busy.set(worker, waiting)
      const { content } = waiting.request
      worker.postMessage(waiting.request, typeof content === 'string' ? [] : [content.buffer])
    }
  }
  return {
    profile: (path, content) =>
      new Promise((resolve, reject) => {
        queue.push({ request: { id: nextId++, path, content }, resolve, reject })
        pump()
      }),
    [Symbol.asyncDispose]: async () => {
      closed = true
      for (const waiting of queue.splice(0)) waiting.reject(new Error('the threads were ended'))
      await Promise.all([...all].map((worker) => worker.terminate()))
    },
  }
}
