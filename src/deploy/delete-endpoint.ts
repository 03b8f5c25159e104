import { DeleteEndpointCommand, type SageMakerClient } from '@aws-sdk/client-sagemaker'
import { setTimeout as sleep } from 'node:timers/promises'
import { removeConfig } from './deploy-package.ts'
import { findEndpoint } from './endpoint-status.ts'

/**
 * Deletes an endpoint with its configuration and models, and waits until it is gone. Captured data stays.
 *
 * @returns false when there was none
 */
export async function deleteEndpoint(
  client: SageMakerClient,
  name: string,
  options: { readonly pollMs: number; readonly signal?: AbortSignal },
): Promise<boolean> {
  const endpoint = await findEndpoint(client, name)
  if (!endpoint) return false
  if (endpoint.EndpointStatus !== 'Deleting') await client.send(new DeleteEndpointCommand({ EndpointName: name }))
  while (await findEndpoint(client, name)) await sleep(options.pollMs, undefined, { signal: options.signal })
  if (endpoint.EndpointConfigName) await removeConfig(client, endpoint.EndpointConfigName)
  return true
}
