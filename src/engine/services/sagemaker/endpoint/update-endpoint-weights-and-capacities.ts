import type {
  UpdateEndpointWeightsAndCapacitiesInput,
  UpdateEndpointWeightsAndCapacitiesOutput,
} from '@aws-sdk/client-sagemaker'
import { validationError } from '../../../wire/aws-error.ts'
import { operation } from '../../../wire/operation.ts'
import type { Checked } from '../checked.ts'
import { notImplementedHere } from '../errors.ts'
import { onResource } from '../permissions.ts'
import type { Workers } from '../workers.ts'
import { checkCapacity } from './capacity.ts'
import { beginScaling } from './deploy.ts'
import { moveEndpoint } from './machine.ts'
import { getEndpoint } from './record.ts'

/**
 * UpdateEndpointWeightsAndCapacities: shares of traffic and numbers of processes, changed in place.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateEndpointWeightsAndCapacities.html
 * @throws ValidationException unless the endpoint is InService, or for an unknown variant
 */
export const updateEndpointWeightsAndCapacities = (workers: Workers) =>
  operation<Checked<UpdateEndpointWeightsAndCapacitiesInput>, UpdateEndpointWeightsAndCapacitiesOutput>({
    permissions: (input, call) => [
      onResource(call, 'UpdateEndpointWeightsAndCapacities', 'endpoint', input.EndpointName),
    ],
    handle: (input, { engine }) => {
      const endpoint = getEndpoint(engine, input.EndpointName)
      if (endpoint.status !== 'InService') {
        throw validationError(
          `Cannot update endpoint "${endpoint.arn}" in status ${endpoint.status}; it must be InService.`,
        )
      }
      for (const wanted of input.DesiredWeightsAndCapacities) {
        if (wanted.ServerlessUpdateConfig) throw notImplementedHere('ServerlessUpdateConfig')
        if (!endpoint.variants.some(({ name }) => name === wanted.VariantName)) {
          throw validationError(`Variant "${wanted.VariantName}" does not exist on endpoint "${endpoint.arn}".`)
        }
      }
      const states = endpoint.variants.map((variant) => {
        const wanted = input.DesiredWeightsAndCapacities.find(({ VariantName }) => VariantName === variant.name)
        return {
          ...variant,
          weight: wanted?.DesiredWeight ?? variant.weight,
          instances: wanted?.DesiredInstanceCount ?? variant.instances,
        }
      })
      if (states.some(({ weight, instances }) => weight < 0 || instances < 1)) {
        throw validationError('DesiredWeight must not be negative, and DesiredInstanceCount must be at least 1')
      }
      checkCapacity(workers, states)
      beginScaling(workers, moveEndpoint(workers, endpoint.name, 'Updating'), states)
      return { EndpointArn: endpoint.arn }
    },
  })
