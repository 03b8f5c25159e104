import { defineCommand } from '../../command.ts'
import { pollMsOf } from '../../execution/watch-execution.ts'
import { UsageError } from '../../failure.ts'
import { asTask } from '../../terminal/reporter.ts'

interface Options {
  readonly yes?: boolean
}

export const remove = defineCommand<Options>({
  name: 'delete',
  summary: 'delete an endpoint, its configuration and its models',
  description: 'Deletes an endpoint with its configuration and models. Captured data and model packages stay.',
  arguments: [['<endpoint>', 'endpoint name']],
  options: [{ flags: '--yes', description: 'really delete' }],
  examples: [['endpoint delete harbour-cam --yes', 'returns when it is gone']],
  run: async (context, options, [name]) => {
    if (!options.yes) {
      throw new UsageError({
        code: 'cli.confirm',
        message: `this stops serving at ${name}`,
        hint: 'add --yes if you mean it',
      })
    }
    const { deleteEndpoint } = await import('../../../deploy/delete-endpoint.ts')
    const account = await context.account()
    const sagemaker = await account.clients.sagemaker()
    const existed = await asTask(
      context.report,
      `deleting ${name}`,
      () => deleteEndpoint(sagemaker, name as string, { pollMs: pollMsOf(account), signal: context.signal }),
      (found) => (found ? 'gone' : 'there was none'),
    )
    return { value: { endpoint: name, existed }, text: '' }
  },
})
