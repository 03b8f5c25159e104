import {
  GetLogEventsCommand,
  paginateDescribeLogStreams,
  type CloudWatchLogsClient,
  type OutputLogEvent,
} from '@aws-sdk/client-cloudwatch-logs'

/** One line that a job printed. */
export interface LogLine {
  readonly timeMs: number
  readonly message: string
}

/** Log groups that SageMaker writes to. */
const LOG_GROUPS = {
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
  const lines: LogLine[] = []
  for (const stream of (await streamsOf(client, kind, jobName)).toReversed()) {
    const rest = limit - lines.length
    if (rest <= 0) break
    const page = await client.send(
      new GetLogEventsCommand({
        logGroupName: LOG_GROUPS[kind],
        logStreamName: stream,
        limit: rest,
        startFromHead: false,
      }),
    )
    lines.unshift(...toLines(page.events))
  }
  return lines
}

/** Reads a job's log from where it was left. */
export interface LogCursor {
  /** Lines since the last call. */
  read(): Promise<LogLine[]>
}

export function openLog(client: CloudWatchLogsClient, kind: JobKind, jobName: string): LogCursor {
  const tokens = new Map<string, string | undefined>()
  const readStream = async (stream: string): Promise<LogLine[]> => {
    const lines: LogLine[] = []
    for (;;) {
      const token = tokens.get(stream)
      const page = await client.send(
        new GetLogEventsCommand({
          logGroupName: LOG_GROUPS[kind],
          logStreamName: stream,
          startFromHead: true,
          nextToken: token,
        }),
      )
      lines.push(...toLines(page.events))
      // The same token again means the end.
      if (page.nextForwardToken === undefined || page.nextForwardToken === token) return lines
      tokens.set(stream, page.nextForwardToken)
    }
  }
  return {
    read: async () => {
      const lines: LogLine[] = []
      for (const stream of await streamsOf(client, kind, jobName)) lines.push(...(await readStream(stream)))
      return lines
    },
  }
}

const toLines = (events: readonly OutputLogEvent[] = []): LogLine[] =>
  events.map((event) => ({ timeMs: event.timestamp ?? 0, message: event.message ?? '' }))

/** A job writes one stream an attempt, named by its start: a job that goes on after an interruption has several. */
async function streamsOf(client: CloudWatchLogsClient, kind: JobKind, jobName: string): Promise<string[]> {
  const asked = { logGroupName: LOG_GROUPS[kind], logStreamNamePrefix: `${jobName}/` }
  const names: string[] = []
  try {
    for await (const page of paginateDescribeLogStreams({ client }, asked)) {
      names.push(...(page.logStreams ?? []).flatMap(({ logStreamName }) => logStreamName ?? []))
    }
    return names
  } catch (error) {
    if (error instanceof Error && error.name === 'ResourceNotFoundException') return []
    throw error
  }
}
