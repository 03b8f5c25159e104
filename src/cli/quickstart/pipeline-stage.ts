import type { PipelineExecutionStep } from '@aws-sdk/client-sagemaker'
import { SkyloopError } from '../../core/errors.ts'
import type { Account } from '../account.ts'
import type { Context } from '../command.ts'
import { lastLines } from '../execution/job-logs.ts'
import { jobOf } from '../execution/steps.ts'
import { stopExecution } from '../execution/stop-execution.ts'
import { hasEnded, watchExecution } from '../execution/watch-execution.ts'
import { asTask } from '../terminal/reporter.ts'
import { projectPipeline } from '../project-pipeline.ts'
import { readPipelineFacts, type PipelineFacts } from './pipeline-facts.ts'
import type { Plan } from './plan.ts'

export interface PipelineRun extends PipelineFacts {
  readonly pipeline: string
  readonly executionArn: string
  /** What the execution was given; a retraining is given the same. */
  readonly parameters: Readonly<Record<string, string>>
}

export interface PipelineInput {
  readonly plan: Plan
  readonly seed: number
  readonly inputUri: string
}

/** The steps that must have succeeded, each by its own work in this execution. */
const STEPS = ['Preprocess', 'Validate', 'Train', 'Evaluate', 'Register', 'QualityGate', 'Deploy', 'MonitoringSetup']

/**
 * Runs the whole pipeline and reads what it left behind. Ctrl-C stops the execution.
 *
 * @throws SkyloopError `quickstart.pipeline` when a step did not succeed, was reused or is missing
 */
export async function runPipeline(account: Account, input: PipelineInput, context: Context): Promise<PipelineRun> {
  const { factory, pipeline } = projectPipeline(account)
  const sagemaker = await account.clients.sagemaker()
  await factory.upsertPipeline(sagemaker, pipeline)
  const parameters = parametersOf(input)
  const executionArn = await factory.executePipeline(sagemaker, pipeline.name, { parameters })
  let ended = false
  try {
    const { execution, steps } = await watchExecution(account, executionArn, context.report, context.signal)
    ended = hasEnded(execution.PipelineExecutionStatus)
    const wrong = STEPS.flatMap((name) => {
      const step = steps.find((one) => one.StepName === name)
      if (step?.StepStatus !== 'Succeeded') return [`${name} is ${step?.StepStatus ?? 'missing'}`]
      return step.CacheHitResult === undefined ? [] : [`${name} was reused from an earlier execution`]
    })
    if (execution.PipelineExecutionStatus !== 'Succeeded' || wrong.length > 0) {
      await showFailedLogs(account, steps, context)
      const reasons = steps.flatMap((step) => (step.FailureReason ? [`${step.StepName}: ${step.FailureReason}`] : []))
      throw new SkyloopError({
        code: 'quickstart.pipeline',
        fault: 'machine',
        message: [`the execution is ${execution.PipelineExecutionStatus}`, ...wrong, ...reasons].join('; '),
        hint: `skyloop local start --detach; skyloop pipeline logs ${executionArn.split('/').at(-1)}`,
      })
    }
    return { pipeline: pipeline.name, executionArn, parameters, ...(await readPipelineFacts(account, [...steps])) }
  } finally {
    if (!ended && context.signal.aborted) {
      await asTask(context.report, 'stopping the execution', () => stopExecution(account, executionArn), String)
    }
  }
}

/** The end of each failed job's log: the engine may be stopped by the time a person wants to look. */
async function showFailedLogs(
  account: Account,
  steps: readonly PipelineExecutionStep[],
  context: Context,
): Promise<void> {
  for (const step of steps) {
    const job = jobOf(step)
    if (step.StepStatus !== 'Failed' || !job) continue
    const lines = await lastLines(await account.clients.logs(), job.kind, job.name, 20)
    context.report.note([`log of ${step.StepName}:`, ...lines.map((line) => `  ${line.message}`)].join('\n'))
  }
}

function parametersOf({ plan, seed, inputUri }: PipelineInput): Record<string, string> {
  return {
    InputData: inputUri,
    Epochs: String(plan.epochs),
    ImageSize: String(plan.imageSizePx),
    TileSize: plan.tileSidePx === undefined ? 'none' : String(plan.tileSidePx),
    TileScale: String(plan.tileScale),
    BatchSize: String(plan.batch),
    MinMap50: String(plan.minMap50),
    MaxMinutes: String(plan.maxMinutes),
    ValidateEvery: String(plan.validateEvery),
    Seed: String(seed),
  }
}
