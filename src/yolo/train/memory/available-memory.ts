import { readFile } from 'node:fs/promises'
import { freemem } from 'node:os'
import { join } from 'node:path'

/** The text of a file; undefined when it cannot be read. */
export type ReadText = (path: string) => Promise<string | undefined>

const readText: ReadText = (path) => readFile(path, 'utf8').catch(() => undefined)

/**
 * Memory that this process may still take: what the machine has left, or what its control group (a container's limit)
 * leaves if that is less. File caches count as free, since they give way.
 *
 * @returns in bytes
 * @source kernel.org, "Control Group v2" and "Memory Resource Controller" (v1); proc(5), `MemAvailable`
 */
export async function availableMemoryBytes(read: ReadText = readText): Promise<number> {
  const meminfo = await read('/proc/meminfo')
  const available = /^MemAvailable:\s+(\d+) kB$/m.exec(meminfo ?? '')?.[1]
  const machine = available === undefined ? freemem() : Number(available) * 1024
  const groups = await Promise.all((await groupFolders(read)).map((group) => leftInGroup(group, read)))
  return Math.min(machine, ...groups)
}

interface Group {
  readonly folder: string
  readonly limit: string
  readonly usage: string
  /** Line of `memory.stat` that says how much of the usage is file cache that gives way. */
  readonly cache: string
}

const V2 = { limit: 'memory.max', usage: 'memory.current', cache: 'inactive_file' }
const V1 = { limit: 'memory.limit_in_bytes', usage: 'memory.usage_in_bytes', cache: 'total_inactive_file' }

/** The process's own group and the one mounted at the root, which is its own as a container sees it. */
async function groupFolders(read: ReadText): Promise<Group[]> {
  const lines = ((await read('/proc/self/cgroup')) ?? '').split('\n')
  const pathOf = (start: RegExp): string[] =>
    lines.filter((line) => start.test(line)).map((line) => line.split(':')[2]!)
  const v2 = ['', ...pathOf(/^0::/)].map((path) => ({ ...V2, folder: join('/sys/fs/cgroup', path) }))
  const v1 = ['', ...pathOf(/^\d+:[^:]*\bmemory\b/)].map((path) => ({
    ...V1,
    folder: join('/sys/fs/cgroup/memory', path),
  }))
  return [...v2, ...v1]
}

async function leftInGroup({ folder, limit, usage, cache }: Group, read: ReadText): Promise<number> {
  const [most, used, stat] = await Promise.all([limit, usage, 'memory.stat'].map((name) => read(join(folder, name))))
  const bytes = most === undefined || most.trim() === 'max' ? NaN : Number(most)
  if (!Number.isFinite(bytes)) return Infinity
  const reclaimable = Number(new RegExp(`^${cache} (\\d+)$`, 'm').exec(stat ?? '')?.[1] ?? 0)
  return Math.max(0, bytes - Number(used ?? 0) + reclaimable)
}
