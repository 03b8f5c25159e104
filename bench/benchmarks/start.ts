import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import type { Benchmark } from '../harness.ts'

const SCRIPT = fileURLToPath(new URL('../engine-process.ts', import.meta.url))

/** From starting a process with an empty home to the answer of a signed call. */
export async function prepare(version: string): Promise<Benchmark> {
  const sample = async (): Promise<number> => {
    const home = await mkdtemp(join(tmpdir(), 'skyloop-bench-start-'))
    const started = performance.now()
    const child = spawn(process.execPath, [SCRIPT, home], { stdio: ['ignore', 'pipe', 'inherit'] })
    const closed = once(child, 'close')
    try {
      const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
      const { url, credentials } = JSON.parse(line) as {
        url: string
        credentials: { accessKeyId: string; secretAccessKey: string }
      }
      const client = new STSClient({ endpoint: url, region: 'us-east-1', credentials, maxAttempts: 1 })
      await client.send(new GetCallerIdentityCommand())
      const seconds = (performance.now() - started) / 1000
      client.destroy()
      return seconds
    } finally {
      child.kill('SIGTERM')
      await closed
      await rm(home, { recursive: true, force: true })
    }
  }
  return {
    name: 'start',
    unit: 's',
    higherIsBetter: false,
    what: 'engine start in an empty home to the answer of the first signed call, process start included',
    samples: 7,
    warmUp: 1,
    ours: { name: 'skyloop', version, sample },
    peers: [],
  }
}
