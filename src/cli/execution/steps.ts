import {
  ListPipelineExecutionStepsCommand,
  type PipelineExecutionStep,
  type SageMakerClient,
} from '@aws-sdk/client-sagemaker'
import { parseArn } from '../../core/arn.ts'
import { formatDuration } from '../../core/units.ts'
import type { JobKind } from './job-logs.ts'

/** The job behind a step, where there is one. */
export interface StepJob {
  readonly kind: JobKind
  readonly name: string
}

/** The steps of an execution in the order in which they began. */
export async function listSteps(client: SageMakerClient, executionArn: string): Promise<PipelineExecutionStep[]> {
  const steps: PipelineExecutionStep[] = []
  let token: string | undefined
  do {
    const page = await client.send(
      new ListPipelineExecutionStepsCommand({
        PipelineExecutionArn: executionArn,
        SortOrder: 'Ascending',
        NextToken: token,
      }),
    )
    steps.push(...(page.PipelineExecutionSteps ?? []))
    token = page.NextToken
  } while (token !== undefined)
  return steps
}

export function jobOf(step: PipelineExecutionStep): StepJob | undefined {
  const training = step.Metadata?.TrainingJob?.Arn
  const processing = step.Metadata?.ProcessingJob?.Arn
  const arn = training ?? processing
  if (arn === undefined) return undefined
  const name = parseArn(arn).resource.split('/')[1] as string
  return { kind: training === undefined ? 'processing' : 'training', name }
}

export function stepSeconds(step: PipelineExecutionStep, nowMs: number): number | undefined {
  if (!step.StartTime) return undefined
  return ((step.EndTime?.getTime() ?? nowMs) - step.StartTime.getTime()) / 1000
}

/** What a person wants to know about a step that has ended. */
export function stepSummary(step: PipelineExecutionStep): string {
  if (step.FailureReason) return step.FailureReason
  const from = step.CacheHitResult?.SourcePipelineExecutionArn
  if (from !== undefined) return `reused from ${from.split('/').at(-1)}`
  const outcome = step.Metadata?.Condition?.Outcome
  if (outcome !== undefined) return `condition is ${outcome.toLowerCase()}`
  return ''
}

export function stepRow(step: PipelineExecutionStep, nowMs: number): string[] {
  const seconds = stepSeconds(step, nowMs)
  return [
    step.StepName ?? '',
    step.StepStatus ?? '',
    seconds === undefined ? '' : formatDuration(seconds * 1000),
    stepSummary(step),
  ]
}
