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
  /** A thread has died with it, and with another: it is tried again by itself. */
  readonly isSuspect: boolean
}

/** Images that a thread has in hand: one is measured while the next is read and decoded, which other threads do. */
const AT_ONCE = 2

/**
 * Starts threads as work comes, at most `threads`.
 *
 * A thread that dies, of an image that takes all its memory, say, is replaced, and the image is reported as unreadable; of
 * two that it had, files are tried again, each by itself.
 */
export function createProfilePool(threads: number, settings: WorkerSettings): ProfilePool {
  /** What each thread has in hand, by the request's id. */
  const inHand = new Map<Worker, Map<number, Waiting>>()
  const queue: Waiting[] = []
  let nextId = 0
  let closed = false

  const start = (): void => {
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
    const worker = new Worker(new URL(`./profile-worker.${extension}`, import.meta.url), { workerData: settings })
    const own = new Map<number, Waiting>()
    inHand.set(worker, own)
    let death = 'the thread that measured it ended'
    worker.on('message', (reply: ProfileReply) => {
      own.get(reply.id)?.resolve(reply)
      own.delete(reply.id)
      pump()
    })
    worker.on('error', (error) => (death = messageOf(error)))
    worker.on('exit', () => {
      inHand.delete(worker)
      for (const waiting of own.values()) {
        const { id, path, content } = waiting.request
        // The bytes of an object went to the thread, and with it.
        if (!closed && own.size > 1 && typeof content === 'string') {
          queue.push({ ...waiting, isSuspect: true })
          continue
        }
        const error = { code: 'data.image.unreadable', message: `${path} could not be measured: ${death}` }
        waiting.resolve({ id, image: { path, contentHash: undefined, sizeBytes: undefined, error }, known: false })
      }
      if (!closed) pump()
    })
  }
  const pump = (): void => {
    while (queue.length > 0) {
      if (inHand.size < threads) start()
      const [worker, own] = [...inHand].reduce((freest, each) => (each[1].size < freest[1].size ? each : freest))
      const isOccupied = [...own.values()].some(({ isSuspect }) => isSuspect)
      if (isOccupied || own.size >= (queue[0]!.isSuspect ? 1 : AT_ONCE)) return
      const waiting = queue.shift()!
      const { id, content } = waiting.request
      own.set(id, waiting)
      worker.postMessage(waiting.request, typeof content === 'string' ? [] : [content.buffer])
    }
  }
  return {
    profile: (path, content) =>
      new Promise((resolve, reject) => {
        queue.push({ request: { id: nextId++, path, content }, resolve, reject, isSuspect: false })
        pump()
      }),
    [Symbol.asyncDispose]: async () => {
      closed = true
      for (const waiting of queue.splice(0)) waiting.reject(new Error('the threads were ended'))
      await Promise.all([...inHand.keys()].map((worker) => worker.terminate()))
    },
  }
}
