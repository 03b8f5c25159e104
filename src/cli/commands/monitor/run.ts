import { systemIds } from '../../../core/ids.ts'
import { defineCommand } from '../../command.ts'
import { asTask } from '../../terminal/reporter.ts'
import { formatFacts, formatTable } from '../../terminal/table.ts'

interface Options {
  readonly wait?: boolean
  readonly since?: string
  readonly until?: string
  readonly baseline?: string
}

export const run = defineCommand<Options>({
  name: 'run',
  summary: 'compare what an endpoint was sent with the baseline of its model',
  description:
    'Starts a job that profiles the captured images and the detections on them and compares both with the baseline.\n' +
    'On violations it puts an event on the bus, which alerts and starts retraining where a rule says so.\n' +
    'With --wait, Ctrl-C stops the job.',
  arguments: [['<endpoint>', 'endpoint name']],
  options: [
    { flags: '--wait', description: 'wait for the result and show it' },
    { flags: '--since <time>', description: 'only requests from then on: ISO 8601, or an age such as 2h' },
    { flags: '--until <time>', description: 'only requests before then' },
    { flags: '--baseline <s3-uri>', description: 'baseline (default: that of the model the endpoint serves)' },
  ],
  examples: [
    ['monitor run skyloop-production --wait', 'everything captured so far'],
    ['monitor run skyloop-production --since 1h --wait', 'the last hour'],
  ],
  run: async (context, options, [endpoint]) => {
    const { awaitMonitoring, readPointInTime, startMonitoring } = await import('../../monitoring.ts')
    const now = new Date()
    const from = options.since === undefined ? undefined : readPointInTime(options.since, now)
    const to = options.until === undefined ? undefined : readPointInTime(options.until, now)
    const account = await context.account()
    const started = await startMonitoring(account, {
      endpointName: endpoint as string,
      ids: systemIds,
      ...(options.baseline === undefined ? {} : { baselineUri: options.baseline }),
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
    })
    if (!options.wait) return { value: started, text: formatFacts({ job: started.jobName, result: started.resultUri }) }
    const result = await asTask(
      context.report,
      `monitoring ${endpoint}`,
      (task) => awaitMonitoring(account, started, task, context.signal),
      ({ violations }) => `${violations.length} violations`,
    )
    return { value: result, text: describeResult(result) }
  },
})

/** The result of a run for a person. */
export function describeResult(result: {
  readonly resultUri: string
  readonly exitMessage: string
  readonly violations: readonly { feature: string; check: string; description: string }[]
}): string {
  const facts = formatFacts({ result: result.resultUri, message: result.exitMessage || undefined })
  if (result.violations.length === 0) return `${facts}\n\nno violations`
  const rows = result.violations.map((one) => [one.feature, one.check, one.description])
  return `${facts}\n\n${formatTable(['feature', 'check', 'what'], rows)}`
}
