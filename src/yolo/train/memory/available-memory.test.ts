import { expect, test } from 'vitest'
import { availableMemoryBytes } from './available-memory.ts'

const MACHINE = { '/proc/meminfo': 'MemTotal:       24000000 kB\nMemFree:  900 kB\nMemAvailable:   20000000 kB\n' }

function filesOf(files: Readonly<Record<string, string>>): (path: string) => Promise<string | undefined> {
  return (path) => Promise.resolve(files[path])
}

test('without a limit it is what the machine has left', async () => {
  expect(await availableMemoryBytes(filesOf(MACHINE))).toBe(20_000_000 * 1024)
  const unlimited = { ...MACHINE, '/proc/self/cgroup': '0::/\n', '/sys/fs/cgroup/memory.max': 'max\n' }
  expect(await availableMemoryBytes(filesOf(unlimited))).toBe(20_000_000 * 1024)
})

test('a container’s limit counts, less what it uses, file cache aside', async () => {
  const files = {
    ...MACHINE,
    '/proc/self/cgroup': '0::/\n',
    '/sys/fs/cgroup/memory.max': '4000000000\n',
    '/sys/fs/cgroup/memory.current': '3000000000\n',
    '/sys/fs/cgroup/memory.stat': 'anon 1\ninactive_file 500000000\nactive_file 7\n',
  }
  expect(await availableMemoryBytes(filesOf(files))).toBe(1_500_000_000)
})

test('so do groups of the first version, and a group of its own', async () => {
  const folder = '/sys/fs/cgroup/memory/jobs/7'
  const files = {
    ...MACHINE,
    '/proc/self/cgroup': '5:cpu:/\n4:memory:/jobs/7\n',
    [`${folder}/memory.limit_in_bytes`]: '2000000000',
    [`${folder}/memory.usage_in_bytes`]: '1200000000',
    [`${folder}/memory.stat`]: 'inactive_file 1\ntotal_inactive_file 200000000\n',
  }
  expect(await availableMemoryBytes(filesOf(files))).toBe(1_000_000_000)
})
