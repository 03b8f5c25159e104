import { setTimeout as delay } from 'node:timers/promises'
import { isDatabaseFull } from '../../store/is-database-full.ts'
import { isClosing } from './running.ts'
import type { Workers } from './workers.ts'

const RETRY_MS = 1000

/**
 * Records how a job ended. On a full disk it waits until there is room, so that no job stays in progress for ever; when
 * the engine closes before that, the next start runs the job again.
 */
export async function recordEnd({ engine }: Workers, signal: AbortSignal, record: () => void): Promise<void> {
  for (;;) {
    try {
      record()
      return
    } catch (error) {
      if (!isDatabaseFull(error) || isClosing(signal)) throw error
      engine.log.error('the end of a job could not be recorded: the disk is full; it is tried again')
      await delay(RETRY_MS)
    }
  }
}
