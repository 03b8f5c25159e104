import { Sha256 } from '@smithy/core/checksum'
import { SignatureV4 } from '@smithy/signature-v4'
import type { SageMakerClient } from '@aws-sdk/client-sagemaker'

/**
 * The headers of a signed JSON request to a worker portal, by the credentials of an SDK client.
 *
 * @param url absolute; without a query
 */
export async function signedHeaders(client: SageMakerClient, url: URL, body: string): Promise<Record<string, string>> {
  const signer = new SignatureV4({
    service: 'sagemaker',
    region: await client.config.region(),
    credentials: client.config.credentials,
    sha256: Sha256,
  })
  const { headers } = await signer.sign({
    method: 'POST',
    protocol: url.protocol,
    hostname: url.hostname,
    port: Number(url.port),
    path: url.pathname,
    query: {},
    headers: { host: url.host, 'content-type': 'application/json' },
    body,
  })
  return headers
}
