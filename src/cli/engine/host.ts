import process from 'node:process'
import { writeEngineAccess } from '../../config/aws-files.ts'
import { formatArn } from '../../core/arn.ts'
import type { Log } from '../../core/log.ts'
import { startEngine } from '../../engine/start.ts'
import { ROLES } from '../account.ts'
import { clearEngineState, writeEngineState } from './state.ts'

export interface HostOptions {
  readonly home: string
  /** Undefined: the engine's default, or a free one when that is taken. A number: that one or an error; 0: a free one. */
  readonly port?: number
  readonly log?: Log
}

export interface HostedEngine extends AsyncDisposable {
  readonly url: string
  stop(): Promise<void>
}

/** Starts the engine in this process, writes its AWS profiles and writes down where it is. */
export async function hostEngine(options: HostOptions): Promise<HostedEngine> {
  const { home, port, log } = options
  const running = await startEngine({
    home,
    ...(port === undefined ? { fallBackToFreePort: true } : { port }),
    ...(log ? { log } : {}),
  })
  const { engine, adminCredentials, url } = running
  const arn = (role: string): string =>
    formatArn({ service: 'iam', region: '', account: engine.accountId, resource: `role/${role}` })
  await writeEngineAccess(
    home,
    {
      endpoint: url,
      region: engine.region,
      accessKeyId: adminCredentials.accessKeyId,
      secretAccessKey: adminCredentials.secretAccessKey,
    },
    Object.fromEntries(Object.entries(ROLES).map(([profile, role]) => [profile, arn(role)])),
  )
  await writeEngineState(home, { pid: process.pid, url, startedAt: new Date().toISOString() })
  const stopOnce = async (): Promise<void> => {
    await running.stop()
    await clearEngineState(home, process.pid)
  }
  let stopping: Promise<void> | undefined
  const stop = (): Promise<void> => (stopping ??= stopOnce())
  return { url, stop, [Symbol.asyncDispose]: stop }
}
