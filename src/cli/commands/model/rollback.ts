import { defineCommand } from '../../command.ts'
import { groupOption, type GroupOptions } from './group-option.ts'

interface Options extends GroupOptions {
  readonly reason?: string
}

export const rollback = defineCommand<Options>({
  name: 'rollback',
  summary: 'take back the newest approved version',
  description:
    'Rejects the newest approved version and names the one that is approved before it: the one to deploy now.',
  options: [{ flags: '--reason <text>', description: 'kept with the version' }, groupOption],
  examples: [['model rollback --reason "false alarms on water"', 'then: skyloop endpoint deploy approved']],
  run: async (context, options) => {
    const { rollBack } = await import('../../../registry/approval.ts')
    const account = await context.account()
    const group = options.group ?? account.names.modelPackageGroup
    const { rejected, current } = await rollBack(await account.clients.sagemaker(), group, options.reason)
    const now = current ? `version ${current.version} is the newest approved now` : 'no version is approved now'
    return {
      value: { rejected: rejected?.arn ?? null, current: current?.arn ?? null },
      text: rejected
        ? `version ${rejected.version}: Approved -> Rejected; ${now}`
        : 'nothing to take back: no version is approved',
    }
  },
})
