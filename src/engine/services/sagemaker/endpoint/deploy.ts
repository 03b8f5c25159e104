import { failureReasonOf, JobFailure } from '../../../runner/job-failure.ts'
import { signalGroup } from '../../../runner/process-identity.ts'
import { endpointConfigs } from '../endpoint-config/record.ts'
import type { EndpointConfigRecord } from '../endpoint-config/record.ts'
import { isClosing } from '../running.ts'
import { dropTags } from '../tags/tag-store.ts'
import type { Workers } from '../workers.ts'
import { startDeployment, variantStates } from './deployment.ts'
import { fleetOf } from './fleet.ts'
import { endpointMachine, moveEndpoint } from './machine.ts'
import { endpoints, getEndpoint } from './record.ts'
import type { EndpointRecord, VariantState } from './record.ts'

/** Brings an endpoint up for the first time, or again after a restart of the engine. */
export function beginServing(workers: Workers, endpoint: EndpointRecord): void {
  workers.running.start(endpoint.arn, async (signal) => {
    const isUp = await serve(workers, endpoint.name, signal)
    const { pendingConfig } = getEndpoint(workers.engine, endpoint.name)
    if (isUp && pendingConfig !== undefined) await replace(workers, endpoint.name, pendingConfig, signal)
  })
}

/** Blue/green: the new configuration comes up beside the old one, takes the traffic, and the old one is ended. */
export function beginUpdate(workers: Workers, endpoint: EndpointRecord, configName: string): void {
  workers.running.start(endpoint.arn, (signal) => replace(workers, endpoint.name, configName, signal))
}

/** Ends the endpoint's processes and forgets it. */
export function beginDeletion(workers: Workers, endpoint: EndpointRecord): void {
  const { engine } = workers
  workers.running.replace(endpoint.arn, async () => {
    await fleetOf(engine).remove(endpoint.name)?.stop()
    engine.store.transaction(() => {
      endpoints(engine).delete(endpoint.name)
      dropTags(engine, endpoint.arn)
    })
    workers.notices.changed(endpoint.arn)
  })
}

/** Changes numbers of processes and weights in place. */
export function beginScaling(workers: Workers, endpoint: EndpointRecord, states: readonly VariantState[]): void {
  const { engine } = workers
  workers.running.start(endpoint.arn, async (signal) => {
    const deployment = fleetOf(engine).get(endpoint.name)
    try {
      for (const variant of deployment?.variants ?? []) {
        const state = states.find(({ name }) => name === variant.live.name)
        if (!state) continue
        await variant.live.scaleTo(state.instances, signal)
        variant.weight = state.weight
      }
      moveEndpoint(workers, endpoint.name, 'InService', { variants: states, failureReason: undefined })
    } catch (error) {
      if (signal.aborted) return
      moveEndpoint(workers, endpoint.name, 'RollingBack', { failureReason: failureReasonOf(error) })
      for (const variant of deployment?.variants ?? []) {
        const old = endpoint.variants.find(({ name }) => name === variant.live.name)
        await variant.live.scaleTo(Math.min(old?.instances ?? 1, variant.live.replicas.length), signal)
      }
      moveEndpoint(workers, endpoint.name, 'InService')
    }
  })
}

/**
 * After a restart: ends what a dead engine left running, and serves again. An endpoint
 * that was being updated first gets its old configuration back, then the update begins anew.
 */
export function resumeEndpoints(workers: Workers): void {
  const { engine } = workers
  for (const { value } of endpoints(engine).list()) {
    for (const process of value.processes) signalGroup(process, 'SIGKILL')
    endpoints(engine).update(value.name, (old) => ({ ...old, processes: [] }))
  }
  for (const { value: endpoint } of endpoints(engine).list()) {
    if (endpoint.status === 'Deleting') beginDeletion(workers, endpoint)
    else if (endpoint.status === 'InService') {
      beginServing(workers, moveEndpoint(workers, endpoint.name, 'SystemUpdating'))
    } else if (!['Failed', 'OutOfService'].includes(endpoint.status)) beginServing(workers, endpoint)
  }
}

/** @returns whether it is up */
async function serve(workers: Workers, name: string, signal: AbortSignal): Promise<boolean> {
  const { engine } = workers
  const endpoint = getEndpoint(engine, name)
  try {
    const config = configOf(workers, endpoint.configName)
    const deployment = await startDeployment(workers, name, config, endpoint.variants, signal)
    fleetOf(engine).put(name, deployment)
    // With an update still to be made, the status stays what it is until that is done.
    if (endpoint.pendingConfig === undefined) {
      const failureReason = endpoint.status === 'RollingBack' ? endpoint.failureReason : undefined
      moveEndpoint(workers, name, 'InService', { failureReason })
    }
    return true
  } catch (error) {
    if (!signal.aborted) moveEndpoint(workers, name, 'Failed', { failureReason: failureReasonOf(error) })
    return false
  }
}

async function replace(workers: Workers, name: string, configName: string, signal: AbortSignal): Promise<void> {
  const { engine } = workers
  try {
    const config = configOf(workers, configName)
    const states = variantStates(config)
    const deployment = await startDeployment(workers, name, config, states, signal)
    const old = fleetOf(engine).put(name, deployment)
    moveEndpoint(workers, name, 'InService', {
      configName,
      pendingConfig: undefined,
      variants: states,
      failureReason: undefined,
    })
    await old?.stop()
  } catch (error) {
    if (isClosing(signal) || signal.aborted) return
    const { status } = getEndpoint(engine, name)
    if (endpointMachine.isFinal(status) || status === 'InService') throw error
    moveEndpoint(workers, name, 'RollingBack', { pendingConfig: undefined, failureReason: failureReasonOf(error) })
    // The old variants never stopped: traffic is where it was.
    moveEndpoint(workers, name, 'InService')
  }
}

function configOf({ engine }: Workers, configName: string): EndpointConfigRecord {
  const config = endpointConfigs(engine).get(configName)
  if (!config) throw new JobFailure('ClientError', `the endpoint configuration "${configName}" does not exist`)
  return config
}
