import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEngine, type EngineOptions, type RunningEngine } from './start.ts'

/** What an SDK client needs to talk to an engine. */
export interface ClientConfiguration {
  readonly endpoint: string
  readonly region: string
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
  /** Tests want the first answer, not the result of retries. */
  readonly maxAttempts: number
  readonly forcePathStyle: boolean
}

export interface TestEngine extends RunningEngine {
  /** For any SDK client, as the admin user. */
  readonly clientConfiguration: ClientConfiguration
}

/**
 * Starts an engine on a free port, in a fresh temporary home unless one is given; stopping it deletes that home.
 * The background services have started when this returns.
 */
export async function startTestEngine(options: Partial<EngineOptions> = {}): Promise<TestEngine> {
  const home = options.home ?? (await mkdtemp(join(tmpdir(), 'skyloop-engine-')))
  const running = await startEngine({ port: 0, backgroundDelayMs: 0, ...options, home })
  await running.ready
  const stop = async (): Promise<void> => {
    await running.stop()
    if (options.home === undefined) await rm(home, { recursive: true, force: true })
  }
  const clientConfiguration = {
    endpoint: running.url,
    region: running.engine.region,
    credentials: running.adminCredentials,
    maxAttempts: 1,
    forcePathStyle: true,
  }
  return { ...running, clientConfiguration, stop, [Symbol.asyncDispose]: stop }
}

/** Runs `test` against an engine of its own. */
export async function withEngine(
  test: (engine: TestEngine) => Promise<void>,
  options: Partial<EngineOptions> = {},
): Promise<void> {
  const engine = await startTestEngine(options)
  try {
    await test(engine)
  } finally {
    await engine.stop()
  }
}
