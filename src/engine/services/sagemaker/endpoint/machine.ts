import type { EndpointStatus } from '@aws-sdk/client-sagemaker'
import { internalError } from '../../../../core/errors.ts'
import { endpointConfigs } from '../endpoint-config/record.ts'
import { stateMachine } from '../state-machine.ts'
import { tagMap } from '../tags/tag-store.ts'
import type { Workers } from '../workers.ts'
import { endpoints } from './record.ts'
import type { EndpointRecord } from './record.ts'

export const endpointMachine = stateMachine<EndpointStatus>('endpoint', {
  Creating: {
    InService: 'every variant answers its ping',
    Failed: 'a variant did not come up',
    Deleting: 'DeleteEndpoint',
  },
  InService: {
    Updating: 'UpdateEndpoint or UpdateEndpointWeightsAndCapacities',
    SystemUpdating: 'the engine was restarted',
    Deleting: 'DeleteEndpoint',
  },
  Updating: {
    InService: 'traffic goes to the new variants',
    RollingBack: 'a new variant did not come up',
    Failed: 'the engine was restarted and the old variants did not come up again',
    Deleting: 'DeleteEndpoint',
  },
  RollingBack: {
    InService: 'traffic goes to the old variants',
    Failed: 'the engine was restarted and the old variants did not come up again',
    Deleting: 'DeleteEndpoint',
  },
  SystemUpdating: {
    InService: 'every variant answers its ping again',
    Failed: 'a variant did not come up again',
    Deleting: 'DeleteEndpoint',
  },
  Failed: { Deleting: 'DeleteEndpoint' },
  OutOfService: {},
  UpdateRollbackFailed: {},
  Deleting: {},
})

type Facts = Partial<Pick<EndpointRecord, 'configName' | 'pendingConfig' | 'variants' | 'failureReason'>>

/** Changes the status, with its event, in one transaction, and wakes whoever waits for it. */
export function moveEndpoint(workers: Workers, name: string, to: EndpointStatus, facts: Facts = {}): EndpointRecord {
  const { engine } = workers
  const moved = engine.store.transaction(() => {
    const endpoint = endpoints(engine).update(name, (old) => {
      endpointMachine.check(name, old.status, to)
      return { ...old, ...facts, status: to, modifiedAt: engine.clock.now() }
    })
    if (!endpoint) throw internalError(`endpoint ${name} vanished`)
    publishEndpointState(workers, endpoint)
    return endpoint
  })
  workers.notices.changed(moved.arn)
  return moved
}

export function publishEndpointState({ engine }: Workers, endpoint: EndpointRecord): void {
  const config = endpointConfigs(engine).get(endpoint.configName)
  const models = new Map(config?.request.ProductionVariants.map((each) => [each.VariantName, each.ModelName]))
  engine.events.publish({
    source: 'aws.sagemaker',
    detailType: 'SageMaker Endpoint State Change',
    resources: [endpoint.arn, ...(config ? [config.arn] : [])],
    detail: {
      EndpointName: endpoint.name,
      EndpointArn: endpoint.arn,
      EndpointConfigName: endpoint.configName,
      ProductionVariants: endpoint.variants.map(({ name, weight, instances }) => ({
        VariantName: name,
        ModelName: models.get(name),
        DesiredWeight: weight,
        DesiredInstanceCount: instances,
      })),
      EndpointStatus: upperSnake(endpoint.status),
      FailureReason: endpoint.failureReason,
      CreationTime: endpoint.createdAt.getTime(),
      LastModifiedTime: endpoint.modifiedAt.getTime(),
      Tags: tagMap(engine, endpoint.arn),
    },
  })
}

/** Events say `IN_SERVICE` where the API says `InService`. */
function upperSnake(status: string): string {
  return status.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase()
}
