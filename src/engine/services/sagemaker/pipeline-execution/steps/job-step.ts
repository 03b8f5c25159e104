import { AwsError } from '../../../../wire/aws-error.ts'
import { isClosing } from '../../running.ts'
import { invokeAsRole } from '../invoke-as-role.ts'
import type { StepContext, StepResult } from '../step-executor.ts'

/** A job as steps see it. */
export interface JobState {
  readonly status: string
  readonly failureReason: string | undefined
}

export interface JobKind {
  readonly create: string
  readonly stop: string
  readonly nameMember: string
  arn(context: StepContext, name: string): string
  state(context: StepContext, name: string): JobState | undefined
}

/** A job that ended otherwise than `Completed`; its reason is the step's. */
export class JobEndedError extends Error {
  constructor(reason: string) {
    super(reason)
    this.name = 'JobEndedError'
  }
}

/** Creates the job, unless an interrupted attempt has, and waits for its end; stops it when the execution is stopped. */
export async function runJobStep(context: StepContext, kind: JobKind): Promise<StepResult> {
  const { workers, principal, signal, args } = context
  const name = context.resource ?? context.name
  const found = context.resource === undefined ? undefined : kind.state(context, name)
  if (!found) {
    context.claim(name)
    await invokeAsRole(workers.engine, principal, kind.create, { ...args, [kind.nameMember]: name })
  }
  const arn = kind.arn(context, name)
  const ended = (): JobState | undefined => {
    const state = kind.state(context, name)
    if (!state) throw new JobEndedError(`ClientError: the job ${name} does not exist any more`)
    return state.status === 'InProgress' || state.status === 'Stopping' ? undefined : state
  }
  const state = await workers.notices.until(arn, ended, signal).catch(async (error: unknown) => {
    if (!signal.aborted || isClosing(signal)) throw error
    await stopJob(context, kind, name)
    await workers.notices.until(arn, ended, AbortSignal.timeout(600_000))
    throw error
  })
  if (state.status !== 'Completed') {
    throw new JobEndedError(state.failureReason ?? `ClientError: the job ${name} ended as ${state.status}`)
  }
  return { resource: name }
}

async function stopJob(context: StepContext, kind: JobKind, name: string): Promise<void> {
  const { workers, principal } = context
  try {
    await invokeAsRole(workers.engine, principal, kind.stop, { [kind.nameMember]: name })
  } catch (error) {
    // It ended by itself in the meantime, which is what was wanted.
    if (!(error instanceof AwsError && error.code === 'ValidationException')) throw error
  }
}
