import { trainingDescription } from '../../training-job/describe-training-job.ts'
import { trainingJobArn, trainingJobs } from '../../training-job/record.ts'
import type { StepExecutor } from '../step-executor.ts'
import { runJobStep } from './job-step.ts'
import { withTexts } from './text-values.ts'

/** Training: arguments are the input of CreateTrainingJob; the name is given here. */
export const trainingStep: StepExecutor = {
  cacheKeys: [
    'AlgorithmSpecification',
    'CheckpointConfig',
    'DebugHookConfig',
    'DebugRuleConfigurations',
    'Environment',
    'HyperParameters',
    'InputDataConfig',
  ],
  run: (context) =>
    runJobStep(
      { ...context, args: withTexts(context.args, ['HyperParameters', 'Environment']) },
      {
        create: 'CreateTrainingJob',
        stop: 'StopTrainingJob',
        nameMember: 'TrainingJobName',
        arn: ({ workers }, name) => trainingJobArn(workers.engine, name),
        state: ({ workers }, name) => {
          const job = trainingJobs(workers.engine).get(name)
          return job && { status: job.status, failureReason: job.failureReason }
        },
      },
    ),
  describe: (engine, { resource }) => {
    const job = resource === undefined ? undefined : trainingJobs(engine).get(resource)
    return job && trainingDescription(job, engine.clock.now())
  },
}
