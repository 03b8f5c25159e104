import type { ListEndpointsInput, ListEndpointsOutput } from '@aws-sdk/client-sagemaker'
import { operation } from '../../../wire/operation.ts'
import type { Checked } from '../checked.ts'
import { listPage } from '../listing.ts'
import { onAll } from '../permissions.ts'
import { endpoints } from './record.ts'

/** @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListEndpoints.html */
export const listEndpoints = operation<Checked<ListEndpointsInput>, ListEndpointsOutput>({
  permissions: () => [onAll('ListEndpoints')],
  handle: (input, { engine }) => {
    const rows = endpoints(engine)
      .list()
      .map(({ value }) => value)
    const { page, NextToken } = listPage(rows, (endpoint) => endpoint, input)
    return {
      NextToken,
      Endpoints: page.map((endpoint) => ({
        EndpointName: endpoint.name,
        EndpointArn: endpoint.arn,
        EndpointStatus: endpoint.status,
        CreationTime: endpoint.createdAt,
        LastModifiedTime: endpoint.modifiedAt,
      })),
    }
  },
})
