import type { DescribeEndpointInput, DescribeEndpointOutput } from '@aws-sdk/client-sagemaker'
import { operation } from '../../../wire/operation.ts'
import type { Engine } from '../../../engine.ts'
import type { Checked } from '../checked.ts'
import { endpointConfigs } from '../endpoint-config/record.ts'
import { onResource } from '../permissions.ts'
import { getEndpoint } from './record.ts'
import type { EndpointRecord } from './record.ts'

/** @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeEndpoint.html */
export const describeEndpoint = operation<Checked<DescribeEndpointInput>, DescribeEndpointOutput>({
  permissions: (input, call) => [onResource(call, 'DescribeEndpoint', 'endpoint', input.EndpointName)],
  handle: (input, { engine }) => describedEndpoint(engine, getEndpoint(engine, input.EndpointName)),
})

/** What Describe answers; pipeline steps read the same. */
export function describedEndpoint(engine: Engine, endpoint: EndpointRecord): DescribeEndpointOutput {
  const capture = endpointConfigs(engine).get(endpoint.configName)?.request.DataCaptureConfig
  const isServing = ['InService', 'Updating', 'RollingBack'].includes(endpoint.status)
  return {
    EndpointName: endpoint.name,
    EndpointArn: endpoint.arn,
    EndpointConfigName: endpoint.configName,
    EndpointStatus: endpoint.status,
    FailureReason: endpoint.failureReason,
    CreationTime: endpoint.createdAt,
    LastModifiedTime: endpoint.modifiedAt,
    ProductionVariants: endpoint.variants.map(({ name, weight, instances }) => ({
      VariantName: name,
      CurrentWeight: isServing ? weight : 0,
      DesiredWeight: weight,
      CurrentInstanceCount: isServing ? instances : 0,
      DesiredInstanceCount: instances,
    })),
    ...(capture && {
      DataCaptureConfig: {
        EnableCapture: capture.EnableCapture ?? false,
        CaptureStatus: capture.EnableCapture && isServing ? 'Started' : 'Stopped',
        CurrentSamplingPercentage: capture.InitialSamplingPercentage,
        DestinationS3Uri: capture.DestinationS3Uri,
        KmsKeyId: capture.KmsKeyId ?? '',
      },
    }),
  }
}
