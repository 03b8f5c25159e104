import { defineCommand } from '../../command.ts'
import { formatTable } from '../../terminal/table.ts'
import { groupOption, type GroupOptions } from './group-option.ts'

export const list = defineCommand<GroupOptions>({
  name: 'list',
  summary: 'list the versions in the model registry, newest first',
  options: [groupOption],
  examples: [['model list', 'versions, their approval and when they were registered']],
  run: async (context, options) => {
    const { listPackages } = await import('../../../registry/list.ts')
    const account = await context.account()
    const group = options.group ?? account.names.modelPackageGroup
    const versions = await listPackages(await account.clients.sagemaker(), group)
    const rows = versions.map((one) => [
      String(one.version),
      one.approval,
      one.createdAt.toISOString(),
      one.description ?? '',
    ])
    return {
      value: { group, packages: versions },
      text: rows.length
        ? formatTable(['version', 'approval', 'registered', 'description'], rows)
        : `${group}: no versions`,
    }
  },
})
