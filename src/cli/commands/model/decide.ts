import { defineCommand, type CommandFactory } from '../../command.ts'
import { groupOption, packageArgument, type GroupOptions } from './group-option.ts'

interface Options extends GroupOptions {
  readonly reason?: string
}

const DECISIONS = {
  approve: { status: 'Approved', summary: 'release a version for deployment' },
  reject: { status: 'Rejected', summary: 'forbid the deployment of a version' },
} as const

function decisionCommand(name: keyof typeof DECISIONS): CommandFactory {
  const { status, summary } = DECISIONS[name]
  return defineCommand<Options>({
    name,
    summary,
    arguments: [packageArgument],
    options: [{ flags: '--reason <text>', description: 'kept with the version' }, groupOption],
    examples: [
      [`model ${name}`, 'the newest version'],
      [`model ${name} 3 --reason "seen on the night set" --role ml-engineer`, 'as the ML Engineer'],
    ],
    run: async (context, options, [choice = 'latest']) => {
      const { choosePackage } = await import('../../../registry/choose.ts')
      const { approvePackage, rejectPackage } = await import('../../../registry/approval.ts')
      const account = await context.account()
      const sagemaker = await account.clients.sagemaker()
      const chosen = await choosePackage(sagemaker, options.group ?? account.names.modelPackageGroup, choice)
      const decide = name === 'approve' ? approvePackage : rejectPackage
      await decide(sagemaker, chosen.arn, options.reason)
      return {
        value: { arn: chosen.arn, version: chosen.version, before: chosen.approval, now: status },
        text: `version ${chosen.version}: ${chosen.approval} -> ${status}\n${chosen.arn}`,
      }
    },
  })
}

export const approve = decisionCommand('approve')
export const reject = decisionCommand('reject')
