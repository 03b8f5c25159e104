import type { DeleteEndpointConfigInput } from '@aws-sdk/client-sagemaker'
import { operation } from '../../../wire/operation.ts'
import { validationError } from '../../../wire/aws-error.ts'
import type { Checked } from '../checked.ts'
import { endpoints } from '../endpoint/record.ts'
import { onResource } from '../permissions.ts'
import { dropTags } from '../tags/tag-store.ts'
import { endpointConfigs, getEndpointConfig } from './record.ts'

/**
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DeleteEndpointConfig.html
 * Differs: refused while an endpoint uses it, which AWS only advises against.
 */
export const deleteEndpointConfig = operation<Checked<DeleteEndpointConfigInput>, object>({
  permissions: (input, call) => [onResource(call, 'DeleteEndpointConfig', 'endpoint-config', input.EndpointConfigName)],
  handle: (input, { engine }) => {
    const { name, arn } = getEndpointConfig(engine, input.EndpointConfigName)
    const user = endpoints(engine)
      .list()
      .find(({ value }) => value.configName === name || value.pendingConfig === name)
    if (user) throw validationError(`Cannot delete endpoint configuration "${arn}": endpoint "${user.id}" uses it.`)
    endpointConfigs(engine).delete(name)
    dropTags(engine, arn)
    return {}
  },
})
