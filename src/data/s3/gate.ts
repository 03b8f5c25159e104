/** Lets at most so many pieces of work run at a time; the others wait in order. */
export interface Gate {
  readonly width: number
  run<T>(work: () => Promise<T>): Promise<T>
}

/** @param width at least 1 */
export function createGate(width: number): Gate {
  const waiting: (() => void)[] = []
  let running = 0
  return {
    width,
    async run(work) {
      if (running >= width) await new Promise<void>((resolve) => waiting.push(resolve))
      else running++
      try {
        return await work()
      } finally {
        // The place is handed on, not given back and taken again, so that nobody slips in between.
        const next = waiting.shift()
        if (next) next()
        else running--
      }
    },
  }
}
