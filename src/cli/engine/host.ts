import process from 'node:process'
import { writeEngineAccess } from '../../config/aws-files.ts'
import { formatArn } from '../../core/arn.ts'
import { codeOf } from '../../core/errors.ts'
import type { Log } from '../../core/log.ts'
import { startEngine, type RunningEngine } from '../../engine/start.ts'
import { ROLES } from '../account.ts'
import { clearEngineState, writeEngineState } from './state.ts'

export const DEFAULT_PORT = 4600

export interface HostOptions {
  readonly home: string
  /** Undefined: {@link DEFAULT_PORT}, or a free one when that is taken. A number: that one or an error; 0: a free one. */
  readonly port?: number
  readonly log?: Log
}

export interface HostedEngine extends AsyncDisposable {
  readonly url: string
  stop(): Promise<void>
}

/** Starts the engine in this process, writes its AWS profiles and writes down where it is. */
export async function hostEngine(options: HostOptions): Promise<HostedEngine> {
  const running = await startOnPort(options)
  const { engine, adminCredentials, url } = running
  const arn = (role: string): string =>
    formatArn({ service: 'iam', region: '', account: engine.accountId, resource: `role/${role}` })
  await writeEngineAccess(
    options.home,
    {
      endpoint: url,
      region: engine.region,
      accessKeyId: adminCredentials.accessKeyId,
      secretAccessKey: adminCredentials.secretAccessKey,
    },
    Object.fromEntries(Object.entries(ROLES).map(([profile, role]) => [profile, arn(role)])),
  )
  await writeEngineState(options.home, { pid: process.pid, url, startedAt: new Date().toISOString() })
  const stopOnce = async (): Promise<void> => {
    await running.stop()
    await clearEngineState(options.home, process.pid)
  }
  let stopping: Promise<void> | undefined
  const stop = (): Promise<void> => (stopping ??= stopOnce())
  return { url, stop, [Symbol.asyncDispose]: stop }
}

async function startOnPort({ home, port, log }: HostOptions): Promise<RunningEngine> {
  const start = (wanted: number): Promise<RunningEngine> => startEngine({ home, port: wanted, ...(log ? { log } : {}) })
  if (port !== undefined) return start(port)
  try {
    return await start(DEFAULT_PORT)
  } catch (error) {
    if (codeOf(error) !== 'EADDRINUSE') throw error
    return start(0)
  }
}
