import { appendFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import { formatArn, parseArn } from '../core/arn.ts'
import { messageOf, SkyloopError } from '../core/errors.ts'
import { writeJsonAtomic } from '../core/files.ts'
import { readJson } from '../core/json.ts'
import { readCapture, SMOKE_TEST_ID } from '../monitor/capture.ts'
import { measureCaptured } from '../monitor/captured-image.ts'
import { driftDistance } from '../monitor/checks/baseline-drift.ts'
import type { CheckInput } from '../monitor/checks/check.ts'
import { type Constraints, parseConstraints, suggestConstraints } from '../monitor/constraints.ts'
import { deviationOf } from '../monitor/deviation.ts'
import { checkInputs, type ConstraintViolations, evaluateConstraints } from '../monitor/evaluate-constraints.ts'
import { IMAGE_CONSTRAINTS } from '../monitor/image-features.ts'
import { type DeviatingImage, reportPage } from '../monitor/report-page.ts'
import { describeRows, parseStatistics, type Statistics } from '../monitor/statistics.ts'
import type { Row } from '../monitor/table.ts'
import { type Container, openContainer, processingJobConfig, runJob } from './container.ts'
import { jobArguments } from './job-arguments.ts'

/** Thumbnails in the report. */
const SHOWN_IMAGES = 8

const OPTIONS = {
  'endpoint-name': { type: 'string', default: 'endpoint' },
  'violations-uri': { type: 'string' },
  'event-bus': { type: 'string', default: 'default' },
  'no-events': { type: 'boolean', default: false },
  since: { type: 'string' },
  until: { type: 'string' },
} as const

/**
 * Compares what an endpoint saw and said with its baseline.
 *
 * In: `processing/captured` (data capture, any depth), `processing/baseline/{statistics.json, constraints.json}`.
 * Out: `processing/result/{statistics.json, constraints.json, constraint_violations.json, monitor.json, report.html}`,
 * metrics in `output/metrics/cloudwatch`, the exit message `CompletedWithViolations: ...` or `Completed: ...`, and, when
 * there are violations, the event `Skyloop Monitoring Violations` on the bus, sent as the job's role.
 *
 * Arguments: `--endpoint-name`, `--violations-uri` (where the violations file will lie), `--event-bus`, `--no-events`,
 * `--since` and `--until` (ISO times of invocations, since inclusive, until exclusive; else Model Monitor's variables
 * `start_time` and `end_time`).
 */
export async function run(args: string[]): Promise<number> {
  const container = openContainer(process.env)
  const { start_time: since, end_time: until } = process.env
  return runJob(container, () => monitor(container, { since, until }, args))
}

async function monitor(
  container: Container,
  environment: { readonly since: string | undefined; readonly until: string | undefined },
  args: readonly string[],
): Promise<string> {
  const values = jobArguments(args, OPTIONS)
  const window = {
    since: timeOf('since', values.since ?? environment.since),
    until: timeOf('until', values.until ?? environment.until),
  }
  const baselineDir = container.processingDir('baseline')
  const statisticsPath = join(baselineDir, 'statistics.json')
  const constraintsPath = join(baselineDir, 'constraints.json')
  const baseline = {
    statistics: parseStatistics(await readJson(statisticsPath), statisticsPath),
    constraints: parseConstraints(await readJson(constraintsPath), constraintsPath),
  }
  const seen = await measureTraffic(container.processingDir('captured'), window, baseline.statistics)
  const statistics = describeRows(seen.rows)
  const inputs = checkInputs(baseline, statistics, seen.rows)
  const violations = evaluateConstraints(inputs)
  const endpoint = values['endpoint-name']

  const resultDir = container.processingDir('result')
  await mkdir(resultDir, { recursive: true })
  await writeJsonAtomic(join(resultDir, 'statistics.json'), statistics)
  const constraints = suggestConstraints(statistics, IMAGE_CONSTRAINTS)
  await writeJsonAtomic(join(resultDir, 'constraints.json'), constraints)
  await writeJsonAtomic(join(resultDir, 'constraint_violations.json'), violations)
  await writeJsonAtomic(join(resultDir, 'monitor.json'), {
    endpointName: endpoint,
    images: seen.rows.length,
    outsideWindow: seen.outsideWindow,
    smokeTests: seen.smokeTests,
    unusable: seen.problems,
    violations: violations.violations,
    driftDistances: distances(inputs),
  })
  const page = await reportPage({
    title: `Monitor of ${endpoint}`,
    inputs,
    violations,
    baselineCount: baseline.statistics.dataset.item_count,
    currentCount: seen.rows.length,
    problems: seen.problems,
    images: seen.farthest,
  })
  await writeFile(join(resultDir, 'report.html'), page)
  await emitMetrics(container, endpoint, baseline.constraints, statistics, inputs)

  for (const problem of seen.problems) console.warn(`unusable record: ${problem}`)
  for (const { feature_name, description } of violations.violations) console.log(`${feature_name}: ${description}`)
  const unusable = seen.problems.length === 0 ? '' : `, ${seen.problems.length} unusable record(s)`
  const counted = `${seen.rows.length} images of ${endpoint}${unusable}`
  if (violations.violations.length === 0) return `Completed: no violation in ${counted}`
  if (!values['no-events']) {
    await sendEvent(container, endpoint, violations, values['event-bus'], values['violations-uri'])
  }
  const features = [...new Set(violations.violations.map(({ feature_name }) => feature_name))]
  return `CompletedWithViolations: ${violations.violations.length} violation(s) in ${counted}: ${features.join(', ')}`
}

interface Traffic {
  readonly rows: readonly Row[]
  /** Farthest from the baseline first. */
  readonly farthest: readonly DeviatingImage[]
  /** Broken lines and events that cannot be measured, in words. */
  readonly problems: readonly string[]
  readonly outsideWindow: number
  /** Invocations by which a deployment proved that the endpoint answers. */
  readonly smokeTests: number
}

async function measureTraffic(
  folder: string,
  window: { readonly since: Date | undefined; readonly until: Date | undefined },
  baseline: Statistics,
): Promise<Traffic> {
  const rows: Row[] = []
  const problems: string[] = []
  let farthest: DeviatingImage[] = []
  let outsideWindow = 0
  let smokeTests = 0
  for await (const record of readCapture(folder)) {
    if ('problem' in record) {
      problems.push(`${record.problem.file}:${record.problem.line}: ${record.problem.reason}`)
      continue
    }
    const { event } = record
    if (event.inferenceId === SMOKE_TEST_ID) {
      smokeTests++
      continue
    }
    const early = window.since && event.time && event.time < window.since
    const late = window.until && event.time && event.time >= window.until
    if (early || late) {
      outsideWindow++
      continue
    }
    try {
      const { bytes, row } = await measureCaptured(event)
      rows.push(row)
      const deviating = { bytes, eventId: event.eventId, ...deviationOf(row, baseline) }
      farthest = [...farthest, deviating].sort((a, b) => b.score - a.score).slice(0, SHOWN_IMAGES)
    } catch (error) {
      problems.push(messageOf(error))
    }
    if (rows.length % 50 === 0) console.log(`measured ${rows.length} captured images`)
  }
  if (rows.length === 0) {
    throw new SkyloopError({
      code: 'monitor.no-data',
      message: `no captured image to compare: ${problems.length} unusable record(s), ${outsideWindow} outside the time window${problems.length > 0 ? `; first: ${problems[0]}` : ''}`,
      hint: 'send traffic to an endpoint with data capture, or widen the time window',
    })
  }
  return { rows, farthest, problems, outsideWindow, smokeTests }
}

function distances(inputs: ReadonlyMap<string, CheckInput>): Record<string, number> {
  const out: Record<string, number> = {}
  for (const [name, input] of inputs) {
    const distance = driftDistance(input)
    if (distance !== undefined) out[name] = distance
  }
  return out
}

/** The lines that SageMaker forwards to CloudWatch; left out when the constraints switch metrics off. */
async function emitMetrics(
  container: Container,
  endpoint: string,
  constraints: Constraints,
  statistics: Statistics,
  inputs: ReadonlyMap<string, CheckInput>,
): Promise<void> {
  if (constraints.monitoring_config.emit_metrics === 'Disabled') return
  const Dimensions = [{ Name: 'Endpoint', Value: endpoint }]
  const Timestamp = new Date().toISOString()
  const metrics: { MetricName: string; Value: number }[] = []
  for (const { name, numerical_statistics: numbers } of statistics.features) {
    if (numbers) metrics.push({ MetricName: `feature_data_${name}`, Value: numbers.mean })
  }
  for (const [name, distance] of Object.entries(distances(inputs))) {
    metrics.push({ MetricName: `feature_baseline_drift_${name}`, Value: distance })
  }
  const folder = join(container.baseDir, 'output', 'metrics')
  await mkdir(folder, { recursive: true })
  const lines = metrics.map((metric) => `${JSON.stringify({ ...metric, Timestamp, Dimensions })}\n`)
  await appendFile(join(folder, 'cloudwatch'), lines.join(''))
}

async function sendEvent(
  container: Container,
  endpointName: string,
  { violations }: ConstraintViolations,
  bus: string,
  violationsUri: string | undefined,
): Promise<void> {
  const config = await processingJobConfig(container)
  const jobArn = config?.['ProcessingJobArn']
  const monitoringJob = config?.['ProcessingJobName']
  const Resources =
    typeof jobArn === 'string'
      ? [formatArn({ ...parseArn(jobArn), resource: `endpoint/${endpointName.toLowerCase()}` })]
      : []
  const client = new EventBridgeClient({})
  try {
    const { FailedEntryCount = 0, Entries } = await client.send(
      new PutEventsCommand({
        Entries: [
          {
            Source: 'skyloop.monitor',
            DetailType: 'Skyloop Monitoring Violations',
            EventBusName: bus,
            Resources,
            Detail: JSON.stringify({
              endpointName,
              monitoringJob: typeof monitoringJob === 'string' ? monitoringJob : null,
              violations,
              violationsUri: violationsUri ?? null,
            }),
          },
        ],
      }),
    )
    if (FailedEntryCount > 0) {
      const entry = Entries?.[0]
      throw new SkyloopError({
        code: 'monitor.event',
        fault: 'machine',
        message: `the event about the violations was refused: ${entry?.ErrorCode} ${entry?.ErrorMessage}`,
      })
    }
    console.log(`sent an event about ${violations.length} violation(s) to the event bus ${bus}`)
  } finally {
    client.destroy()
  }
}

function timeOf(name: string, text: string | undefined): Date | undefined {
  if (text === undefined) return undefined
  const time = new Date(text)
  if (Number.isNaN(time.getTime())) {
    throw new SkyloopError({
      code: 'jobs.arguments',
      message: `--${name} is "${text}", not a time such as 2026-05-01T12:00:00Z`,
    })
  }
  return time
}
