import { defineCommand } from '../../command.ts'
import { findEngine } from '../../engine/control.ts'
import { EXIT } from '../../failure.ts'
import { formatFacts } from '../../terminal/table.ts'
import { formatDuration } from '../../../core/units.ts'
import { countResources } from '../../resource-counts.ts'

export const status = defineCommand({
  name: 'status',
  summary: 'say whether the local engine runs, and what it holds',
  description:
    'Says whether the local engine runs, where, since when, and what it holds. Exit code 1 when it does not run.',
  examples: [['local status --json', 'for scripts']],
  run: async (context) => {
    const { home } = context.environment
    const engine = await findEngine(home)
    if (!engine) {
      return {
        value: { running: false, home },
        text: `the engine of ${home} is not running; start it with \`skyloop local start --detach\``,
        exitCode: EXIT.user,
      }
    }
    const account = await context.account()
    const counts = await countResources(account)
    const uptimeSeconds = Math.max(0, Math.round((Date.now() - Date.parse(engine.startedAt)) / 1000))
    const { accountId, region } = account
    return {
      value: { running: true, ...engine, uptimeSeconds, home, accountId, region, counts },
      text: formatFacts({
        engine: engine.url,
        pid: engine.pid,
        uptime: formatDuration(uptimeSeconds * 1000),
        state: home,
        account: `${accountId} in ${region}`,
        ...counts,
      }),
    }
  },
})
