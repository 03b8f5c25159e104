import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { lockHome } from './home-lock.ts'

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'skyloop-lock-'))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

/** Field 22 of `/proc/<pid>/stat`. */
const startTimeOf = (pid: number): string => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] as string
}

test('a home has one engine at a time', () => {
  const lock = lockHome(home)
  expect(() => lockHome(home)).toThrow(`another engine (process ${process.pid}) already works in ${home}`)
  lock.release()
  lockHome(home).release()
})

// Only Linux tells a process that has ended, but was not waited for, from one that runs.
test.skipIf(!existsSync('/proc/self/stat'))(
  'a killed engine that nobody has reaped does not hold its home',
  async () => {
    // The shell starts a child that ends soon, but first becomes a program that never asks for it: a shell might.
    const parent = spawn('sh', ['-c', 'sleep 0.5 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'inherit'] })
    try {
      const [line] = (await once(createInterface({ input: parent.stdout }), 'line')) as [string]
      const pid = Number(line)
      while (!/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8')))
        await new Promise((resolve) => setTimeout(resolve, 5))
      writeFileSync(join(home, 'engine.pid'), `${pid} ${startTimeOf(pid)}\n`)
      expect(() => lockHome(home).release()).not.toThrow()
    } finally {
      parent.kill('SIGKILL')
    }
  },
)
