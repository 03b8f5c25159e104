import process from 'node:process'
import { readEnvironment } from '../config/environment.ts'
import { runProgram } from './program.ts'
import { EXIT } from './failure.ts'

/** How long work may take to end after Ctrl-C before the process goes regardless. */
const GRACE_MS = 60_000
/** A launcher and the terminal may each deliver one Ctrl-C; only a later one is a second thought of the person. */
const SAME_PRESS_MS = 1000

const controller = new AbortController()
let firstPressMs: number | undefined

function interrupt(): void {
  const nowMs = Date.now()
  if (firstPressMs === undefined) {
    firstPressMs = nowMs
    controller.abort()
    setTimeout(() => process.exit(EXIT.interrupted), GRACE_MS).unref()
  } else if (nowMs - firstPressMs > SAME_PRESS_MS) {
    process.exit(EXIT.interrupted)
  }
}

process.on('SIGINT', interrupt)
process.on('SIGTERM', interrupt)
process.on('SIGHUP', interrupt)
// A reader that went away (`skyloop ... | head`) is not an error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.ok)
  throw error
})

const environment = readEnvironment()
process.exitCode = await runProgram(process.argv.slice(2), environment, {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  interactive: process.stderr.isTTY === true && !environment.unattended,
  columns: () => process.stderr.columns || 100,
  signal: controller.signal,
})
