import { holds } from '../condition.ts'
import type { StepExecutor } from '../step-executor.ts'

/** Condition: all conditions must hold for the if-branch; the executor then skips the other one. */
export const conditionStep: StepExecutor = {
  run: async ({ step, around }) => {
    const all = await Promise.all((step.Branches?.conditions ?? []).map((each) => holds(each, around)))
    return { outcome: all.every(Boolean) }
  },
  describe: (_engine, { outcome }) => ({ Outcome: outcome === true ? 'True' : 'False' }),
}
