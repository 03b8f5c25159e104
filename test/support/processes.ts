import { spawnSync } from 'node:child_process'

/** A process as the system lists it. */
export interface ListedProcess {
  readonly pid: number
  /** Program and arguments. */
  readonly command: string
}

interface ListedRow extends ListedProcess {
  readonly parent: number
  /** A zombie has ended; nobody has asked for its exit code yet. */
  readonly isZombie: boolean
}

/** Processes that `pid` has started, and what those have started. */
export function descendantsOf(pid: number): ListedProcess[] {
  const rows = listProcesses()
  const below = (parent: number): ListedRow[] =>
    rows.filter((row) => row.parent === parent).flatMap((row) => [row, ...below(row.pid)])
  return below(pid).map((row) => ({ pid: row.pid, command: row.command }))
}

/** Whether it runs; with `command`, whether it is still that program rather than another one given its number. */
export function isRunning({ pid, command }: { readonly pid: number; readonly command?: string }): boolean {
  return listProcesses().some(
    (row) => row.pid === pid && !row.isZombie && (command === undefined || row.command === command),
  )
}

function listProcesses(): ListedRow[] {
  const { stdout } = spawnSync('ps', ['-e', '-o', 'pid=,ppid=,stat=,args='], { encoding: 'utf8' })
  return stdout.split('\n').flatMap((line) => {
    const [, pid, parent, state, command] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? []
    if (pid === undefined || parent === undefined || state === undefined || command === undefined) return []
    return [{ pid: Number(pid), parent: Number(parent), isZombie: state.startsWith('Z'), command }]
  })
}
