import type { ListEndpointConfigsInput, ListEndpointConfigsOutput } from '@aws-sdk/client-sagemaker'
import { operation } from '../../../wire/operation.ts'
import type { Checked } from '../checked.ts'
import { listPage } from '../listing.ts'
import { onAll } from '../permissions.ts'
import { endpointConfigs } from './record.ts'

/** @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListEndpointConfigs.html */
export const listEndpointConfigs = operation<Checked<ListEndpointConfigsInput>, ListEndpointConfigsOutput>({
  permissions: () => [onAll('ListEndpointConfigs')],
  handle: (input, { engine }) => {
    const rows = endpointConfigs(engine)
      .list()
      .map(({ value }) => value)
    const { page, NextToken } = listPage(rows, (config) => ({ ...config, modifiedAt: config.createdAt }), input)
    return {
      NextToken,
      EndpointConfigs: page.map(({ name, arn, createdAt }) => ({
        EndpointConfigName: name,
        EndpointConfigArn: arn,
        CreationTime: createdAt,
      })),
    }
  },
})
