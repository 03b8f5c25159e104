import { defineCommand } from '../command.ts'
import { formatFacts } from '../terminal/table.ts'

export const whoami = defineCommand({
  name: 'whoami',
  summary: 'show where calls go and as whom',
  examples: [
    ['whoami', 'the local engine and its administrator'],
    ['whoami --role data-scientist', 'the same, after assuming the role'],
  ],
  run: async (context) => {
    const { connection, accountId, region, callerArn } = await context.account()
    const endpoint = connection.settings.endpoint ?? 'AWS'
    return {
      value: { place: connection.place, endpoint, accountId, region, arn: callerArn },
      text: formatFacts({ caller: callerArn, account: accountId, region, endpoint }),
    }
  },
})
