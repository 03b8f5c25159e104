import type { StepExecutor } from '../step-executor.ts'

/** What a Fail step says. */
export class FailStepError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'FailStepError'
  }
}

/** Fail: ends the execution as failed with the message of the definition. */
export const failStep: StepExecutor = {
  run: async ({ args }) => {
    throw new FailStepError(String(args['ErrorMessage']))
  },
  describe: (_engine, { failureReason }) => ({ ErrorMessage: failureReason }),
}
