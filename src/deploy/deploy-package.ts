import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  DeleteEndpointCommand,
  DeleteEndpointConfigCommand,
  DeleteModelCommand,
  DescribeEndpointConfigCommand,
  UpdateEndpointCommand,
  type ProductionVariantInstanceType,
  type SageMakerClient,
} from '@aws-sdk/client-sagemaker'
import type { Ids } from '../core/ids.ts'
import { parsePackageArn } from '../registry/package.ts'
import { findEndpoint, settleEndpoint, waitForEndpoint, type Endpoint, type WaitOptions } from './endpoint-status.ts'

export interface DeployOptions extends WaitOptions {
  /** An approved package: SageMaker refuses any other. */
  readonly packageArn: string
  readonly endpointName: string
  /** Role that serving runs as. */
  readonly roleArn: string
  /** Prefix that captured requests and answers are written under. */
  readonly captureUri: string
  /** Share of the requests captured, 0 to 100. @default 100 */
  readonly capturePercent?: number
  /** @default 'ml.m5.large' */
  readonly instanceType?: ProductionVariantInstanceType
  readonly ids: Ids
}

export interface Deployment {
  readonly endpointName: string
  readonly endpointArn: string
  readonly endpointConfigName: string
  readonly modelName: string
  /** The endpoint did not exist before. */
  readonly created: boolean
}

/** The one variant of our endpoints; AWS's own default name. */
const VARIANT = 'AllTraffic'

/**
 * Deploys an approved package: model, endpoint configuration with data capture, then a new endpoint or a blue/green
 * update of the present one. The model and configuration it replaces are removed after the switch.
 *
 * @throws SkyloopError `deploy.failed` with SageMaker's reason; what was made for the attempt is removed
 */
export async function deployPackage(client: SageMakerClient, options: DeployOptions): Promise<Deployment> {
  const { endpointName, packageArn, roleArn, ids } = options
  const { version } = parsePackageArn(packageArn)
  const present = await presentEndpoint(client, options)
  // 63 characters is SageMaker's limit for a name.
  const name = `${endpointName.slice(0, 44)}-v${version}-${ids.short(8)}`
  await client.send(
    new CreateModelCommand({
      ModelName: name,
      ExecutionRoleArn: roleArn,
      Containers: [{ ModelPackageName: packageArn }],
    }),
  )
  try {
    await createConfig(client, name, options)
    const created = present === undefined
    const target = { EndpointName: endpointName, EndpointConfigName: name }
    await client.send(created ? new CreateEndpointCommand(target) : new UpdateEndpointCommand(target))
    const endpoint = await waitForEndpoint(client, endpointName, options)
    const before = present?.EndpointConfigName
    if (before !== undefined && before !== name) await removeConfig(client, before)
    return {
      endpointName,
      endpointArn: endpoint.EndpointArn as string,
      endpointConfigName: name,
      modelName: name,
      created,
    }
  } catch (error) {
    const now = await findEndpoint(client, endpointName)
    if (now?.EndpointConfigName !== name) await removeConfig(client, name)
    throw error
  }
}

/** The endpoint to update. One that failed cannot be: it is deleted, so that a new one takes its name. */
async function presentEndpoint(client: SageMakerClient, options: DeployOptions): Promise<Endpoint | undefined> {
  const { endpointName } = options
  const endpoint = await settleEndpoint(client, endpointName, options)
  if (endpoint?.EndpointStatus !== 'Failed') return endpoint
  await client.send(new DeleteEndpointCommand({ EndpointName: endpointName }))
  return settleEndpoint(client, endpointName, options)
}

async function createConfig(client: SageMakerClient, name: string, options: DeployOptions): Promise<void> {
  await client.send(
    new CreateEndpointConfigCommand({
      EndpointConfigName: name,
      ProductionVariants: [
        {
          VariantName: VARIANT,
          ModelName: name,
          InitialInstanceCount: 1,
          InstanceType: options.instanceType ?? 'ml.m5.large',
          InitialVariantWeight: 1,
        },
      ],
      DataCaptureConfig: {
        EnableCapture: true,
        InitialSamplingPercentage: options.capturePercent ?? 100,
        DestinationS3Uri: options.captureUri,
        CaptureOptions: [{ CaptureMode: 'Input' }, { CaptureMode: 'Output' }],
        CaptureContentTypeHeader: { JsonContentTypes: ['application/json'] },
      },
    }),
  )
}

/** Removes a configuration and the models it names; what is already gone is left out. */
export async function removeConfig(client: SageMakerClient, configName: string): Promise<void> {
  const config = await unlessGone(client.send(new DescribeEndpointConfigCommand({ EndpointConfigName: configName })))
  if (config) await unlessGone(client.send(new DeleteEndpointConfigCommand({ EndpointConfigName: configName })))
  const models = config?.ProductionVariants?.map((variant) => variant.ModelName) ?? [configName]
  for (const model of models) {
    if (model !== undefined) await unlessGone(client.send(new DeleteModelCommand({ ModelName: model })))
  }
}

async function unlessGone<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call
  } catch (error) {
    if (error instanceof Error && /Could not find|not exist/i.test(error.message)) return undefined
    throw error
  }
}
