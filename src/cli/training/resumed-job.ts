import type { CreateTrainingJobCommandInput, DescribeTrainingJobCommandOutput } from '@aws-sdk/client-sagemaker'
import { SkyloopError } from '../../core/errors.ts'
import { parseSettings } from '../../yolo/train/settings/settings.ts'
import { TAGS } from './job-requests.ts'
import { shortName } from './names.ts'

/** Values that belong to the platform or name start weights. */
const NOT_SETTINGS = /^(sagemaker_|_tuning_|weights$)/

/**
 * CreateTrainingJob's input for a training that goes on from another one's checkpoints.
 *
 * @param set hyperparameters to change; the training itself refuses what may not change
 * @throws SkyloopError `cli.train-resume` when the earlier one runs, is complete, or kept no checkpoints
 */
export function resumedJob(
  before: DescribeTrainingJobCommandOutput,
  set: Readonly<Record<string, string>>,
): CreateTrainingJobCommandInput {
  const name = shortName(before.TrainingJobName ?? '')
  const refuse = (message: string, hint: string): SkyloopError =>
    new SkyloopError({ code: 'cli.train-resume', message, hint })
  const status = before.TrainingJobStatus
  if (status !== 'Stopped' && status !== 'Failed') {
    throw refuse(
      `the training ${name} is ${status}, so there is nothing to go on with`,
      status === 'Completed' ? 'train longer with `skyloop train run`' : `see \`skyloop train status ${name}\``,
    )
  }
  if (!before.CheckpointConfig) throw refuse(`the training ${name} kept no checkpoints`, 'start it anew')
  const HyperParameters = { ...before.HyperParameters, ...set }
  parseSettings(Object.fromEntries(Object.entries(HyperParameters).filter(([key]) => !NOT_SETTINGS.test(key))))
  return {
    TrainingJobName: nextName(before.TrainingJobName ?? ''),
    AlgorithmSpecification: before.AlgorithmSpecification,
    RoleArn: before.RoleArn,
    HyperParameters,
    InputDataConfig: before.InputDataConfig,
    OutputDataConfig: before.OutputDataConfig,
    ResourceConfig: before.ResourceConfig,
    StoppingCondition: before.StoppingCondition,
    CheckpointConfig: before.CheckpointConfig,
    EnableManagedSpotTraining: before.EnableManagedSpotTraining,
    Tags: TAGS,
  }
}

/** `a` is followed by `a-r2`, `a-r3`, … */
function nextName(name: string): string {
  const [, stem = name, number] = /^(.*)-r(\d+)$/.exec(name) ?? []
  const suffix = `-r${number === undefined ? 2 : Number(number) + 1}`
  return stem.slice(0, 63 - suffix.length) + suffix
}
