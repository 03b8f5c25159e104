import { availableParallelism } from 'node:os'
import { dirname, delimiter } from 'node:path'

/** What jobs take over from the machine; the one file of the runner that reads `process.env`. */
export interface Host {
  /** The Node.js binary that runs this engine; `node` in a job's command is this one. */
  readonly nodePath: string
  /** `PATH` of a job: this Node.js first, then the machine's. */
  readonly searchPath: string
  readonly cores: number
  /** `$SKYLOOP_PYTHON`: the Python of images that bring none of their own; undefined when none is configured. */
  readonly pythonPath: string | undefined
}

export function currentHost(): Host {
  const machinePath = process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin'
  return {
    nodePath: process.execPath,
    searchPath: [dirname(process.execPath), machinePath].join(delimiter),
    cores: availableParallelism(),
    // An empty variable is as good as none.
    pythonPath: process.env['SKYLOOP_PYTHON'] || undefined,
  }
}
