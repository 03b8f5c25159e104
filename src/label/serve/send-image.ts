import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { TaskSource } from '../tasks/task-source.ts'

/** Streams an image from where the tasks come from to the page; stops reading when the page stops listening. */
export async function sendImage(
  source: TaskSource,
  objectId: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  const image = await source.image(objectId, gone.signal)
  response.setHeader('content-type', image.contentType)
  if (image.sizeBytes > 0) response.setHeader('content-length', image.sizeBytes)
  // Objects are never changed in place while they are labelled, and going back and forth should not load them anew.
  response.setHeader('cache-control', 'private, max-age=3600')
  if (request.method === 'HEAD') {
    await image.body.cancel()
    response.end()
    return
  }
  await pipeline(Readable.fromWeb(image.body as Parameters<typeof Readable.fromWeb>[0]), response, {
    signal: gone.signal,
  })
}
