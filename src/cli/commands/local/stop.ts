import { defineCommand } from '../../command.ts'
import { stopEngine } from '../../engine/control.ts'
import { asTask } from '../../terminal/reporter.ts'

export const stop = defineCommand({
  name: 'stop',
  summary: 'stop the local engine',
  description:
    'Stops the local engine and everything it runs. Nothing is lost: jobs that were running go on from their last\n' +
    'checkpoint at the next start.',
  examples: [['local stop', 'stop the engine of this folder']],
  run: async (context) => {
    const stopped = await asTask(
      context.report,
      'stopping the engine',
      () => stopEngine(context.environment.home),
      (state) => (state ? `process ${state.pid} has ended` : 'none was running'),
    )
    return { value: { stopped: stopped !== undefined, pid: stopped?.pid ?? null }, text: '' }
  },
})
