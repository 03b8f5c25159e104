import { defineCommand } from '../../command.ts'
import { keyValue } from '../../option-values.ts'
import { FOLLOWING_OPTIONS, startTraining, type Following } from './run.ts'

interface Options extends Following {
  readonly set?: Readonly<Record<string, string>>
}

export const resume = defineCommand<Options>({
  name: 'resume',
  summary: 'go on with a training that was stopped or failed',
  description:
    'Starts a training job with the same data and hyperparameters that goes on from the checkpoint of the earlier one,\n' +
    'bit for bit as if it had not been interrupted. A training whose engine was killed goes on by itself at the next start.',
  arguments: [['<name>', 'the training, as `train list` shows it']],
  options: [
    {
      flags: '--set <name=value>',
      description: 'another value of a limit, e.g. max_minutes or patience; others must stay',
      parse: keyValue('--set'),
    },
    ...FOLLOWING_OPTIONS,
  ],
  examples: [['train resume flights-k3f9a2', 'as flights-k3f9a2-r2']],
  run: async (context, options, [given = '']) => {
    const { jobNameOf } = await import('../../training/names.ts')
    const { describeTraining } = await import('../../training/watch-training.ts')
    const { resumedJob } = await import('../../training/resumed-job.ts')
    const account = await context.account()
    const sagemaker = await account.clients.sagemaker()
    const before = await describeTraining(sagemaker, jobNameOf(given))
    return startTraining(context, account, resumedJob(before, options.set ?? {}), options)
  },
})
