import { describedEndpoint } from '../../endpoint/describe-endpoint.ts'
import { endpointArn, endpoints } from '../../endpoint/record.ts'
import { invokeAsRole } from '../invoke-as-role.ts'
import type { StepExecutor } from '../step-executor.ts'
import { JobEndedError } from './job-step.ts'

/**
 * Endpoint: arguments are the input of CreateEndpoint; an endpoint that exists is updated to the configuration. The
 * step ends when the endpoint is in service with it.
 */
export const endpointStep: StepExecutor = {
  run: async ({ workers, principal, resource, name, args, claim, signal }) => {
    const { engine } = workers
    const own = typeof args['EndpointName'] === 'string' ? args['EndpointName'] : name
    const before = endpoints(engine).get(own)
    const wanted = args['EndpointConfigName']
    const isOnItsWay = resource !== undefined && before && (before.pendingConfig ?? before.configName) === wanted
    if (!isOnItsWay) {
      claim(own)
      const { Tags, ...input } = { ...args, EndpointName: own } as Record<string, unknown>
      if (before) await invokeAsRole(engine, principal, 'UpdateEndpoint', input)
      else await invokeAsRole(engine, principal, 'CreateEndpoint', { ...input, ...(Tags ? { Tags } : {}) })
    }
    const settled = () => {
      const endpoint = endpoints(engine).get(own)
      if (!endpoint) throw new JobEndedError(`ClientError: the endpoint ${own} was deleted`)
      return ['Creating', 'Updating', 'RollingBack'].includes(endpoint.status) ? undefined : endpoint
    }
    const endpoint = await workers.notices.until(endpointArn(engine, own), settled, signal)
    if (endpoint.status !== 'InService' || endpoint.configName !== wanted) {
      throw new JobEndedError(endpoint.failureReason ?? `ClientError: the endpoint ${own} is ${endpoint.status}`)
    }
    return { resource: own }
  },
  describe: (engine, { resource }) => {
    const endpoint = resource === undefined ? undefined : endpoints(engine).get(resource)
    return endpoint && describedEndpoint(engine, endpoint)
  },
}
