import { validationError } from '../../../wire/aws-error.ts'
import { checkName, notImplementedHere } from '../errors.ts'
import { checkTrainingRequest } from '../training-job/create-training-job.ts'
import type { TuningRequest } from './record.ts'
import { readSpace } from './search/space.ts'
import type { Space } from './search/space.ts'
import { trialName, trialRequest } from './trial-request.ts'

/** Longest name of a tuning job: the names of its training jobs have it in front. */
const NAME_LENGTH = 32

/** Most training jobs of one tuning job. @source Service Quotas: 750 */
const MAX_TRAINING_JOBS = 750

/** @throws ValidationException with everything that is wrong with the request; what is not here is refused by name */
export function checkTuningRequest(input: TuningRequest): void {
  checkName('hyperParameterTuningJobName', input.HyperParameterTuningJobName, NAME_LENGTH)
  refuseWhatIsNotHere(input)
  const { HyperParameterTuningJobConfig: config, TrainingJobDefinition: definition } = input
  if (!definition) throw validationError('TrainingJobDefinition is required')
  const objective = config.HyperParameterTuningJobObjective ?? definition.TuningObjective
  const metrics = definition.AlgorithmSpecification.MetricDefinitions ?? []
  const problems: string[] = []
  if (!objective) problems.push('HyperParameterTuningJobObjective is required')
  else if (!metrics.some(({ Name }) => Name === objective.MetricName)) {
    problems.push(
      `the objective metric ${objective.MetricName} is not among the metric definitions: ` +
        (metrics.map(({ Name }) => Name).join(', ') || 'there are none'),
    )
  }
  const { space, problems: inSpace } = readSpace(rangesOf(input))
  problems.push(...inSpace)
  const fixed = Object.keys(definition.StaticHyperParameters ?? {})
  const both = space.dimensions.map(({ name }) => name).filter((name) => fixed.includes(name))
  if (both.length > 0) problems.push(`hyperparameters are both static and tuned: ${both.join(', ')}`)
  problems.push(...limitProblems(input, space))
  if (problems.length > 0) throw validationError(problems.join('; '))
  checkTrainingRequest(trialRequest(input, trialName(input.HyperParameterTuningJobName, 1, '00000000'), {}))
}

export function rangesOf({ HyperParameterTuningJobConfig: config, TrainingJobDefinition: definition }: TuningRequest) {
  return config.ParameterRanges ?? definition?.HyperParameterRanges ?? {}
}

/** Launched at most: as many as asked for, or for a grid all combinations. */
export function maxTrainingJobs(input: TuningRequest): number {
  const { ResourceLimits } = input.HyperParameterTuningJobConfig
  return ResourceLimits.MaxNumberOfTrainingJobs ?? MAX_TRAINING_JOBS
}

function limitProblems({ HyperParameterTuningJobConfig: config }: TuningRequest, space: Space): string[] {
  const { MaxNumberOfTrainingJobs: jobs, MaxParallelTrainingJobs: parallel } = config.ResourceLimits
  const { MaxRuntimeInSeconds: runtime } = config.ResourceLimits
  const problems: string[] = []
  if (jobs !== undefined && (jobs < 1 || jobs > MAX_TRAINING_JOBS)) {
    problems.push(`MaxNumberOfTrainingJobs is ${jobs}, but must be from 1 to ${MAX_TRAINING_JOBS}`)
  }
  if (parallel < 1) problems.push(`MaxParallelTrainingJobs is ${parallel}, but must be at least 1`)
  if (jobs !== undefined && parallel > jobs) {
    problems.push(`MaxParallelTrainingJobs is ${parallel}, more than MaxNumberOfTrainingJobs, which is ${jobs}`)
  }
  if (config.Strategy === 'Grid') {
    if (space.dimensions.some(({ kind }) => kind !== 'categorical')) {
      problems.push('Grid searches categorical parameters only')
    } else if ((jobs ?? space.size) !== space.size) {
      problems.push(
        `MaxNumberOfTrainingJobs is ${jobs}, but Grid runs each of ${space.size} combinations; leave it out or give ${space.size}`,
      )
    } else if (space.size > MAX_TRAINING_JOBS) {
      problems.push(`the grid has ${space.size} combinations; at most ${MAX_TRAINING_JOBS} are allowed`)
    }
  } else if (jobs === undefined && runtime === undefined) {
    problems.push('ResourceLimits needs MaxNumberOfTrainingJobs or MaxRuntimeInSeconds')
  }
  return problems
}

function refuseWhatIsNotHere({ HyperParameterTuningJobConfig: config, ...input }: TuningRequest): void {
  if (config.Strategy === 'Hyperband') throw notImplementedHere('Strategy Hyperband')
  if (config.StrategyConfig) throw notImplementedHere('StrategyConfig')
  if (config.ParameterRanges?.AutoParameters?.length) throw notImplementedHere('AutoParameters')
  if (config.TuningJobCompletionCriteria?.ConvergenceDetected?.CompleteOnConvergence === 'Enabled') {
    throw notImplementedHere('TuningJobCompletionCriteria.ConvergenceDetected')
  }
  if (input.WarmStartConfig) throw notImplementedHere('WarmStartConfig')
  if (input.Autotune?.Mode === 'Enabled') throw notImplementedHere('Autotune')
  if (input.TrainingJobDefinitions?.length) throw notImplementedHere('TrainingJobDefinitions (several definitions)')
  const definition = input.TrainingJobDefinition
  if (definition?.HyperParameterTuningResourceConfig) throw notImplementedHere('HyperParameterTuningResourceConfig')
  if ((definition?.RetryStrategy?.MaximumRetryAttempts ?? 0) > 0) throw notImplementedHere('RetryStrategy')
}
