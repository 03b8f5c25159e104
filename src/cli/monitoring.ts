import type { DescribeProcessingJobCommandOutput } from '@aws-sdk/client-sagemaker'
import { skyloopImageUri } from '../config/names.ts'
import { SkyloopError } from '../core/errors.ts'
import type { Ids } from '../core/ids.ts'
import { isObject, parseJson } from '../core/json.ts'
import { joinS3, parseS3Uri } from '../core/s3-uri.ts'
import { findBaseline, traceEndpoint } from '../deploy/lineage.ts'
import { startMonitoringJob, VIOLATIONS_FILE } from '../deploy/monitoring-job.ts'
import { waitForProcessingJob } from '../deploy/processing-job.ts'
import { readObjectText } from '../data/s3/download-prefix.ts'
import type { Account } from './account.ts'
import { lastLines } from './execution/job-logs.ts'
import { pollMsOf } from './execution/watch-execution.ts'
import type { Task } from './terminal/reporter.ts'

/** One entry of constraint_violations.json. */
export interface Violation {
  readonly feature: string
  readonly check: string
  readonly description: string
}

export interface MonitoringRun {
  readonly jobName: string
  /** Prefix of statistics.json, constraint_violations.json and report.html. */
  readonly resultUri: string
}

export interface MonitoringResult extends MonitoringRun {
  readonly exitMessage: string
  readonly violations: readonly Violation[]
}

export interface MonitoringChoice {
  readonly endpointName: string
  /** @default the baseline of the model that the endpoint serves */
  readonly baselineUri?: string
  readonly from?: Date
  readonly to?: Date
  readonly ids: Ids
}

const resultsUri = (account: Account, endpointName: string): string =>
  `s3://${account.names.bucket}/monitoring/${endpointName}`

/** A job over an empty prefix would fail with less to say. */
async function requireCaptures(account: Account, endpointName: string, capturedUri: string): Promise<void> {
  const { ListObjectsV2Command } = await import('@aws-sdk/client-s3')
  const s3 = await account.clients.s3()
  const { bucket, key } = parseS3Uri(capturedUri)
  const found = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: `${key}/`, MaxKeys: 1 }))
  if ((found.KeyCount ?? 0) > 0) return
  throw new SkyloopError({
    code: 'cli.nothing-captured',
    message: `no request to ${endpointName} has been captured under ${capturedUri}`,
    hint: 'send images with `skyloop endpoint invoke`; captures follow within seconds here, within minutes on AWS',
  })
}

/**
 * Starts a monitoring run over an endpoint's captured requests.
 *
 * @throws SkyloopError `cli.no-capture`, `cli.no-baseline`, `cli.nothing-captured`
 */
export async function startMonitoring(account: Account, choice: MonitoringChoice): Promise<MonitoringRun> {
  const { endpointName, from, to, ids } = choice
  const sagemaker = await account.clients.sagemaker()
  const source = await traceEndpoint(sagemaker, endpointName)
  if (source.capturedUri === undefined) {
    throw new SkyloopError({
      code: 'cli.no-capture',
      message: `endpoint ${endpointName} does not capture its requests`,
      hint: 'deploy it with `skyloop endpoint deploy`, which turns capture on',
    })
  }
  const baselineUri =
    choice.baselineUri ??
    (source.packageArn === undefined ? undefined : await findBaseline(sagemaker, source.packageArn))
  if (baselineUri === undefined) {
    throw new SkyloopError({
      code: 'cli.no-baseline',
      message: `the model of endpoint ${endpointName} has no baseline`,
      hint: 'give one with --baseline s3://...',
    })
  }
  await requireCaptures(account, endpointName, source.capturedUri)
  const jobName = `${endpointName.slice(0, 44)}-monitor-${ids.short(8)}`
  const resultUri = joinS3(resultsUri(account, endpointName), jobName)
  await startMonitoringJob(sagemaker, {
    jobName,
    endpointName,
    capturedUri: source.capturedUri,
    baselineUri,
    resultUri,
    imageUri: skyloopImageUri(account.accountId, account.region),
    roleArn: account.roleArn('execution'),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  })
  return { jobName, resultUri }
}

/**
 * Waits for a monitoring run and reads what it found. Aborting stops the run.
 *
 * @throws SkyloopError `cli.monitoring-failed` with the job's reason
 */
export async function awaitMonitoring(
  account: Account,
  run: MonitoringRun,
  task: Task,
  signal: AbortSignal,
): Promise<MonitoringResult> {
  const logs = await account.clients.logs()
  const job = await waitForProcessingJob(await account.clients.sagemaker(), run.jobName, {
    pollMs: pollMsOf(account),
    signal,
    onPoll: async () => {
      const [line] = await lastLines(logs, 'processing', run.jobName, 1)
      if (line) task.update(line.message)
    },
  })
  requireCompleted(job, run.jobName)
  const violations = await readViolations(account, run.resultUri)
  return { ...run, exitMessage: job.ExitMessage ?? '', violations }
}

function requireCompleted(job: DescribeProcessingJobCommandOutput, name: string): void {
  if (job.ProcessingJobStatus === 'Completed') return
  throw new SkyloopError({
    code: 'cli.monitoring-failed',
    fault: 'machine',
    message: `monitoring run ${name} is ${job.ProcessingJobStatus}: ${job.FailureReason ?? job.ExitMessage ?? 'no reason given'}`,
    hint: 'read the log group /aws/sagemaker/ProcessingJobs',
  })
}

async function readViolations(account: Account, resultUri: string): Promise<Violation[]> {
  const uri = joinS3(resultUri, VIOLATIONS_FILE)
  const value = parseJson(await readObjectText(await account.clients.s3(), uri), uri)
  if (!isObject(value) || !Array.isArray(value['violations'])) {
    throw new SkyloopError({ code: 'cli.violations', fault: 'machine', message: `${uri} has no list of violations` })
  }
  return (value['violations'] as unknown[]).filter(isObject).map((one) => ({
    feature: textOf(one['feature_name'] ?? one['metric_name']),
    check: textOf(one['constraint_check_type']),
    description: textOf(one['description']),
  }))
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

/** The newest completed run over an endpoint. @throws SkyloopError `cli.no-monitoring` */
export async function latestMonitoring(account: Account, endpointName: string): Promise<MonitoringResult> {
  const { ListProcessingJobsCommand, DescribeProcessingJobCommand } = await import('@aws-sdk/client-sagemaker')
  const sagemaker = await account.clients.sagemaker()
  const prefix = `${endpointName.slice(0, 44)}-monitor-`
  const page = await sagemaker.send(
    new ListProcessingJobsCommand({
      NameContains: prefix,
      StatusEquals: 'Completed',
      SortBy: 'CreationTime',
      SortOrder: 'Descending',
      MaxResults: 100,
    }),
  )
  const name = page.ProcessingJobSummaries?.map((one) => one.ProcessingJobName as string).find((one) =>
    one.startsWith(prefix),
  )
  if (name === undefined) {
    throw new SkyloopError({
      code: 'cli.no-monitoring',
      message: `no monitoring run over ${endpointName} has completed`,
      hint: `run \`skyloop monitor run ${endpointName} --wait\``,
    })
  }
  const job = await sagemaker.send(new DescribeProcessingJobCommand({ ProcessingJobName: name }))
  const resultUri = job.ProcessingOutputConfig?.Outputs?.[0]?.S3Output?.S3Uri as string
  return {
    jobName: name,
    resultUri,
    exitMessage: job.ExitMessage ?? '',
    violations: await readViolations(account, resultUri),
  }
}

/** A point in time: ISO 8601, or an age such as `30m`, `2h`, `7d`. */
export function readPointInTime(text: string, now: Date): Date {
  const age = /^(\d+)([smhd])$/.exec(text)
  if (age) {
    const unitMs = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[age[2] as 's' | 'm' | 'h' | 'd']
    return new Date(now.getTime() - Number(age[1]) * unitMs)
  }
  const time = new Date(text)
  if (!Number.isNaN(time.getTime())) return time
  throw new SkyloopError({
    code: 'cli.time',
    message: `"${text}" is neither a time such as 2026-05-01T08:00:00Z nor an age such as 30m, 2h, 7d`,
  })
}
