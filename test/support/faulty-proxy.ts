import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'

/** What happens to one request on its way: nothing, S3's "slow down", or an answer that breaks off after so many bytes. */
export type Fate = 'pass' | 'slow-down' | 'refuse' | { readonly cutAfterBytes: number } | 'hang'

export interface FaultyProxy {
  readonly url: string
  /** `METHOD path?query` of each request so far. */
  readonly seen: string[]
  /** Decides over each request; may do something first. */
  decide: (request: IncomingMessage, number: number) => Fate | Promise<Fate>
  close(): Promise<void>
}

/** A network between client and engine that fails as told; what it lets through is real. For tests. */
export async function startFaultyProxy(engineUrl: string): Promise<FaultyProxy> {
  const { hostname, port } = new URL(engineUrl)
  const proxy: Omit<FaultyProxy, 'url' | 'close'> = { seen: [], decide: () => 'pass' }
  const forward = (incoming: IncomingMessage, outgoing: ServerResponse, cutAfterBytes: number | undefined): void => {
    // The host that was signed stays in the header.
    const { method, url, headers } = incoming
    const onward = httpRequest({ hostname, port, method, path: url, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      if (cutAfterBytes === undefined) {
        answer.pipe(outgoing)
        return
      }
      let sent = 0
      answer.on('data', (chunk: Buffer) => {
        if (sent >= cutAfterBytes) return
        outgoing.write(chunk.subarray(0, cutAfterBytes - sent))
        sent += chunk.length
        // A moment, so that what was written leaves before the connection goes.
        if (sent >= cutAfterBytes) setTimeout(() => outgoing.destroy(), 20)
      })
      answer.on('end', () => outgoing.destroy())
    })
    onward.on('error', () => outgoing.destroy())
    outgoing.on('close', () => onward.destroy())
    incoming.pipe(onward)
  }
  const server = createServer((incoming, outgoing) => {
    proxy.seen.push(`${incoming.method} ${incoming.url}`)
    void Promise.resolve(proxy.decide(incoming, proxy.seen.length)).then((fate) => {
      if (fate === 'pass') forward(incoming, outgoing, undefined)
      else if (fate === 'refuse') incoming.socket.destroy()
      else if (fate === 'slow-down') {
        incoming.resume()
        outgoing.writeHead(503, { 'content-type': 'application/xml' })
        outgoing.end('<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>')
      } else if (fate !== 'hang') forward(incoming, outgoing, fate.cutAfterBytes)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return Object.assign(proxy, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  })
}
