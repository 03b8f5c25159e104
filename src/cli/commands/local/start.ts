import { bootstrapAccount } from '../../bootstrap.ts'
import { defineCommand, type Context } from '../../command.ts'
import { findEngine, startDetached } from '../../engine/control.ts'
import { SkyloopError } from '../../../core/errors.ts'
import { integer } from '../../option-values.ts'
import { asTask } from '../../terminal/reporter.ts'
import { formatFacts } from '../../terminal/table.ts'

interface Options {
  readonly port?: number
  readonly detach?: boolean
}

export const start = defineCommand<Options>({
  name: 'start',
  summary: 'start the local engine',
  description:
    'Starts the local engine, the embedded AWS that every command talks to by default, and prepares its account:\n' +
    'bucket, roles and alert topic. State is kept in .skyloop/ (or $SKYLOOP_HOME); AWS profiles for other tools are\n' +
    'written to .skyloop/aws/. Without --detach it runs until Ctrl-C.',
  options: [
    {
      flags: '--port <number>',
      description: 'port on 127.0.0.1 (default: 4600, or a free one when that is taken; 0: a free one)',
      parse: integer('--port', 0, 65_535),
    },
    { flags: '--detach', description: 'leave it running in the background' },
  ],
  examples: [
    ['local start --detach', 'start in the background; `skyloop local stop` ends it'],
    ['local start --port 4700', 'run in this terminal, on port 4700, until Ctrl-C'],
  ],
  run: async (context, options) => {
    const { home } = context.environment
    if (options.detach) {
      const engine = await asTask(
        context.report,
        'engine',
        () => startDetached({ home, signal: context.signal, ...portOf(options) }),
        ({ alreadyRunning, url }) => (alreadyRunning ? `was running at ${url}` : url),
      )
      const account = await prepare(context)
      const value = { url: engine.url, pid: engine.pid, home, alreadyRunning: engine.alreadyRunning, ...account }
      return {
        value,
        text: `${formatFacts({ engine: engine.url, pid: engine.pid, state: home })}\n\n${otherTools(home)}`,
      }
    }

    const present = await findEngine(home)
    if (present) {
      throw new SkyloopError({
        code: 'cli.engine-running',
        message: `the engine already runs at ${present.url} (process ${present.pid})`,
        hint: 'run `skyloop local stop` first',
      })
    }
    const { hostEngine } = await import('../../engine/host.ts')
    await using hosted = await hostEngine({ home, ...portOf(options) })
    const account = await prepare(context)
    context.report.note(`engine: ${hosted.url}\nstate:  ${home}\n\n${otherTools(home)}\n\nCtrl-C stops it.`)
    await aborted(context.signal)
    context.report.note('stopping')
    return { value: { url: hosted.url, home, ...account, stopped: true }, text: '' }
  },
})

const portOf = (options: Options): { port?: number } => (options.port === undefined ? {} : { port: options.port })

async function prepare(context: Context): Promise<{ accountId: string; region: string; bucket: string }> {
  const account = await context.account()
  await asTask(
    context.report,
    'account',
    () => bootstrapAccount(account),
    () => `${account.accountId}, bucket ${account.names.bucket}`,
  )
  return { accountId: account.accountId, region: account.region, bucket: account.names.bucket }
}

const otherTools = (home: string): string =>
  'For other AWS tools:\n' +
  `  export AWS_CONFIG_FILE=${home}/aws/config AWS_SHARED_CREDENTIALS_FILE=${home}/aws/credentials`

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}
