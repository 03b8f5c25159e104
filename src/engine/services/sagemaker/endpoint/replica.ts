import { Agent, get } from 'node:http'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { messageOf } from '../../../../core/errors.ts'
import { JobFailure } from '../../../runner/job-failure.ts'
import { startJobProcess } from '../../../runner/job-process.ts'
import type { JobProcess } from '../../../runner/job-process.ts'
import type { ProcessIdentity } from '../../../runner/process-identity.ts'

/** SIGTERM to SIGKILL of a serving process. @source SageMaker: 30 s */
const STOP_GRACE_MS = 30_000
/** Longest pause before a crashed process is started again. */
const BACKOFF_LIMIT_MS = 30_000
/** A process that has lived this long has recovered: the next crash starts with the shortest pause again. */
const RECOVERED_MS = 60_000

export interface ReplicaOptions {
  readonly command: readonly string[]
  readonly folder: string
  /** The environment for a port, given anew at each start. */
  environment(port: number): Record<string, string>
  readonly startupTimeoutMs: number
  readonly onLine: (line: string) => void
  /** Told of each process that begins and ends, to be recorded against a crash of the engine. */
  readonly onProcess: (identity: ProcessIdentity, isRunning: boolean) => void
}

/** One serving process, started again when it crashes. */
export interface Replica {
  /** Undefined while there is no healthy process. */
  address(): { readonly port: number; readonly agent: Agent } | undefined
  stop(): Promise<void>
}

/** Resolves when the process answers its ping. @throws JobFailure when it does not; the signal's reason when aborted */
export async function startReplica(options: ReplicaOptions, signal: AbortSignal): Promise<Replica> {
  let current = await startHealthy(options, signal)
  let isStopping = false
  let healthy = true
  const pause = new AbortController()

  const keepAlive = async (): Promise<void> => {
    let pauseMs = 500
    while (!isStopping) {
      const startedMs = Date.now()
      const { code } = await current.process.exited
      healthy = false
      options.onProcess(current.process.identity, false)
      current.agent.destroy()
      if (isStopping) return
      if (Date.now() - startedMs > RECOVERED_MS) pauseMs = 500
      options.onLine(`the serving process exited with status ${code}; it is started again in ${pauseMs} ms`)
      for (;;) {
        await delay(pauseMs, undefined, { signal: pause.signal }).catch(() => {})
        if (isStopping) return
        pauseMs = Math.min(pauseMs * 2, BACKOFF_LIMIT_MS)
        try {
          current = await startHealthy(options, pause.signal)
          healthy = true
          break
        } catch (error) {
          options.onLine(`the serving process did not come up again: ${messageOf(error)}`)
        }
      }
    }
  }
  const kept = keepAlive()
  return {
    address: () => (healthy ? { port: current.port, agent: current.agent } : undefined),
    stop: async () => {
      isStopping = true
      pause.abort()
      if (healthy) await current.process.terminate(STOP_GRACE_MS)
      await kept
    },
  }
}

interface Healthy {
  readonly process: JobProcess
  readonly port: number
  readonly agent: Agent
}

async function startHealthy(options: ReplicaOptions, signal: AbortSignal): Promise<Healthy> {
  signal.throwIfAborted()
  const port = await freePort()
  let lastLine = ''
  const process = await startJobProcess({
    command: options.command,
    folder: options.folder,
    environment: options.environment(port),
    onLine: (line) => {
      lastLine = line
      options.onLine(line)
    },
  })
  options.onProcess(process.identity, true)
  let exitCode: number | undefined
  void process.exited.then(({ code }) => (exitCode = code))
  const deadlineMs = Date.now() + options.startupTimeoutMs
  try {
    for (;;) {
      if (exitCode !== undefined) throw pingFailure(`it exited with status ${exitCode}: ${lastLine}`)
      if (await answersPing(port)) break
      if (Date.now() > deadlineMs) throw pingFailure(`no answer within ${options.startupTimeoutMs / 1000} s`)
      await delay(50, undefined, { signal })
    }
  } catch (error) {
    await process.terminate(2_000)
    options.onProcess(process.identity, false)
    throw signal.aborted ? (signal.reason as Error) : error
  }
  return { process, port, agent: new Agent({ keepAlive: true, maxSockets: 64 }) }
}

function pingFailure(detail: string): JobFailure {
  return new JobFailure('ClientError', `the container did not pass the ping health check; ${detail}`)
}

/** A healthy container answers 200 within two seconds. */
function answersPing(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get({ host: '127.0.0.1', port, path: '/ping', timeout: 2_000, agent: false }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    request.on('timeout', () => request.destroy())
    request.on('error', () => resolve(false))
  })
}

/** A port that nothing listens on at this moment. Should another take it first, the process fails and gets a new one. */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
