import { setTimeout as sleep } from 'node:timers/promises'
import { defineCommand } from '../../command.ts'
import { openLog } from '../../execution/job-logs.ts'
import { pollMsOf } from '../../execution/watch-execution.ts'

interface Options {
  readonly follow?: boolean
}

export const logs = defineCommand<Options>({
  name: 'logs',
  summary: 'print what a training printed',
  arguments: [['<name>', 'the training, as `train list` shows it']],
  options: [{ flags: '--follow', description: 'go on until it has ended; Ctrl-C leaves it running' }],
  examples: [['train logs flights-k3f9a2 --follow', 'live']],
  run: async (context, options, [given = '']) => {
    const { jobNameOf } = await import('../../training/names.ts')
    const { describeTraining, isOver } = await import('../../training/watch-training.ts')
    const account = await context.account()
    const sagemaker = await account.clients.sagemaker()
    const name = jobNameOf(given)
    const log = openLog(await account.clients.logs(), 'training', name)
    const lines: { time: string; message: string }[] = []
    for (;;) {
      context.signal.throwIfAborted()
      const job = await describeTraining(sagemaker, name)
      for (const { timeMs, message } of await log.read()) {
        lines.push({ time: new Date(timeMs).toISOString(), message })
        if (!context.global.json) context.print(message)
      }
      if (!options.follow || isOver(job.TrainingJobStatus)) break
      await sleep(pollMsOf(account), undefined, { signal: context.signal })
    }
    return { value: { trainingJob: name, lines }, text: '' }
  },
})
