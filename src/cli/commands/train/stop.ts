import { defineCommand } from '../../command.ts'
import { asTask } from '../../terminal/reporter.ts'
import { formatFacts } from '../../terminal/table.ts'

export const stop = defineCommand({
  name: 'stop',
  summary: 'stop a training or a tuning job, what it has is kept',
  arguments: [['<name>', 'as `train list` or `train tune` shows it']],
  examples: [['train stop flights-k3f9a2', 'its checkpoint and its best model so far are kept']],
  run: async (context, _options, [given = '']) => {
    const { jobNameOf } = await import('../../training/names.ts')
    const { stopTraining } = await import('../../training/watch-training.ts')
    const { findTuning } = await import('../../training/tuning-report.ts')
    const { stopTuning } = await import('../../training/watch-tuning.ts')
    const account = await context.account()
    const name = jobNameOf(given)
    const isTuning = (await findTuning(await account.clients.sagemaker(), name)) !== undefined
    const status = await asTask(
      context.report,
      `stopping ${given}`,
      () => (isTuning ? stopTuning(account, name) : stopTraining(account, name)),
      String,
    )
    return { value: { name: given, status }, text: formatFacts({ name: given, status }) }
  },
})
