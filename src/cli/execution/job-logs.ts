import {
  DescribeLogStreamsCommand,
  GetLogEventsCommand,
  type CloudWatchLogsClient,
} from '@aws-sdk/client-cloudwatch-logs'

/** One line that a job printed. */
export interface LogLine {
  readonly timeMs: number
  readonly message: string
}

/** Log groups that SageMaker writes to. */
export const LOG_GROUPS = {
  training: '/aws/sagemaker/TrainingJobs',
  processing: '/aws/sagemaker/ProcessingJobs',
} as const

export type JobKind = keyof typeof LOG_GROUPS

/** The last lines of a job's log, oldest first; empty when it has not printed anything yet. */
export async function lastLines(
  client: CloudWatchLogsClient,
  kind: JobKind,
  jobName: string,
  limit: number,
): Promise<LogLine[]> {
  const stream = await streamOf(client, kind, jobName)
  if (stream === undefined) return []
  const page = await client.send(
    new GetLogEventsCommand({ logGroupName: LOG_GROUPS[kind], logStreamName: stream, limit, startFromHead: false }),
  )
  return (page.events ?? []).map((event) => ({ timeMs: event.timestamp ?? 0, message: event.message ?? '' }))
}

/** Reads a job's log from where it was left. */
export interface LogCursor {
  /** Lines since the last call. */
  read(): Promise<LogLine[]>
}

export function openLog(client: CloudWatchLogsClient, kind: JobKind, jobName: string): LogCursor {
  let token: string | undefined
  let stream: string | undefined
  return {
    read: async () => {
      stream ??= await streamOf(client, kind, jobName)
      if (stream === undefined) return []
      const lines: LogLine[] = []
      for (;;) {
        const page = await client.send(
          new GetLogEventsCommand({
            logGroupName: LOG_GROUPS[kind],
            logStreamName: stream,
            startFromHead: true,
            nextToken: token,
          }),
        )
        lines.push(
          ...(page.events ?? []).map((event) => ({ timeMs: event.timestamp ?? 0, message: event.message ?? '' })),
        )
        // The same token again means the end.
        if (page.nextForwardToken === undefined || page.nextForwardToken === token) return lines
        token = page.nextForwardToken
      }
    },
  }
}

async function streamOf(client: CloudWatchLogsClient, kind: JobKind, jobName: string): Promise<string | undefined> {
  try {
    const page = await client.send(
      new DescribeLogStreamsCommand({ logGroupName: LOG_GROUPS[kind], logStreamNamePrefix: `${jobName}/`, limit: 1 }),
    )
    return page.logStreams?.[0]?.logStreamName
  } catch (error) {
    if (error instanceof Error && error.name === 'ResourceNotFoundException') return undefined
    throw error
  }
}
