import { defineCommand } from '../../command.ts'
import { formatFacts } from '../../terminal/table.ts'
import { groupOption, packageArgument, type GroupOptions } from './group-option.ts'

export const show = defineCommand<GroupOptions>({
  name: 'show',
  summary: 'show one version: state, model data, evaluation',
  arguments: [packageArgument],
  options: [groupOption],
  examples: [
    ['model show', 'the newest version'],
    ['model show 3 --json', 'version 3, with everything that is known'],
  ],
  run: async (context, options, [choice = 'latest']) => {
    const { choosePackage } = await import('../../../registry/choose.ts')
    const { describePackage } = await import('../../../registry/describe.ts')
    const { readObjectText } = await import('../../../data/s3/download-prefix.ts')
    const account = await context.account()
    const sagemaker = await account.clients.sagemaker()
    const chosen = await choosePackage(sagemaker, options.group ?? account.names.modelPackageGroup, choice)
    const details = await describePackage(sagemaker, chosen.arn)
    const evaluation =
      details.evaluationUri === undefined
        ? undefined
        : (JSON.parse(await readObjectText(await account.clients.s3(), details.evaluationUri)) as unknown)
    return {
      value: { ...details, evaluation },
      text: formatFacts({
        package: details.arn,
        approval: details.approval,
        reason: details.approvalDescription,
        registered: details.createdAt.toISOString(),
        image: details.imageUri,
        'model data': details.modelDataUrl,
        evaluation: details.evaluationUri,
        ...details.metadata,
      }),
    }
  },
})
