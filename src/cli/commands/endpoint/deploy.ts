import { defineCommand } from '../../command.ts'
import { pollMsOf } from '../../execution/watch-execution.ts'
import { asTask } from '../../terminal/reporter.ts'
import { formatFacts } from '../../terminal/table.ts'
import { integer } from '../../option-values.ts'
import { systemIds } from '../../../core/ids.ts'
import { UsageError } from '../../failure.ts'
import { groupOption, type GroupOptions } from '../model/group-option.ts'

interface Options extends GroupOptions {
  readonly name?: string
  readonly instanceType: string
  readonly capturePercent: number
}

export const deploy = defineCommand<Options>({
  name: 'deploy',
  summary: 'deploy an approved model version to an endpoint',
  description:
    'Creates the endpoint, or updates it blue/green, and waits until it serves. Requests and answers are captured.\n' +
    'Ctrl-C while an endpoint is being created deletes it again.',
  arguments: [['[package]', 'version number, ARN or `approved` (default: approved, the newest approved version)']],
  options: [
    { flags: '--name <endpoint>', description: 'endpoint name (default: skyloop-production)' },
    { flags: '--instance-type <type>', description: 'instance type', default: 'ml.m5.large' },
    {
      flags: '--capture-percent <n>',
      description: 'share of the requests captured for monitoring',
      default: 100,
      parse: integer('--capture-percent', 0, 100),
    },
    groupOption,
  ],
  examples: [
    ['endpoint deploy', 'the newest approved version to skyloop-production'],
    ['endpoint deploy 3 --name harbour-cam', 'version 3 to an endpoint of its own'],
  ],
  run: async (context, options, [choice = 'approved']) => {
    const { choosePackage } = await import('../../../registry/choose.ts')
    const { deployPackage } = await import('../../../deploy/deploy-package.ts')
    const { deleteEndpoint } = await import('../../../deploy/delete-endpoint.ts')
    const { findEndpoint } = await import('../../../deploy/endpoint-status.ts')
    const { ProductionVariantInstanceType } = await import('@aws-sdk/client-sagemaker')
    const instanceType = Object.values(ProductionVariantInstanceType).find((type) => type === options.instanceType)
    if (instanceType === undefined) {
      throw new UsageError({
        code: 'cli.option',
        message: `--instance-type "${options.instanceType}" is not an instance type for endpoints`,
        hint: 'for example ml.m5.large, ml.c7i.xlarge, ml.g5.xlarge',
      })
    }
    const account = await context.account()
    const { names } = account
    const sagemaker = await account.clients.sagemaker()
    const endpointName = options.name ?? names.productionEndpoint
    const chosen = await choosePackage(sagemaker, options.group ?? names.modelPackageGroup, choice)
    const existed = (await findEndpoint(sagemaker, endpointName)) !== undefined
    const deployment = await asTask(
      context.report,
      `deploying version ${chosen.version} to ${endpointName}`,
      async (task) => {
        try {
          return await deployPackage(sagemaker, {
            packageArn: chosen.arn,
            endpointName,
            roleArn: account.roleArn('execution'),
            captureUri: captureUriOf(names.bucket),
            capturePercent: options.capturePercent,
            instanceType,
            ids: systemIds,
            pollMs: pollMsOf(account),
            signal: context.signal,
            onStatus: (status) => task.update(status),
          })
        } catch (error) {
          if (context.signal.aborted && !existed) await deleteEndpoint(sagemaker, endpointName, { pollMs: 300 })
          throw error
        }
      },
    )
    return {
      value: { ...deployment, packageArn: chosen.arn, version: chosen.version },
      text: formatFacts({
        endpoint: deployment.endpointName,
        package: chosen.arn,
        model: deployment.modelName,
        capture: captureUriOf(names.bucket),
      }),
    }
  },
})

/** All endpoints capture below one prefix; the platform adds `<endpoint>/<variant>/yyyy/mm/dd/hh/`. */
export const captureUriOf = (bucket: string): string => `s3://${bucket}/capture`
