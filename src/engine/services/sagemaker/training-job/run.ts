import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { parseS3Uri } from '../../../../core/s3-uri.ts'
import type { Principal } from '../../../auth/principal.ts'
import { jobEnvironment } from '../../../runner/environment.ts'
import { startFolderSync } from '../../../runner/folder-sync.ts'
import { failureReasonOf, JobFailure } from '../../../runner/job-failure.ts'
import { containerPath, jobTree, resetJobTree, writeJson } from '../../../runner/job-tree.ts'
import type { JobTree } from '../../../runner/job-tree.ts'
import { createLogWriter } from '../../../runner/log-writer.ts'
import { createMetricReader } from '../../../runner/metric-lines.ts'
import type { MetricReader } from '../../../runner/metric-lines.ts'
import { listFiles } from '../../../runner/s3-output.ts'
import { materialiseS3Input } from '../../../runner/s3-input.ts'
import { superviseProcess } from '../../../runner/supervise.ts'
import type { ProcessEnd } from '../../../runner/supervise.ts'
import { SAGEMAKER_PRINCIPAL } from '../permissions.ts'
import { recordEnd } from '../record-end.ts'
import { isClosing } from '../running.ts'
import type { Workers } from '../workers.ts'
import { trainingCommand } from './command.ts'
import { moveTrainingJob } from './machine.ts'
import { openObjectiveSeries } from './objective-series.ts'
import { trainingJobs, trainingSeconds } from './record.ts'
import type { TrainingJobRecord, TrainingRequest } from './record.ts'
import { readFailure, storeResults } from './results.ts'

/** How often a running job is noted to be alive, in milliseconds. */
const ALIVE_MS = 5_000

/**
 * Queues a job; it runs in this process until it ends or the engine closes.
 *
 * @param again the job ran before and goes on from its checkpoints
 */
export function startTrainingJob(workers: Workers, job: TrainingJobRecord, again: boolean): void {
  workers.running.start(job.arn, (signal) => runTrainingJob(workers, job, again, signal))
}

async function runTrainingJob(
  workers: Workers,
  job: TrainingJobRecord,
  again: boolean,
  signal: AbortSignal,
): Promise<void> {
  const tree = jobTree(workers.engine.home, `training-${job.name}`)
  try {
    // One training at a time, and never all slots: a training takes every core it finds.
    const slots = Math.max(1, workers.slots.total - 1)
    const release = await workers.slots.acquire({ slots, lane: 'training', signal })
    try {
      await work(workers, job, again, tree, signal)
    } finally {
      release()
    }
  } catch (error) {
    if (isClosing(signal)) return
    // First: on a full disk it is what the job has written that keeps its end from being recorded.
    await rm(tree.root, { recursive: true, force: true })
    await recordEnd(workers, signal, () => {
      if (signal.aborted && error === signal.reason) moveTrainingJob(workers, job.name, 'Stopped')
      else moveTrainingJob(workers, job.name, 'Failed', { failureReason: failureReasonOf(error) })
    })
  }
  await rm(tree.root, { recursive: true, force: true })
}

async function work(
  workers: Workers,
  job: TrainingJobRecord,
  again: boolean,
  tree: JobTree,
  signal: AbortSignal,
): Promise<void> {
  const { engine } = workers
  const { request } = job
  moveTrainingJob(workers, job.name, 'Downloading')
  const image = (await workers.images()).resolve(request.AlgorithmSpecification?.TrainingImage ?? '')
  const role = engine.assumeServiceRole(request.RoleArn, SAGEMAKER_PRINCIPAL, 'SageMaker')
  await resetJobTree(tree, again ? ['checkpoints'] : [])
  for (const folder of ['model', 'output/data', 'checkpoints'])
    await mkdir(join(tree.baseDir, folder), { recursive: true })
  await writeConfiguration(tree, request)
  await takeChannels(workers, role, tree, request)
  const checkpoints = request.CheckpointConfig && {
    folder: containerPath(tree, request.CheckpointConfig.LocalPath ?? '/opt/ml/checkpoints'),
    uri: request.CheckpointConfig.S3Uri,
  }
  // What lies on this disk is newer than what was stored; only without it does S3 count.
  if (checkpoints && (await listFiles(checkpoints.folder)).length === 0)
    await takeCheckpoints(workers, role, checkpoints)
  const command = await trainingCommand(engine, role, tree, image, request)
  signal.throwIfAborted()

  moveTrainingJob(workers, job.name, 'Training')
  const metrics = createMetricReader(request.AlgorithmSpecification?.MetricDefinitions ?? [])
  const sync = checkpoints && startFolderSync(engine, role, { ...checkpoints, deletes: true })
  let end: ProcessEnd
  try {
    end = await runProcess(workers, job, tree, role, command, metrics, signal)
  } catch (error) {
    await sync?.cancel()
    throw error
  }
  if (isClosing(signal)) {
    await sync?.cancel()
    throw signal.reason
  }
  await sync?.finish()
  if (end.how === 'exit' && end.code !== 0 && !signal.aborted) {
    const said = (await readFailure(tree)) ?? 'See job logs for more information'
    throw new JobFailure('AlgorithmError', `${said}, exit code: ${end.code}`)
  }
  if (end.how === 'timeout' && !signal.aborted) moveTrainingJob(workers, job.name, 'Stopping')
  moveTrainingJob(workers, job.name, 'Uploading', { metrics: metrics.final() })
  const modelUri = await storeResults(engine, role, tree, job)
  if (isClosing(signal)) throw signal.reason
  if (end.how === 'timeout') moveTrainingJob(workers, job.name, 'MaxRuntimeExceeded', { modelUri })
  else if (signal.aborted) moveTrainingJob(workers, job.name, 'Stopped', { modelUri })
  else moveTrainingJob(workers, job.name, 'Completed', { modelUri })
}

async function runProcess(
  workers: Workers,
  job: TrainingJobRecord,
  tree: JobTree,
  role: Principal,
  command: readonly string[],
  metrics: MetricReader,
  signal: AbortSignal,
): Promise<ProcessEnd> {
  const { engine } = workers
  const started = engine.clock.now()
  const stream = `${job.name}/algo-1-${Math.floor(started.getTime() / 1000)}`
  const log = createLogWriter(engine.logs, engine.clock, '/aws/sagemaker/TrainingJobs', stream)
  const grant = engine.credentials.grantToProcess(role)
  const objective = openObjectiveSeries(workers, job)
  const alive = setInterval(() => {
    trainingJobs(engine).update(job.name, (old) => ({ ...old, aliveAt: engine.clock.now(), metrics: metrics.final() }))
  }, ALIVE_MS)
  const limit = job.request.StoppingCondition?.MaxRuntimeInSeconds
  const current = trainingJobs(engine).get(job.name) ?? job
  try {
    return await superviseProcess({
      job: {
        command,
        folder: tree.baseDir,
        environment: jobEnvironment({
          host: workers.host,
          tree,
          endpointUrl: engine.endpointUrl,
          region: engine.region,
          grant: grant.environment,
          platform: { TRAINING_JOB_NAME: job.name, TRAINING_JOB_ARN: job.arn },
          request: job.request.Environment,
        }),
        onLine: (line) => {
          log.write(line)
          objective.read(metrics.read(line, engine.clock.now()))
        },
      },
      // What earlier attempts took counts.
      maxRuntimeMs: limit === undefined ? undefined : Math.max(0, limit - trainingSeconds(current, started)) * 1000,
      signal,
      isClosing: () => isClosing(signal),
      onStart: (process) =>
        trainingJobs(engine).update(job.name, (old) => ({ ...old, process, aliveAt: engine.clock.now() })),
    })
  } finally {
    clearInterval(alive)
    objective.close()
    grant.revoke()
    log.close()
  }
}

async function writeConfiguration(tree: JobTree, request: Omit<TrainingRequest, 'Tags'>): Promise<void> {
  const config = join(tree.baseDir, 'input', 'config')
  const mode = request.AlgorithmSpecification?.TrainingInputMode ?? 'File'
  const channels = (request.InputDataConfig ?? []).map((channel) => [
    channel.ChannelName,
    {
      ...(channel.ContentType === undefined ? {} : { ContentType: channel.ContentType }),
      TrainingInputMode: channel.InputMode ?? mode,
      S3DistributionType: channel.DataSource.S3DataSource?.S3DataDistributionType ?? 'FullyReplicated',
      RecordWrapperType: channel.RecordWrapperType ?? 'None',
    },
  ])
  await writeJson(join(config, 'hyperparameters.json'), request.HyperParameters ?? {})
  await writeJson(join(config, 'inputdataconfig.json'), Object.fromEntries(channels))
  await writeJson(join(config, 'resourceconfig.json'), {
    current_host: 'algo-1',
    current_instance_type: request.ResourceConfig?.InstanceType ?? 'local',
    hosts: ['algo-1'],
    network_interface_name: 'lo',
  })
}

async function takeChannels(
  workers: Workers,
  role: Principal,
  tree: JobTree,
  request: Omit<TrainingRequest, 'Tags'>,
): Promise<void> {
  for (const { ChannelName, DataSource } of request.InputDataConfig ?? []) {
    const source = DataSource.S3DataSource
    if (!source) continue
    await materialiseS3Input(workers.engine, role, {
      uri: source.S3Uri,
      dataType: source.S3DataType === 'ManifestFile' ? 'ManifestFile' : 'S3Prefix',
      folder: containerPath(tree, `/opt/ml/input/data/${ChannelName}`),
      take: 'link',
    })
  }
}

/** Checkpoints of an earlier job under the same S3 prefix; an empty prefix is a fresh start. */
async function takeCheckpoints(
  workers: Workers,
  role: Principal,
  checkpoints: { readonly folder: string; readonly uri: string },
): Promise<void> {
  const { bucket, key } = parseS3Uri(checkpoints.uri)
  const prefix = key === '' || key.endsWith('/') ? key : `${key}/`
  workers.engine.authorize(role, [
    { action: 's3:ListBucket', resource: `arn:aws:s3:::${bucket}`, context: { 's3:prefix': prefix } },
  ])
  const isEmpty = [...workers.engine.objects.list(bucket, prefix)].length === 0
  if (isEmpty) return
  await materialiseS3Input(workers.engine, role, {
    uri: `s3://${bucket}/${prefix}`,
    dataType: 'S3Prefix',
    folder: checkpoints.folder,
    take: 'copy',
  })
}
