import type { DescribeEndpointConfigInput, DescribeEndpointConfigOutput } from '@aws-sdk/client-sagemaker'
import { operation } from '../../../wire/operation.ts'
import type { Checked } from '../checked.ts'
import { onResource } from '../permissions.ts'
import { getEndpointConfig } from './record.ts'
import type { EndpointConfigRecord } from './record.ts'

/** @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeEndpointConfig.html */
export const describeEndpointConfig = operation<Checked<DescribeEndpointConfigInput>, DescribeEndpointConfigOutput>({
  permissions: (input, call) => [
    onResource(call, 'DescribeEndpointConfig', 'endpoint-config', input.EndpointConfigName),
  ],
  handle: (input, { engine }) => describedEndpointConfig(getEndpointConfig(engine, input.EndpointConfigName)),
})

/** What Describe answers; pipeline steps read the same. */
export function describedEndpointConfig(config: EndpointConfigRecord): DescribeEndpointConfigOutput {
  return { ...config.request, EndpointConfigArn: config.arn, CreationTime: config.createdAt }
}
