/**
 * The detached engine: `node engine/process.ts <home> [port]`. Its output is the engine's log file. It ends at SIGTERM
 * or SIGINT after its jobs have been told to stop.
 */
import process from 'node:process'
import { explainFailure } from '../failure.ts'
import { jsonLog } from '../../core/log.ts'
import { hostEngine } from './host.ts'

const [home, port] = process.argv.slice(2)
if (home === undefined) throw new Error('usage: process.ts <home> [port]')

const log = jsonLog(
  (line) => process.stdout.write(`${line}\n`),
  'info',
  () => new Date(),
)
try {
  const hosted = await hostEngine({ home, log, ...(port === undefined ? {} : { port: Number(port) }) })
  const stop = (signal: NodeJS.Signals): void => {
    log.info('stopping', { signal })
    hosted.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error('stop failed', { reason: explainFailure(error, false).message })
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  log.info('listening', { url: hosted.url, home })
} catch (error) {
  const { code, message, hint } = explainFailure(error, false)
  log.error('start failed', { code, reason: message, hint })
  process.exit(1)
}
