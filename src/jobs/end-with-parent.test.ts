import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const module = fileURLToPath(new URL('end-with-parent.ts', import.meta.url))

test('a job ends when the process that started it is killed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'skyloop-parent-'))
  const pidFile = join(folder, 'pid')
  const job = `
    import { writeFileSync } from 'node:fs'
    import { endWithParent } from ${JSON.stringify(module)}
    endWithParent({ SAGEMAKER_BASE_DIR: '/x' })
    writeFileSync(${JSON.stringify(pidFile)}, String(process.pid))
    setInterval(() => {}, 1000)`
  const starter = `
    import { spawn } from 'node:child_process'
    spawn(process.execPath, ['--input-type=module', '-e', ${JSON.stringify(job)}], { detached: true, stdio: 'ignore' })
    setInterval(() => {}, 1000)`
  const parent = spawn(process.execPath, ['--input-type=module', '-e', starter], { stdio: 'ignore' })
  const pid = await until(async () => Number(await readFile(pidFile, 'utf8').catch(() => '')) || undefined)
  expect(isAlive(pid)).toBe(true)
  parent.kill('SIGKILL')
  await once(parent, 'exit')
  await until(async () => (isAlive(pid) ? undefined : true))
  expect(isAlive(pid)).toBe(false)
})

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

async function until<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const answer = await ask()
    if (answer !== undefined) return answer
    await sleep(50)
  }
}
