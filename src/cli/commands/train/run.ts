import { resolve } from 'node:path'
import type { CreateTrainingJobCommandInput } from '@aws-sdk/client-sagemaker'
import { systemIds } from '../../../core/ids.ts'
import type { Account } from '../../account.ts'
import { defineCommand, type Context, type Outcome } from '../../command.ts'
import { EXIT } from '../../failure.ts'
import { formatFacts } from '../../terminal/table.ts'
import type { TrainingChoices } from '../../training/plan-training.ts'
import { TRAINING_OPTIONS } from './training-options.ts'

/** What happens once a training has been started. */
export interface Following {
  readonly detach?: boolean
  readonly logs?: boolean
  readonly out?: string
}

interface Options extends TrainingChoices, Following {
  readonly name?: string
}

export const FOLLOWING_OPTIONS = [
  { flags: '--detach', description: 'do not wait; see `train status`' },
  { flags: '--logs', description: "print the training's log instead of a progress bar" },
  { flags: '--out <folder>', description: 'where model and reports are copied to (default: runs/<name>)' },
] as const

export const run = defineCommand<Options>({
  name: 'run',
  summary: 'train YOLO11 on a folder of images and labels',
  description:
    'Copies the folder to the bucket, has it cut into tiles and split without leaks, trains, and copies the model and its\n' +
    'reports back. All of it is jobs, which on AWS run on machines of their own. A prepared data set is used as it is.\n' +
    'Ctrl-C stops the training with its checkpoint kept: `train resume` goes on.',
  arguments: [['<data>', 'folder or S3 prefix in the YOLO layout, or a prepared data set']],
  options: [
    { flags: '--name <name>', description: 'name of the experiment (default: after the data)' },
    ...TRAINING_OPTIONS,
    ...FOLLOWING_OPTIONS,
  ],
  examples: [
    ['train run ./flights', 'fine-tune the base weights with the defaults'],
    ['train run ./flights --weights none --epochs 100 --set batch=16', 'from scratch'],
    ['train run s3://my-bucket/flights --profile work --spot', 'on AWS'],
  ],
  run: async (context, options, [data = '']) => {
    const { experimentName } = await import('../../training/names.ts')
    const { chosenHyperparameters, planTraining } = await import('../../training/plan-training.ts')
    const { trainingJob } = await import('../../training/job-requests.ts')
    const name = experimentName('training', options.name, data, systemIds.short(6))
    chosenHyperparameters(options)
    const account = await context.account()
    const plan = await planTraining(context, account, data, options)
    return startTraining(context, account, trainingJob(account, name, plan), options)
  },
})

/** Creates a training job, waits for it unless told not to, and fetches what it left. */
export async function startTraining(
  context: Context,
  account: Account,
  input: CreateTrainingJobCommandInput,
  options: Following,
): Promise<Outcome> {
  const { CreateTrainingJobCommand } = await import('@aws-sdk/client-sagemaker')
  const { shortName } = await import('../../training/names.ts')
  const { watchTraining } = await import('../../training/watch-training.ts')
  const { fetchResults } = await import('../../training/fetch-results.ts')
  const { trainingText, trainingValue } = await import('../../training/training-report.ts')
  const sagemaker = await account.clients.sagemaker()
  const { TrainingJobArn } = await sagemaker.send(new CreateTrainingJobCommand(input))
  const job = input.TrainingJobName as string
  const name = shortName(job)
  if (options.detach) {
    return {
      value: { name, trainingJob: job, trainingJobArn: TrainingJobArn },
      text: `${formatFacts({ training: name, 'training job': job })}\n\nsee: skyloop train status ${name}`,
    }
  }
  const task = context.report.task(`training ${name}`)
  try {
    const print = options.logs ? (line: string): void => context.print(line) : undefined
    const ended = await watchTraining(account, job, task, context.signal, print)
    const uri = ended.ModelArtifacts?.S3ModelArtifacts
    const folder = resolve(context.environment.workingFolder, options.out ?? `runs/${name}`)
    const files = uri === undefined ? undefined : await fetchResults(await account.clients.s3(), uri, folder)
    const isDone = ended.TrainingJobStatus === 'Completed'
    if (isDone) task.done()
    else task.fail(`${ended.TrainingJobStatus}. ${ended.FailureReason ?? ''}`)
    return {
      value: trainingValue(ended, files),
      text: trainingText(ended, files),
      exitCode: isDone ? EXIT.ok : EXIT.user,
    }
  } catch (error) {
    task.fail(context.signal.aborted ? `stopped; skyloop train resume ${name} goes on from its checkpoint` : undefined)
    throw error
  }
}
