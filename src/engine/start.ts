import type { AddressInfo } from 'node:net'
import type { Server } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { resolve, join } from 'node:path'
import { systemClock, type Clock } from '../core/clock.ts'
import { codeOf, messageOf } from '../core/errors.ts'
import { systemIds, type Ids } from '../core/ids.ts'
import { silentLog, type Log } from '../core/log.ts'
import { ensureAdmin, type AdminCredentials } from './auth/admin.ts'
import type { Engine } from './engine.ts'
import { lockHome } from './home-lock.ts'
import { createEngineServer } from './server.ts'
import { makeEngine } from './make-engine.ts'
import { openStore } from './store/sqlite-store.ts'
import { openBlobStore } from './services/s3/blob-store.ts'
import { openObjectTable } from './services/s3/object-table.ts'
import { createS3Handler } from './services/s3/handler.ts'
import { openMultipartTable } from './services/s3/multipart/multipart-table.ts'

export interface EngineOptions {
  /** State folder; made when missing. */
  readonly home: string
  /** 0 takes any free port. A port that is taken falls to a free one only with `fallBackToFreePort`. @default 4600 */
  readonly port?: number
  /** @default false */
  readonly fallBackToFreePort?: boolean
  /** @default the system's */
  readonly clock?: Clock
  /** @default random */
  readonly ids?: Ids
  /** @default silent */
  readonly log?: Log
  /** Twelve digits. @default '000000000000' */
  readonly accountId?: string
  /** @default 'us-east-1' */
  readonly region?: string
  /** How long after it listens the engine begins its background work. @default 250 */
  readonly backgroundDelayMs?: number
  /** Refuse to store objects when less than this would stay free on the disk. @default 0 */
  readonly diskReserveBytes?: number
}

export interface RunningEngine extends AsyncDisposable {
  readonly engine: Engine
  /** e.g. `http://127.0.0.1:4600` */
  readonly url: string
  /** Keys of the user `skyloop-admin`, who may do everything; the same at every start. */
  readonly adminCredentials: AdminCredentials
  /** Resolves when the services that work in the background have loaded and taken up what a crash left. */
  readonly ready: Promise<void>
  /** Ends background work, answers what is in flight, closes the database. Safe to call twice. */
  stop(): Promise<void>
}

export const DEFAULT_PORT = 4600
const BACKGROUND_DELAY_MS = 250

/**
 * Starts the embedded cloud and returns once it listens on 127.0.0.1.
 *
 * @throws SkyloopError `engine.home-in-use`; the system's `EADDRINUSE` when the port is taken
 */
export async function startEngine(options: EngineOptions): Promise<RunningEngine> {
  const home = resolve(options.home)
  const { clock = systemClock, ids = systemIds, log = silentLog } = options
  const { accountId = '000000000000', region = 'us-east-1' } = options
  const lock = lockHome(home)
  try {
    const store = openStore(join(home, 'state.db'))
    const blobs = openBlobStore({ folder: join(home, 'blobs'), reserveBytes: options.diskReserveBytes ?? 0 })
    const table = openObjectTable(store)
    const uploads = openMultipartTable(store)
    const isBlobReferenced = (id: string) => table.isBlobReferenced(id) || uploads.isBlobReferenced(id)
    const made = makeEngine({ home, clock, ids, log, accountId, region, store, blobs, table, isBlobReferenced })
    const { engine, registry, credentials, audit } = made
    const adminCredentials = ensureAdmin(engine, credentials)
    const s3 = createS3Handler({ engine, objects: made.objects, uploads, keys: credentials, audit })
    const server = createEngineServer({ engine, registry, keys: credentials, audit, credentials, s3 })
    const port = await listen(server, options.port ?? DEFAULT_PORT, options.fallBackToFreePort ?? false)
    made.setEndpointUrl(`http://127.0.0.1:${port}`)
    log.info('engine listens', { url: engine.endpointUrl, home, accountId, region })

    const stopped = new AbortController()
    const ready = startBackground()
    // Whoever awaits `ready` gets the error; it must not end the process when nobody does.
    ready.catch((error: unknown) => {
      if (!stopped.signal.aborted) log.error('background services did not start', { cause: messageOf(error) })
    })

    async function startBackground(): Promise<void> {
      // Loading services keeps the process busy for a while; the first callers shall not wait for it.
      await delay(options.backgroundDelayMs ?? BACKGROUND_DELAY_MS, undefined, { signal: stopped.signal })
      made.logs.start()
      const swept = await blobs.sweep(isBlobReferenced)
      if (swept > 0) log.info('removed blobs that a crash had left', { count: swept })
      await registry.startWorkers()
    }

    let stopping: Promise<void> | undefined
    const stop = (): Promise<void> => (stopping ??= stopAll())
    async function stopAll(): Promise<void> {
      stopped.abort()
      await ready.catch(() => {})
      await registry.stopWorkers()
      await closeServer(server)
      made.logs.stop()
      store.close()
      lock.release()
      log.info('engine stopped', { home })
    }
    return { engine, url: engine.endpointUrl, adminCredentials, ready, stop, [Symbol.asyncDispose]: stop }
  } catch (error) {
    lock.release()
    throw error
  }
}

async function listen(server: Server, port: number, mayFallBack: boolean): Promise<number> {
  const attempt = (wanted: number): Promise<number> =>
    new Promise((resolve, reject) => {
      server.once('error', reject)
      server.listen(wanted, '127.0.0.1', () => {
        server.off('error', reject)
        resolve((server.address() as AddressInfo).port)
      })
    })
  try {
    return await attempt(port)
  } catch (error) {
    if (codeOf(error) !== 'EADDRINUSE' || !mayFallBack) throw error
    return attempt(0)
  }
}

/** Idle connections are closed at once, busy ones when they have been answered, at the latest after five seconds. */
async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeIdleConnections()
  const timer = setTimeout(() => server.closeAllConnections(), 5000)
  await closed
  clearTimeout(timer)
}
