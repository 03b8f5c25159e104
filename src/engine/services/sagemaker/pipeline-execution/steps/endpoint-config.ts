import { describedEndpointConfig } from '../../endpoint-config/describe-endpoint-config.ts'
import { endpointConfigs } from '../../endpoint-config/record.ts'
import { invokeAsRole } from '../invoke-as-role.ts'
import type { StepExecutor } from '../step-executor.ts'

/** EndpointConfig: arguments are the input of CreateEndpointConfig; a name that they give is kept. */
export const endpointConfigStep: StepExecutor = {
  run: async ({ workers, principal, resource, name, args, claim }) => {
    if (resource !== undefined && endpointConfigs(workers.engine).get(resource)) return { resource }
    const own = typeof args['EndpointConfigName'] === 'string' ? args['EndpointConfigName'] : name
    claim(own)
    await invokeAsRole(workers.engine, principal, 'CreateEndpointConfig', { ...args, EndpointConfigName: own })
    return { resource: own }
  },
  describe: (engine, { resource }) => {
    const config = resource === undefined ? undefined : endpointConfigs(engine).get(resource)
    return config && describedEndpointConfig(config)
  },
}
