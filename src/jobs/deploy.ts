import { createHash } from 'node:crypto'
import { join } from 'node:path'
import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  type DescribeModelPackageCommandOutput,
  DescribeModelPackageCommand,
  SageMakerClient,
  UpdateEndpointCommand,
} from '@aws-sdk/client-sagemaker'
import { SkyloopError } from '../core/errors.ts'
import { writeJsonAtomic } from '../core/files.ts'
import { canonicalJson } from '../core/json.ts'
import { type Container, openContainer, runJob } from './container.ts'
import { findEndpoint, unlessExists, waitInService } from './endpoint-state.ts'
import { jobArguments, numberArgument } from './job-arguments.ts'
import { smokeTest } from './smoke-test.ts'

const OPTIONS = {
  'model-package-arn': { type: 'string' },
  'endpoint-name': { type: 'string' },
  'role-arn': { type: 'string' },
  'instance-type': { type: 'string', default: 'ml.m5.large' },
  'instance-count': { type: 'string', default: '1' },
  'initial-sampling': { type: 'string', default: '100' },
  'capture-uri': { type: 'string' },
  'smoke-image': { type: 'string' },
  'wait-minutes': { type: 'string', default: '15' },
} as const

/**
 * Deploys a model package to an endpoint and proves that it answers: model, endpoint configuration with data capture,
 * endpoint created or moved to it, an invocation with an image. Run twice, it finds its own work and changes nothing.
 *
 * An approved package is named in the model; of one that is not approved (a staging endpoint) the image and the model
 * data are used, because SageMaker refuses unapproved packages by name.
 *
 * Arguments: `--model-package-arn`, `--endpoint-name`, `--role-arn` (required), `--instance-type`, `--instance-count`,
 * `--initial-sampling 0..100`, `--capture-uri s3://...` (without it nothing is captured), `--smoke-image PATH` (default: a
 * generated one), `--wait-minutes`. Out: `processing/deployment/deployment.json`.
 */
export async function run(args: string[]): Promise<number> {
  const container = openContainer(process.env)
  return runJob(container, async () => {
    const client = new SageMakerClient({})
    try {
      return await deploy(client, container, args)
    } finally {
      client.destroy()
    }
  })
}

async function deploy(client: SageMakerClient, container: Container, args: readonly string[]): Promise<string> {
  const values = jobArguments(args, OPTIONS)
  const packageArn = required('model-package-arn', values['model-package-arn'])
  const EndpointName = required('endpoint-name', values['endpoint-name'])
  const ExecutionRoleArn = required('role-arn', values['role-arn'])
  const sampling = numberArgument('initial-sampling', values['initial-sampling'], 0, 100)
  const instances = numberArgument('instance-count', values['instance-count'], 1, 100)
  const waitMs = numberArgument('wait-minutes', values['wait-minutes'], 0.1, 240) * 60_000

  const modelPackage = await client.send(new DescribeModelPackageCommand({ ModelPackageName: packageArn }))
  const Containers = containersOf(modelPackage, packageArn)
  const ModelName = nameWithHash(EndpointName, { Containers, ExecutionRoleArn })
  await unlessExists(client.send(new CreateModelCommand({ ModelName, Containers, ExecutionRoleArn })))

  const settings = {
    ProductionVariants: [
      {
        VariantName: 'AllTraffic',
        ModelName,
        InstanceType: values['instance-type'] as 'ml.m5.large',
        InitialInstanceCount: instances,
        InitialVariantWeight: 1,
      },
    ],
    ...(values['capture-uri'] !== undefined && {
      DataCaptureConfig: {
        EnableCapture: true,
        InitialSamplingPercentage: sampling,
        DestinationS3Uri: values['capture-uri'],
        CaptureOptions: [{ CaptureMode: 'Input' as const }, { CaptureMode: 'Output' as const }],
      },
    }),
  }
  const EndpointConfigName = nameWithHash(EndpointName, settings)
  await unlessExists(client.send(new CreateEndpointConfigCommand({ EndpointConfigName, ...settings })))

  const action = await pointEndpoint(client, EndpointName, EndpointConfigName)
  console.log(`${action} endpoint ${EndpointName} with ${ModelName}`)
  const EndpointArn = await waitInService(client, EndpointName, EndpointConfigName, waitMs)
  const smoke = await smokeTest(EndpointName, values['smoke-image'])
  await writeJsonAtomic(join(container.processingDir('deployment'), 'deployment.json'), {
    endpointName: EndpointName,
    endpointArn: EndpointArn,
    endpointConfigName: EndpointConfigName,
    modelName: ModelName,
    modelPackageArn: packageArn,
    modelApprovalStatus: modelPackage.ModelApprovalStatus ?? null,
    captureUri: values['capture-uri'] ?? null,
    action,
    smoke,
  })
  return `${EndpointName} is in service (${action}); smoke test: ${smoke.predictions} detections in ${smoke.milliseconds.toFixed(0)} ms`
}

function containersOf(
  modelPackage: DescribeModelPackageCommandOutput,
  packageArn: string,
): ({ ModelPackageName: string } | { Image: string; ModelDataUrl: string; Environment?: Record<string, string> })[] {
  if (modelPackage.ModelApprovalStatus === 'Approved') return [{ ModelPackageName: packageArn }]
  const containers = modelPackage.InferenceSpecification?.Containers ?? []
  if (containers.length === 0) {
    throw new SkyloopError({ code: 'jobs.deploy.package', message: `${packageArn} has no inference containers` })
  }
  return containers.map(({ Image, ModelDataUrl, Environment }) => {
    if (!Image || !ModelDataUrl) {
      throw new SkyloopError({
        code: 'jobs.deploy.package',
        message: `a container of ${packageArn} has no image or no model data`,
      })
    }
    return { Image, ModelDataUrl, ...(Environment && { Environment }) }
  })
}

/** Creates the endpoint, or moves it to the configuration; already there, nothing is done. */
async function pointEndpoint(
  client: SageMakerClient,
  EndpointName: string,
  EndpointConfigName: string,
): Promise<'created' | 'updated' | 'kept'> {
  const endpoint = await findEndpoint(client, EndpointName)
  if (!endpoint) {
    await client.send(new CreateEndpointCommand({ EndpointName, EndpointConfigName }))
    return 'created'
  }
  // A failed endpoint with this very configuration is tried anew.
  if (endpoint.EndpointConfigName === EndpointConfigName && endpoint.EndpointStatus !== 'Failed') return 'kept'
  await client.send(new UpdateEndpointCommand({ EndpointName, EndpointConfigName }))
  return 'updated'
}

/** A name of at most 63 characters that is the same for the same content. */
function nameWithHash(prefix: string, content: unknown): string {
  const hash = createHash('sha256').update(canonicalJson(content)).digest('hex').slice(0, 12)
  return `${prefix.slice(0, 50).replace(/-+$/, '')}-${hash}`
}

function required(name: string, value: string | undefined): string {
  if (value !== undefined && value !== '') return value
  throw new SkyloopError({ code: 'jobs.arguments', message: `--${name} is missing` })
}
