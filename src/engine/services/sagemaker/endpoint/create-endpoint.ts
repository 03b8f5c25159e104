import type { CreateEndpointInput, CreateEndpointOutput } from '@aws-sdk/client-sagemaker'
import { validationError } from '../../../wire/aws-error.ts'
import { operation } from '../../../wire/operation.ts'
import type { Checked } from '../checked.ts'
import { getEndpointConfig } from '../endpoint-config/record.ts'
import { checkName } from '../errors.ts'
import { onResource } from '../permissions.ts'
import { setTags } from '../tags/tag-store.ts'
import type { Workers } from '../workers.ts'
import { checkCapacity } from './capacity.ts'
import { beginServing } from './deploy.ts'
import { variantStates } from './deployment.ts'
import { checkDeploymentConfig } from './deployment-config.ts'
import { publishEndpointState } from './machine.ts'
import { endpointArn, endpoints } from './record.ts'
import type { EndpointRecord } from './record.ts'

/**
 * CreateEndpoint: records the endpoint; `deploy.ts` starts its processes. InService when all answer their ping.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpoint.html
 * @throws ValidationException when the name is taken or the configuration does not exist
 */
export const createEndpoint = (workers: Workers) =>
  operation<Checked<CreateEndpointInput>, CreateEndpointOutput>({
    permissions: (input, call) => [
      onResource(call, 'CreateEndpoint', 'endpoint', input.EndpointName),
      onResource(call, 'CreateEndpoint', 'endpoint-config', input.EndpointConfigName),
    ],
    handle: (input, { engine }) => {
      const name = input.EndpointName
      checkName('endpointName', name)
      checkDeploymentConfig(input.DeploymentConfig)
      const config = getEndpointConfig(engine, input.EndpointConfigName)
      const variants = variantStates(config)
      checkCapacity(workers, variants)
      const now = engine.clock.now()
      const endpoint: EndpointRecord = {
        name,
        arn: endpointArn(engine, name),
        status: 'Creating',
        configName: config.name,
        variants,
        createdAt: now,
        modifiedAt: now,
        processes: [],
      }
      engine.store.transaction(() => {
        if (!endpoints(engine).insert(name, endpoint)) {
          throw validationError(`Cannot create already existing endpoint "${endpoint.arn}".`)
        }
        setTags(engine, endpoint.arn, input.Tags)
        publishEndpointState(workers, endpoint)
      })
      beginServing(workers, endpoint)
      return { EndpointArn: endpoint.arn }
    },
  })
