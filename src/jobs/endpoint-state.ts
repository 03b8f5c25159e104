import { setTimeout as sleep } from 'node:timers/promises'
import {
  DescribeEndpointCommand,
  type DescribeEndpointCommandOutput,
  type SageMakerClient,
} from '@aws-sdk/client-sagemaker'
import { messageOf, SkyloopError } from '../core/errors.ts'

/** The endpoint, or undefined when there is none of that name (SageMaker says so with a ValidationException). */
export async function findEndpoint(
  client: SageMakerClient,
  EndpointName: string,
): Promise<DescribeEndpointCommandOutput | undefined> {
  try {
    return await client.send(new DescribeEndpointCommand({ EndpointName }))
  } catch (error) {
    if (/could not find/i.test(messageOf(error))) return undefined
    throw error
  }
}

/** Waits for a creation; that it was there before is fine, because names here are hashes of the content. */
export async function unlessExists(creation: Promise<unknown>): Promise<void> {
  try {
    await creation
  } catch (error) {
    if (!/already exist/i.test(messageOf(error))) throw error
  }
}

const LONGEST_PAUSE_MS = 5000

/**
 * Waits until the endpoint serves with the given configuration.
 *
 * @returns its ARN
 * @throws SkyloopError `jobs.deploy.endpoint` when it fails, is rolled back, or does not get there in time
 */
export async function waitInService(
  client: SageMakerClient,
  EndpointName: string,
  configName: string,
  limitMs: number,
): Promise<string> {
  const deadline = performance.now() + limitMs
  for (let pauseMs = 200; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 1.5)) {
    const endpoint = await client.send(new DescribeEndpointCommand({ EndpointName }))
    const { EndpointStatus: status, EndpointConfigName: current, FailureReason: reason } = endpoint
    if (status === 'InService' && current === configName) return endpoint.EndpointArn ?? EndpointName
    if (status === 'InService' || status === 'Failed' || status === 'UpdateRollbackFailed') {
      throw new SkyloopError({
        code: 'jobs.deploy.endpoint',
        fault: 'machine',
        message: `endpoint ${EndpointName} is ${status} with ${current ?? 'no configuration'} instead of ${configName}${reason ? `: ${reason}` : ''}`,
      })
    }
    if (performance.now() > deadline) {
      throw new SkyloopError({
        code: 'jobs.deploy.endpoint',
        fault: 'machine',
        message: `endpoint ${EndpointName} is still ${status} after ${Math.round(limitMs / 60_000)} minutes`,
      })
    }
    await sleep(pauseMs)
  }
}
