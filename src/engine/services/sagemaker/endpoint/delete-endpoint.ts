import type { DeleteEndpointInput } from '@aws-sdk/client-sagemaker'
import { operation } from '../../../wire/operation.ts'
import type { Checked } from '../checked.ts'
import { onResource } from '../permissions.ts'
import type { Workers } from '../workers.ts'
import { beginDeletion } from './deploy.ts'
import { moveEndpoint } from './machine.ts'
import { getEndpoint } from './record.ts'

/**
 * DeleteEndpoint: answers under way are ended well; its configuration and models stay.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DeleteEndpoint.html
 */
export const deleteEndpoint = (workers: Workers) =>
  operation<Checked<DeleteEndpointInput>, object>({
    permissions: (input, call) => [onResource(call, 'DeleteEndpoint', 'endpoint', input.EndpointName)],
    handle: (input, { engine }) => {
      const endpoint = getEndpoint(engine, input.EndpointName)
      if (endpoint.status === 'Deleting') return {}
      beginDeletion(workers, moveEndpoint(workers, endpoint.name, 'Deleting'))
      return {}
    },
  })
