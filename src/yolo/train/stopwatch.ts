import type { Clock } from '../../core/clock.ts'
import type { Progress } from './checkpoint.ts'

/** Counts on from the seconds that earlier runs of this training took. */
export function startStopwatch(clock: Clock, priorSeconds: number) {
  const startMs = clock.now().getTime()
  let savedMs = startMs
  return {
    seconds: (): number => priorSeconds + (clock.now().getTime() - startMs) / 1000,
    secondsSinceSave: (): number => (clock.now().getTime() - savedMs) / 1000,
    saved: (): void => {
      savedMs = clock.now().getTime()
    },
  }
}

/**
 * Foresees how long batches take by those done before: validation and saving are spread over them. The first batch, which
 * waits for its step to be compiled and for the thread that makes batches, is left out.
 */
export function measureRate(batchesPerEpoch: number, seconds: () => number) {
  let start: { readonly batches: number; readonly seconds: number } | undefined
  return {
    /** @returns undefined as long as there is nothing to judge by */
    secondsFor: (batches: number, { epoch, batch }: Progress): number | undefined => {
      const now = { batches: epoch * batchesPerEpoch + batch, seconds: seconds() }
      start ??= now
      const done = now.batches - start.batches
      return done === 0 ? undefined : ((now.seconds - start.seconds) / done) * batches
    },
  }
}
