import process from 'node:process'
import { resolveConnection } from '../../config/connection.ts'
import { SkyloopError } from '../../core/errors.ts'
import { systemIds } from '../../core/ids.ts'
import { deployPackage, type Deployment } from '../../deploy/deploy-package.ts'
import { summariseLatency } from '../../deploy/invoke.ts'
import { approvePackage } from '../../registry/approval.ts'
import { choosePackage } from '../../registry/choose.ts'
import { openAccount, type Account } from '../account.ts'
import { bootstrapAccount, ensureAlertTopic } from '../bootstrap.ts'
import type { Context } from '../command.ts'
import { captureUriOf } from '../commands/endpoint/deploy.ts'
import { startDetached, stopEngine } from '../engine/control.ts'
import { isAlive } from '../engine/state.ts'
import { listExecutions } from '../execution/find-execution.ts'
import { stopExecution } from '../execution/stop-execution.ts'
import { pollMsOf } from '../execution/watch-execution.ts'
import { explainFailure } from '../failure.ts'
import { awaitMonitoring, startMonitoring, type MonitoringResult } from '../monitoring.ts'
import { importDataset, openDataset, renderDataset, runFolder, type LocalDataset } from './dataset.ts'
import { fetchSouvenirs } from './souvenirs.ts'
import { enableRetraining } from '../retraining-rule.ts'
import { FAST, PHOTOGRAPHS, STANDARD, type Plan } from './plan.ts'
import { runPipeline } from './pipeline-stage.ts'
import { proveRefusal } from './prove-access.ts'
import type { QuickstartReport, ViolationCount } from './report.ts'
import { awaitAlert, awaitRetraining } from './retraining.ts'
import { createStages, type Stages } from './stages.ts'
import { awaitCapture, prepareTraffic, sendTraffic, type Phase, type Sent } from './traffic.ts'

export interface QuickstartOptions {
  /** Absolute path of a YOLO data set; a synthetic one is rendered when absent. */
  readonly data?: string
  readonly epochs?: number
  /** As small as the loop can be. */
  readonly fast: boolean
  readonly keepRunning: boolean
  readonly seed: number
}

type Facts = { -readonly [K in keyof QuickstartReport]?: QuickstartReport[K] }

/**
 * Closes the loop once: data, pipeline, approval, endpoint, traffic, drift, alert, retraining. Every stage checks that its
 * work happened; the first that did not ends the run.
 *
 * @returns the report, whether it succeeded or not, and what went wrong
 */
export async function runQuickstart(
  context: Context,
  options: QuickstartOptions,
): Promise<{ readonly report: QuickstartReport; readonly error: unknown }> {
  const { environment, signal } = context
  const { installMs } = environment
  const stages = createStages(
    context.report,
    signal,
    installMs > 1000 ? [{ name: 'install', status: 'done', seconds: installMs / 1000 }] : [],
  )
  const facts: Facts = {}
  // A second Ctrl-C ends this process at once; the engine that it started goes with it.
  let orphan: number | undefined
  const endOrphan = (): void => {
    if (orphan !== undefined && isAlive(orphan)) process.kill(orphan, 'SIGTERM')
  }
  process.once('exit', endOrphan)
  let error: unknown
  try {
    const engine = await stages.run(
      'engine',
      () => startDetached({ home: environment.home, signal }),
      (found) => (found.alreadyRunning ? `was running at ${found.url}` : found.url),
    )
    if (!engine.alreadyRunning && !options.keepRunning) orphan = engine.pid
    await closeLoop(context, options, stages, facts)
  } catch (thrown) {
    error = thrown
  } finally {
    if (orphan !== undefined) {
      // Also after the first Ctrl-C: nothing is left running.
      const task = context.report.task('stopping the engine')
      await stopEngine(environment.home).then(
        () => task.done(),
        (thrown: unknown) => {
          task.fail()
          error ??= thrown
        },
      )
    }
    process.off('exit', endOrphan)
  }
  const failure = error === undefined ? undefined : explainFailure(error, signal.aborted)
  const report: QuickstartReport = {
    startedAt: new Date(environment.startedAtMs).toISOString(),
    succeeded: failure === undefined,
    elapsedSeconds: Math.round((Date.now() - environment.startedAtMs) / 100) / 10,
    ...(failure === undefined ? {} : { error: { code: failure.code, message: failure.message } }),
    ...facts,
    stages: stages.records,
  }
  return { report, error }
}

async function closeLoop(context: Context, options: QuickstartOptions, stages: Stages, facts: Facts): Promise<void> {
  const { environment, signal } = context
  const plan = planOf(options)
  const runId = `${new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')}-${systemIds.short(4)}`
  const folder = runFolder(environment.home, runId)

  const connection = await resolveConnection({ home: environment.home })
  const account = await stages.run(
    'account',
    async () => {
      const opened = await openAccount(connection)
      await bootstrapAccount(opened)
      return opened
    },
    ({ accountId, names }) => `${accountId}, bucket ${names.bucket}, roles, alert topic`,
  )
  const engineer = await openAccount(connection, 'ml-engineer')
  try {
    const dataset = await stages.run(
      'data set',
      (task) =>
        options.data === undefined
          ? renderDataset(folder, plan, options.seed, task, signal)
          : openDataset(options.data),
      ({ images, source }) => `${images} ${source === 'synthetic' ? 'synthetic frames' : 'photographs'}`,
    )
    const imported = await stages.run(
      'import',
      (task) => importDataset(engineer, dataset, runId, task, signal),
      ({ files, uri }) => `${files} files to ${uri}`,
    )
    const done = await stages.run(
      'pipeline',
      () => runPipeline(engineer, { plan, seed: options.seed, inputUri: imported.uri }, context),
      ({ evaluation }) => `mAP50 ${evaluation.map50.toFixed(3)} on ${evaluation.images} images`,
      true,
    )
    facts.dataset = { source: options.data ?? 'synthetic', ...done.dataset }
    facts.training = done.training
    facts.evaluation = done.evaluation
    facts.pipelineExecutionArn = done.executionArn
    facts.modelPackageArn = done.modelPackageArn

    const deployment = await approveAndDeploy(engineer, done.modelPackageArn, stages, context)
    const phases = { context, stages, engineer, account, dataset, plan, folder }
    const clean = await watchTraffic('clean', deployment, phases)
    facts.endpoint = { name: deployment.endpointName, ...summariseLatency(clean.sent.elapsedMs) }
    facts.monitor = { clean: countOf(clean) }
    expectViolations(clean, false)

    const topicArn = await ensureAlertTopic(account)
    const known = new Set((await listExecutions(await account.clients.sagemaker(), done.pipeline, 100)).map(arnOf))
    await stages.run(
      'retraining rule',
      () =>
        enableRetraining(engineer, {
          endpointName: deployment.endpointName,
          pipeline: done.pipeline,
          topicArn,
          parameters: done.parameters,
        }),
      (arn) => arn,
    )
    const since = new Date(Date.now() - 1000)
    const shifted = await watchTraffic('shifted', deployment, phases)
    facts.monitor = { clean: countOf(clean), shifted: countOf(shifted) }
    expectViolations(shifted, true)
    await proveConsequences({ account, pipeline: done.pipeline, known, since, shifted, stages, facts, context })

    facts.accessDenied = await stages.run(
      'access control',
      () => proveRefusal(account, deployment.endpointName),
      ({ action, statement }) => `the Data Scientist was refused ${action} by ${statement}`,
    )
    facts.lookAt = await stages.run(
      'souvenirs',
      () =>
        fetchSouvenirs(account, folder, {
          evaluation: done.evaluationPrefix,
          cleanMonitor: clean.result.resultUri,
          shiftedMonitor: shifted.result.resultUri,
          alert: facts.alert?.file,
        }),
      (files) => `${Object.keys(files).length} things to look at`,
    )
  } finally {
    engineer.clients.destroy()
    account.clients.destroy()
  }
}

const arnOf = (one: { PipelineExecutionArn?: string }): string => one.PipelineExecutionArn as string

function planOf(options: QuickstartOptions): Plan {
  const plan = options.fast ? FAST : options.data === undefined ? STANDARD : PHOTOGRAPHS
  return options.epochs === undefined ? plan : { ...plan, epochs: options.epochs }
}

async function approveAndDeploy(
  engineer: Account,
  packageArn: string,
  stages: Stages,
  context: Context,
): Promise<Deployment> {
  const sagemaker = await engineer.clients.sagemaker()
  await stages.run(
    'approve',
    async () => {
      await approvePackage(sagemaker, packageArn, 'passed the quality gate of the quickstart')
      return choosePackage(sagemaker, engineer.names.modelPackageGroup, packageArn)
    },
    ({ version, approval }) => `version ${version} is ${approval}, by the ML Engineer`,
  )
  return stages.run(
    'deploy',
    (task) =>
      deployPackage(sagemaker, {
        packageArn,
        endpointName: engineer.names.productionEndpoint,
        roleArn: engineer.roleArn('execution'),
        captureUri: captureUriOf(engineer.names.bucket),
        ids: systemIds,
        pollMs: pollMsOf(engineer),
        signal: context.signal,
        onStatus: (status) => task.update(status),
      }),
    ({ endpointName, created }) => `${endpointName} ${created ? 'created' : 'updated, blue/green'}, in service`,
  )
}

interface Phases {
  readonly context: Context
  readonly stages: Stages
  readonly engineer: Account
  readonly account: Account
  readonly dataset: LocalDataset
  readonly plan: Plan
  readonly folder: string
}

interface Watched {
  readonly phase: Phase
  readonly sent: Sent
  readonly result: MonitoringResult
}

/** Sends one phase's frames, waits until they are captured, and monitors just those. */
async function watchTraffic(phase: Phase, deployment: Deployment, phases: Phases): Promise<Watched> {
  const { context, stages, engineer, account, dataset, plan, folder } = phases
  const { signal } = context
  const { endpointName } = deployment
  const capturedUri = `${captureUriOf(engineer.names.bucket)}/${endpointName}`
  const sent = await stages.run(
    `traffic, ${phase}`,
    async (task) => {
      const frames = await prepareTraffic(phase, dataset, folder, plan)
      const answered = await sendTraffic(engineer, endpointName, frames, task, signal)
      await awaitCapture(account, capturedUri, answered, signal)
      return answered
    },
    ({ frames, predictions, elapsedMs }) =>
      `${frames} frames, ${predictions} boxes, p50 ${summariseLatency(elapsedMs).p50Ms.toFixed(0)} ms, all captured`,
  )
  const result = await stages.run(
    `monitor, ${phase}`,
    async (task) => {
      const { from, to } = sent
      const started = await startMonitoring(engineer, { endpointName, from, to, ids: systemIds })
      return awaitMonitoring(engineer, started, task, signal)
    },
    ({ violations }) => (violations.length === 0 ? 'no violations' : `${violations.length} violations`),
  )
  return { phase, sent, result }
}

const countOf = ({ sent, result }: Watched): ViolationCount => ({
  violations: result.violations.length,
  features: [...new Set(result.violations.map((one) => one.feature))],
  images: sent.frames,
  jobName: result.jobName,
})

function expectViolations({ phase, result }: Watched, expected: boolean): void {
  if (result.violations.length > 0 === expected) return
  const found = result.violations.map((one) => `${one.feature}: ${one.description}`).join('; ')
  throw new SkyloopError({
    code: 'quickstart.monitor',
    fault: 'machine',
    message: expected
      ? `the ${phase} traffic must violate the baseline, and the monitor found nothing`
      : `the ${phase} traffic is like the baseline, and the monitor found violations: ${found}`,
    hint: `look at the report under ${result.resultUri}`,
  })
}

interface Consequences {
  readonly account: Account
  readonly pipeline: string
  /** Executions from before the event. */
  readonly known: ReadonlySet<string>
  readonly since: Date
  readonly shifted: Watched
  readonly stages: Stages
  readonly facts: Facts
  readonly context: Context
}

/** The violations must have brought an alert and a retraining; the retraining is stopped once it has been seen at work. */
async function proveConsequences(what: Consequences): Promise<void> {
  const { account, pipeline, known, since, shifted, stages, facts, context } = what
  const { signal, environment } = context
  const file = await stages.run(
    'alert',
    () => awaitAlert(environment.home, shifted.result.jobName, since, signal),
    (path) => path,
  )
  facts.alert = { file }
  const retraining = await stages.run(
    'retraining',
    async () => {
      const started = await awaitRetraining(account, pipeline, known, signal)
      const after = await stopExecution(account, started.pipelineExecutionArn)
      return { ...started, stopped: after === 'Stopped', after }
    },
    ({ pipelineExecutionArn, after }) =>
      `${pipelineExecutionArn.split('/').at(-1)} was started by the rule and seen executing; stopped here (${after})`,
  )
  const { pipelineExecutionArn, status, stopped } = retraining
  facts.retraining = { pipelineExecutionArn, status, stopped }
}
