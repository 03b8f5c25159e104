import type { Principal } from '../../../auth/principal.ts'
import type { Engine } from '../../../engine.ts'
import type { Step } from '../pipeline/definition.ts'
import type { Workers } from '../workers.ts'
import type { Surroundings } from './evaluate.ts'
import type { ExecutionRecord, StepRecord } from './record.ts'

/** One attempt at one step. */
export interface StepContext {
  readonly workers: Workers
  readonly execution: ExecutionRecord
  readonly step: Step
  readonly attempt: number
  /** Resource that an interrupted attempt had chosen; it may or may not exist. */
  readonly resource: string | undefined
  readonly principal: Principal
  readonly around: Surroundings
  /** A name for the resource: `pipelines-<execution>-<step>-<random>`. */
  readonly name: string
  /** Arguments with every reference replaced. */
  readonly args: Readonly<Record<string, unknown>>
  /** Aborted when the execution is stopped or the engine closes. */
  readonly signal: AbortSignal
  /** Records the resource before it is made, so that a restart finds it. */
  readonly claim: (resource: string) => void
}

/** What a step has come to. Failures are thrown. */
export interface StepResult {
  readonly resource?: string
  readonly outcome?: boolean
}

/**
 * How steps of one type are carried out.
 *
 * `run` may be called again after a crash, with `resource` set: it goes on with what is there.
 */
export interface StepExecutor {
  /** Arguments that decide whether an earlier result may be taken over; undefined: never. */
  readonly cacheKeys?: readonly string[]
  /** @throws AwsError or JobFailure; the stop of the execution rejects with the signal's reason */
  run(context: StepContext): Promise<StepResult>
  /** What `{"Get": "Steps.<name>..."}` looks into; undefined when it is gone. */
  describe(engine: Engine, step: StepRecord): unknown
}
