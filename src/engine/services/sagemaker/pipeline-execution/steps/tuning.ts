import { isObject } from '../../../../../core/json.ts'
import { tuningDescription } from '../../hyper-parameter-tuning-job/describe-hyper-parameter-tuning-job.ts'
import { tuningJobArn, tuningJobs } from '../../hyper-parameter-tuning-job/record.ts'
import { rankedTrials, trialSummary } from '../../hyper-parameter-tuning-job/trials.ts'
import type { StepExecutor } from '../step-executor.ts'
import { runJobStep } from './job-step.ts'
import { withTexts } from './text-values.ts'

/** Names of tuning jobs are shorter than those of other jobs. */
const NAME_LENGTH = 32

/**
 * Tuning: arguments are the input of CreateHyperParameterTuningJob; the name is given here. Later steps may ask for what
 * DescribeHyperParameterTuningJob answers and for `TrainingJobSummaries`, the best first.
 */
export const tuningStep: StepExecutor = {
  cacheKeys: ['HyperParameterTuningJobConfig', 'TrainingJobDefinition', 'TrainingJobDefinitions'],
  run: (context) => {
    const definition = context.args['TrainingJobDefinition']
    const args = isObject(definition)
      ? { ...context.args, TrainingJobDefinition: withTexts(definition, ['StaticHyperParameters', 'Environment']) }
      : context.args
    return runJobStep(
      { ...context, args, name: tuningName(context.execution.id, context.step.Name, context.name) },
      {
        create: 'CreateHyperParameterTuningJob',
        stop: 'StopHyperParameterTuningJob',
        nameMember: 'HyperParameterTuningJobName',
        arn: ({ workers }, name) => tuningJobArn(workers.engine, name),
        state: ({ workers }, name) => {
          const job = tuningJobs(workers.engine).get(name)
          return job && { status: job.status, failureReason: job.failureReason }
        },
      },
    )
  },
  describe: (engine, { resource }) => {
    const job = resource === undefined ? undefined : tuningJobs(engine).get(resource)
    return (
      job && {
        ...tuningDescription(engine, job),
        TrainingJobSummaries: rankedTrials(engine, job).map((trial) => trialSummary(job, trial)),
      }
    )
  },
}

/** `<execution>-<step>-<random>`, the step cut to what room there is. */
function tuningName(executionId: string, step: string, longName: string): string {
  const random = longName.slice(-8)
  const room = NAME_LENGTH - executionId.length - random.length - 2
  const middle = step.replaceAll(/[_-]+/g, '').slice(0, Math.max(0, room))
  return `${executionId}-${middle === '' ? 't' : middle}-${random}`.slice(-NAME_LENGTH).replace(/^-+/, '')
}
