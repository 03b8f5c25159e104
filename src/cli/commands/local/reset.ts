import { defineCommand } from '../../command.ts'
import { resetHome } from '../../engine/reset.ts'
import { UsageError } from '../../failure.ts'
import { asTask } from '../../terminal/reporter.ts'

interface Options {
  readonly yes?: boolean
}

export const reset = defineCommand<Options>({
  name: 'reset',
  summary: 'stop the local engine and delete everything it holds',
  description: 'Stops the local engine and deletes its state folder: objects, models, executions, logs and keys.',
  options: [{ flags: '--yes', description: 'really delete' }],
  examples: [['local reset --yes', 'start over with nothing']],
  run: async (context, options) => {
    const { home } = context.environment
    if (!options.yes) {
      throw new UsageError({
        code: 'cli.confirm',
        message: `this deletes ${home} and everything in it`,
        hint: 'add --yes if you mean it',
      })
    }
    const found = await asTask(context.report, `deleting ${home}`, () => resetHome(home))
    return { value: { home, ...found }, text: '' }
  },
})
