import type { TrainStep } from '../runtime/train-step.ts'

/** Compiled training steps by input size. */
export interface StepPool extends AsyncDisposable {
  /** The step of a size, compiled when it is not there. */
  of(sizePx: number): Promise<TrainStep>
}

/**
 * Steps kept at a time. Each holds its own memory, so the pool's is that of the three largest sizes at most; the one
 * longest unused gives way.
 */
export const MAX_STEPS = 3

export function openStepPool(compile: (sizePx: number) => Promise<TrainStep>): StepPool {
  const steps = new Map<number, TrainStep>()
  return {
    of: async (sizePx) => {
      const found = steps.get(sizePx)
      // A map keeps the order of insertion: put back last, the first is the one longest unused.
      steps.delete(sizePx)
      if (!found && steps.size === MAX_STEPS) {
        const [oldest, unused] = steps.entries().next().value!
        steps.delete(oldest)
        await unused[Symbol.asyncDispose]()
      }
      const step = found ?? (await compile(sizePx))
      steps.set(sizePx, step)
      return step
    },
    [Symbol.asyncDispose]: async () => {
      for (const step of steps.values()) await step[Symbol.asyncDispose]()
      steps.clear()
    },
  }
}
