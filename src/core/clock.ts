/** Source of the current time; passed in, so that tests decide what "now" is. */
export interface Clock {
  now(): Date
}

export const systemClock: Clock = { now: () => new Date() }

/** A clock that stands still until it is moved. */
export function fixedClock(start: Date): Clock & { advance(ms: number): void } {
  let timeMs = start.getTime()
  return {
    now: () => new Date(timeMs),
    advance: (ms) => {
      timeMs += ms
    },
  }
}
