import {
  DescribeEndpointCommand,
  ListEndpointsCommand,
  type DescribeEndpointCommandOutput,
  type EndpointStatus,
  type SageMakerClient,
} from '@aws-sdk/client-sagemaker'
import { setTimeout as sleep } from 'node:timers/promises'
import { SkyloopError } from '../core/errors.ts'

export interface WaitOptions {
  /** Time between two looks, in ms. */
  readonly pollMs: number
  readonly signal?: AbortSignal
  readonly onStatus?: (status: EndpointStatus) => void
}

export type Endpoint = DescribeEndpointCommandOutput

/** The endpoint, or undefined when there is none of that name. */
export async function findEndpoint(client: SageMakerClient, name: string): Promise<Endpoint | undefined> {
  try {
    return await client.send(new DescribeEndpointCommand({ EndpointName: name }))
  } catch (error) {
    if (error instanceof Error && /Could not find|not exist/i.test(error.message)) return undefined
    throw error
  }
}

const SETTLED: ReadonlySet<EndpointStatus> = new Set(['InService', 'Failed', 'OutOfService', 'UpdateRollbackFailed'])

/**
 * Waits until an endpoint serves.
 *
 * @throws SkyloopError `deploy.failed` with SageMaker's reason when it ends in any other state
 */
export async function waitForEndpoint(client: SageMakerClient, name: string, options: WaitOptions): Promise<Endpoint> {
  for (;;) {
    options.signal?.throwIfAborted()
    const endpoint = await client.send(new DescribeEndpointCommand({ EndpointName: name }))
    const status = endpoint.EndpointStatus as EndpointStatus
    options.onStatus?.(status)
    // A rolled-back update is InService again, with the reason of its failure.
    if (status === 'InService' && endpoint.FailureReason === undefined) return endpoint
    if (SETTLED.has(status)) {
      throw new SkyloopError({
        code: 'deploy.failed',
        fault: 'machine',
        message: `endpoint ${name} is ${status}: ${endpoint.FailureReason ?? 'no reason given'}`,
        hint: `read the log group /aws/sagemaker/Endpoints/${name}`,
      })
    }
    await sleep(options.pollMs, undefined, { signal: options.signal })
  }
}

const IN_TRANSITION: ReadonlySet<EndpointStatus> = new Set([
  'Creating',
  'Updating',
  'SystemUpdating',
  'RollingBack',
  'Deleting',
])

/** The endpoint once nothing is under way with it, or undefined when there is none (any more). */
export async function settleEndpoint(
  client: SageMakerClient,
  name: string,
  options: WaitOptions,
): Promise<Endpoint | undefined> {
  for (;;) {
    const endpoint = await findEndpoint(client, name)
    if (!endpoint?.EndpointStatus || !IN_TRANSITION.has(endpoint.EndpointStatus)) return endpoint
    options.onStatus?.(endpoint.EndpointStatus)
    await sleep(options.pollMs, undefined, { signal: options.signal })
  }
}

/** Every endpoint, newest first. */
export async function listEndpoints(
  client: SageMakerClient,
): Promise<{ name: string; status: EndpointStatus; createdAt: Date }[]> {
  const found: { name: string; status: EndpointStatus; createdAt: Date }[] = []
  let token: string | undefined
  do {
    const page = await client.send(
      new ListEndpointsCommand({ SortBy: 'CreationTime', SortOrder: 'Descending', NextToken: token }),
    )
    for (const one of page.Endpoints ?? []) {
      found.push({
        name: one.EndpointName as string,
        status: one.EndpointStatus as EndpointStatus,
        createdAt: one.CreationTime as Date,
      })
    }
    token = page.NextToken
  } while (token !== undefined)
  return found
}
