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

/** Foresees how long batches take by those since now; validation and saving are spread over them. */
export function measureRate(start: Progress, batchesPerEpoch: number, seconds: () => number) {
  const startSeconds = seconds()
  const batchesOf = ({ epoch, batch }: Progress): number => epoch * batchesPerEpoch + batch
  return {
    secondsFor: (batches: number, now: Progress): number => {
      const done = batchesOf(now) - batchesOf(start)
      return done === 0 ? 0 : ((seconds() - startSeconds) / done) * batches
    },
  }
}
