import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs'
import type { EventBridgeClient } from '@aws-sdk/client-eventbridge'
import type { IAMClient } from '@aws-sdk/client-iam'
import type { S3Client } from '@aws-sdk/client-s3'
import type { SageMakerClient } from '@aws-sdk/client-sagemaker'
import type { SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime'
import type { SNSClient } from '@aws-sdk/client-sns'
import type { STSClient } from '@aws-sdk/client-sts'
import type { ClientSettings } from '../config/connection.ts'

/** SDK clients of one connection, each loaded at its first use: the modules are heavy and `--help` needs none. */
export interface Clients {
  readonly settings: ClientSettings
  s3(): Promise<S3Client>
  sts(): Promise<STSClient>
  iam(): Promise<IAMClient>
  sagemaker(): Promise<SageMakerClient>
  runtime(): Promise<SageMakerRuntimeClient>
  logs(): Promise<CloudWatchLogsClient>
  events(): Promise<EventBridgeClient>
  sns(): Promise<SNSClient>
  /** Closes the connections that were opened. */
  destroy(): void
}

interface Destroyable {
  destroy(): void
}

export function createClients(settings: ClientSettings): Clients {
  const opened: Destroyable[] = []
  const lazily = <T extends Destroyable>(make: () => Promise<T>): (() => Promise<T>) => {
    let made: Promise<T> | undefined
    return () => {
      made ??= make().then((client) => {
        opened.push(client)
        return client
      })
      return made
    }
  }
  return {
    settings,
    s3: lazily(async () => {
      const { S3Client } = await import('@aws-sdk/client-s3')
      // A bucket name as a host name does not resolve on a loopback address.
      return new S3Client({ ...settings, forcePathStyle: settings.endpoint !== undefined })
    }),
    sts: lazily(async () => new (await import('@aws-sdk/client-sts')).STSClient(settings)),
    iam: lazily(async () => new (await import('@aws-sdk/client-iam')).IAMClient(settings)),
    sagemaker: lazily(async () => new (await import('@aws-sdk/client-sagemaker')).SageMakerClient(settings)),
    runtime: lazily(
      async () => new (await import('@aws-sdk/client-sagemaker-runtime')).SageMakerRuntimeClient(settings),
    ),
    logs: lazily(async () => new (await import('@aws-sdk/client-cloudwatch-logs')).CloudWatchLogsClient(settings)),
    events: lazily(async () => new (await import('@aws-sdk/client-eventbridge')).EventBridgeClient(settings)),
    sns: lazily(async () => new (await import('@aws-sdk/client-sns')).SNSClient(settings)),
    destroy: () => {
      for (const client of opened) client.destroy()
    },
  }
}
