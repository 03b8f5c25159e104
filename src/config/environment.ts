import { dirname, join, resolve } from 'node:path'
import process from 'node:process'

/** What the product takes from the process that runs it. The one place that reads `process.env` for the command line. */
export interface Environment {
  /** State folder of the local engine: `$SKYLOOP_HOME`, else `.skyloop` in the current folder. Absolute. */
  readonly home: string
  /** Folder that a person's relative paths are meant from. Absolute. */
  readonly workingFolder: string
  /** False when `NO_COLOR` is set or `TERM` is `dumb`. */
  readonly colour: boolean
  /** A program, not a person, reads the output (`CI` is set): nothing is redrawn. */
  readonly unattended: boolean
  /** When the command began for the person, in ms since 1970; a launcher that installs first passes it on. */
  readonly startedAtMs: number
  /** Time that a launcher spent on installing packages first; 0 when there was nothing to install. */
  readonly installMs: number
}

export function readEnvironment(
  env: NodeJS.ProcessEnv = process.env,
  currentFolder = process.cwd(),
  nowMs = Date.now(),
): Environment {
  const workingFolder = typedFrom(env, currentFolder)
  const home = env['SKYLOOP_HOME']
  const givenStartMs = Number(env['SKYLOOP_STARTED_AT_MS'])
  // A value from a far-away past or from the future is not ours.
  const isOurs = givenStartMs > nowMs - 3_600_000 && givenStartMs <= nowMs
  const installMs = Number(env['SKYLOOP_INSTALL_MS'])
  return {
    home: home ? resolve(workingFolder, home) : join(resolve(currentFolder), '.skyloop'),
    workingFolder,
    colour: !env['NO_COLOR'] && env['TERM'] !== 'dumb',
    unattended: Boolean(env['CI']),
    startedAtMs: isOurs ? givenStartMs : nowMs,
    installMs: isOurs && installMs > 0 ? installMs : 0,
  }
}

/**
 * `npm run` moves to the package's root and keeps the folder it was typed in as `INIT_CWD`; a relative path is meant
 * from there. Everywhere else it is meant from the current folder.
 */
function typedFrom(env: NodeJS.ProcessEnv, currentFolder: string): string {
  const manifest = env['npm_package_json']
  const underNpm = manifest !== undefined && resolve(dirname(manifest)) === resolve(currentFolder)
  return resolve(underNpm && env['INIT_CWD'] ? env['INIT_CWD'] : currentFolder)
}
