import type { UpdateEndpointInput, UpdateEndpointOutput } from '@aws-sdk/client-sagemaker'
import { validationError } from '../../../wire/aws-error.ts'
import { operation } from '../../../wire/operation.ts'
import type { Checked } from '../checked.ts'
import { getEndpointConfig } from '../endpoint-config/record.ts'
import { notImplementedHere } from '../errors.ts'
import { onResource } from '../permissions.ts'
import type { Workers } from '../workers.ts'
import { checkCapacity } from './capacity.ts'
import { beginUpdate } from './deploy.ts'
import { variantStates } from './deployment.ts'
import { checkDeploymentConfig } from './deployment-config.ts'
import { moveEndpoint } from './machine.ts'
import { getEndpoint } from './record.ts'

/**
 * UpdateEndpoint: blue/green, all traffic at once; when a new variant does not come up, the old ones go on.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateEndpoint.html
 * @throws ValidationException unless the endpoint is InService
 */
export const updateEndpoint = (workers: Workers) =>
  operation<Checked<UpdateEndpointInput>, UpdateEndpointOutput>({
    permissions: (input, call) => [
      onResource(call, 'UpdateEndpoint', 'endpoint', input.EndpointName),
      onResource(call, 'UpdateEndpoint', 'endpoint-config', input.EndpointConfigName),
    ],
    handle: (input, { engine }) => {
      if (input.RetainAllVariantProperties) throw notImplementedHere('RetainAllVariantProperties')
      if (input.RetainDeploymentConfig) throw notImplementedHere('RetainDeploymentConfig')
      checkDeploymentConfig(input.DeploymentConfig)
      const endpoint = getEndpoint(engine, input.EndpointName)
      const config = getEndpointConfig(engine, input.EndpointConfigName)
      if (endpoint.status !== 'InService') {
        throw validationError(
          `Cannot update endpoint "${endpoint.arn}" in status ${endpoint.status}; it must be InService.`,
        )
      }
      checkCapacity(workers, variantStates(config))
      const updating = moveEndpoint(workers, endpoint.name, 'Updating', {
        pendingConfig: config.name,
        failureReason: undefined,
      })
      beginUpdate(workers, updating, config.name)
      return { EndpointArn: endpoint.arn }
    },
  })
