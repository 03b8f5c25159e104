import { defineCommand } from '../../command.ts'
import { formatTable } from '../../terminal/table.ts'

export const list = defineCommand({
  name: 'list',
  summary: 'list endpoints, newest first',
  examples: [['endpoint list', 'names, states, ages']],
  run: async (context) => {
    const { listEndpoints } = await import('../../../deploy/endpoint-status.ts')
    const account = await context.account()
    const endpoints = await listEndpoints(await account.clients.sagemaker())
    const rows = endpoints.map((one) => [one.name, one.status, one.createdAt.toISOString()])
    return {
      value: { endpoints },
      text: rows.length ? formatTable(['endpoint', 'status', 'created'], rows) : 'no endpoints',
    }
  },
})
