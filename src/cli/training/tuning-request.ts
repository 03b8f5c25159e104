import type {
  CreateHyperParameterTuningJobCommandInput,
  HyperParameterTuningJobStrategyType,
} from '@aws-sdk/client-sagemaker'
import type { Account } from '../account.ts'
import { TAGS, trainingDefinition, type TrainingPlan } from './job-requests.ts'
import { parameterRanges, type TuningRange } from './tuning-ranges.ts'

/** What a person chooses about a search. */
export interface TuningChoices {
  readonly ranges: readonly TuningRange[]
  readonly strategy: keyof typeof STRATEGIES
  /** Undefined for a grid: all combinations. */
  readonly jobs: number | undefined
  readonly parallel: number
  readonly earlyStop: boolean
  /** A metric that training prints. */
  readonly objective: string
  readonly target: number | undefined
  readonly seed: number | undefined
}

const STRATEGIES = {
  bayesian: 'Bayesian',
  random: 'Random',
  grid: 'Grid',
} as const satisfies Record<string, HyperParameterTuningJobStrategyType>

/** CreateHyperParameterTuningJob's input. Losses are minimised, everything else is maximised. */
export function tuningJob(
  account: Account,
  name: string,
  plan: TrainingPlan,
  choices: TuningChoices,
): CreateHyperParameterTuningJobCommandInput {
  return {
    HyperParameterTuningJobName: name,
    HyperParameterTuningJobConfig: {
      Strategy: STRATEGIES[choices.strategy],
      HyperParameterTuningJobObjective: {
        MetricName: choices.objective,
        Type: choices.objective.endsWith('loss') ? 'Minimize' : 'Maximize',
      },
      ResourceLimits: { MaxNumberOfTrainingJobs: choices.jobs, MaxParallelTrainingJobs: choices.parallel },
      ParameterRanges: parameterRanges(choices.ranges),
      TrainingJobEarlyStoppingType: choices.earlyStop ? 'Auto' : 'Off',
      RandomSeed: choices.seed,
      ...(choices.target === undefined
        ? {}
        : { TuningJobCompletionCriteria: { TargetObjectiveMetricValue: choices.target } }),
    },
    TrainingJobDefinition: trainingDefinition(account, plan),
    Tags: TAGS,
  }
}

/** How many trainings there will be at most. */
export function mostTrials({ ranges, jobs }: TuningChoices): number {
  return jobs ?? ranges.reduce((product, range) => product * ('values' in range ? range.values.length : 1), 1)
}
