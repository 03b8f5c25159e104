import { processingDescription } from '../../processing-job/describe-processing-job.ts'
import { processingJobArn, processingJobs } from '../../processing-job/record.ts'
import type { StepExecutor } from '../step-executor.ts'
import { runJobStep } from './job-step.ts'
import { asTexts, withTexts } from './text-values.ts'

/** Processing: arguments are the input of CreateProcessingJob; the name is given here. */
export const processingStep: StepExecutor = {
  cacheKeys: ['AppSpecification', 'Environment', 'ProcessingInputs'],
  run: (context) => {
    const app = context.args['AppSpecification']
    const args = withTexts(context.args, ['Environment'])
    const { ContainerArguments, ContainerEntrypoint, ...rest } = (app ?? {}) as Record<string, unknown>
    return runJobStep(
      {
        ...context,
        args: {
          ...args,
          AppSpecification: {
            ...rest,
            ...(ContainerArguments === undefined ? {} : { ContainerArguments: asTexts(ContainerArguments) }),
            ...(ContainerEntrypoint === undefined ? {} : { ContainerEntrypoint: asTexts(ContainerEntrypoint) }),
          },
        },
      },
      {
        create: 'CreateProcessingJob',
        stop: 'StopProcessingJob',
        nameMember: 'ProcessingJobName',
        arn: ({ workers }, name) => processingJobArn(workers.engine, name),
        state: ({ workers }, name) => {
          const job = processingJobs(workers.engine).get(name)
          return job && { status: job.status, failureReason: job.failureReason }
        },
      },
    )
  },
  describe: (engine, { resource }) => {
    const job = resource === undefined ? undefined : processingJobs(engine).get(resource)
    return job && processingDescription(job)
  },
}
