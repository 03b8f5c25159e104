import {
  DescribeEndpointConfigCommand,
  DescribeModelCommand,
  DescribeModelPackageCommand,
  DescribeProcessingJobCommand,
  ListPipelineExecutionStepsCommand,
  type SageMakerClient,
} from '@aws-sdk/client-sagemaker'
import { parseArn } from '../core/arn.ts'
import { SkyloopError } from '../core/errors.ts'
import { findEndpoint } from './endpoint-status.ts'

/** What an endpoint serves and where its requests are kept. */
export interface EndpointSource {
  readonly endpointArn: string
  /** `<capture destination>/<endpoint>`, undefined when requests are not captured. */
  readonly capturedUri: string | undefined
  readonly packageArn: string | undefined
  readonly modelName: string
}

/** @throws SkyloopError `deploy.no-such-endpoint` */
export async function traceEndpoint(client: SageMakerClient, name: string): Promise<EndpointSource> {
  const endpoint = await findEndpoint(client, name)
  if (!endpoint) {
    throw new SkyloopError({
      code: 'deploy.no-such-endpoint',
      message: `there is no endpoint ${name}`,
      hint: 'run `skyloop endpoint list`',
    })
  }
  const config = await client.send(
    new DescribeEndpointConfigCommand({ EndpointConfigName: endpoint.EndpointConfigName }),
  )
  const modelName = config.ProductionVariants?.[0]?.ModelName as string
  const model = await client.send(new DescribeModelCommand({ ModelName: modelName }))
  const container = model.PrimaryContainer ?? model.Containers?.[0]
  const capture = config.DataCaptureConfig
  return {
    endpointArn: endpoint.EndpointArn as string,
    capturedUri: capture?.EnableCapture ? `${capture.DestinationS3Uri}/${name}` : undefined,
    packageArn: container?.ModelPackageName,
    modelName,
  }
}

/** The output of a pipeline's monitoring set-up that holds statistics.json and constraints.json. */
const BASELINE_OUTPUT = 'baseline'

/**
 * The baseline that belongs to a model package: the `baseline` output of the execution that registered it.
 *
 * @returns S3 prefix, or undefined when the package names no execution or that made no baseline
 */
export async function findBaseline(client: SageMakerClient, packageArn: string): Promise<string | undefined> {
  const described = await client.send(new DescribeModelPackageCommand({ ModelPackageName: packageArn }))
  const named = [
    described.MetadataProperties?.GeneratedBy,
    ...Object.values(described.CustomerMetadataProperties ?? {}),
  ]
  const executionArn = named.find((text) => text !== undefined && /^arn:[^ ]+\/execution\//.test(text))
  if (executionArn === undefined) return undefined
  const steps = await client.send(new ListPipelineExecutionStepsCommand({ PipelineExecutionArn: executionArn }))
  for (const step of steps.PipelineExecutionSteps ?? []) {
    const jobArn = step.Metadata?.ProcessingJob?.Arn
    if (jobArn === undefined || step.StepStatus !== 'Succeeded') continue
    const job = await client.send(
      new DescribeProcessingJobCommand({ ProcessingJobName: parseArn(jobArn).resource.split('/')[1] }),
    )
    const output = job.ProcessingOutputConfig?.Outputs?.find((one) => one.OutputName === BASELINE_OUTPUT)
    if (output?.S3Output?.S3Uri !== undefined) return output.S3Output.S3Uri
  }
  return undefined
}
