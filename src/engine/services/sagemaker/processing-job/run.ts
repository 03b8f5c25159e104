import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { codeOf } from '../../../../core/errors.ts'
import type { Principal } from '../../../auth/principal.ts'
import { unpackTarGz } from '../../../runner/archive.ts'
import { jobEnvironment } from '../../../runner/environment.ts'
import { startFolderSync } from '../../../runner/folder-sync.ts'
import { failureReasonOf, JobFailure, REASON_LENGTH } from '../../../runner/job-failure.ts'
import { containerPath, jobTree, resetJobTree, rewriteArgument, writeJson } from '../../../runner/job-tree.ts'
import type { JobTree } from '../../../runner/job-tree.ts'
import { createLogWriter } from '../../../runner/log-writer.ts'
import { materialiseS3Input } from '../../../runner/s3-input.ts'
import { listFiles, uploadFiles } from '../../../runner/s3-output.ts'
import { slotsOfInstanceType } from '../../../runner/slots.ts'
import { superviseProcess } from '../../../runner/supervise.ts'
import type { ProcessEnd } from '../../../runner/supervise.ts'
import { SAGEMAKER_PRINCIPAL } from '../permissions.ts'
import { recordEnd } from '../record-end.ts'
import { isClosing } from '../running.ts'
import type { Workers } from '../workers.ts'
import { moveProcessingJob } from './machine.ts'
import { processingJobs } from './record.ts'
import type { ProcessingJobRecord, ProcessingRequest } from './record.ts'

/** Queues a job; it runs in this process until it ends or the engine closes. */
export function startProcessingJob(workers: Workers, job: ProcessingJobRecord): void {
  workers.running.start(job.arn, (signal) => runProcessingJob(workers, job, signal))
}

async function runProcessingJob(workers: Workers, job: ProcessingJobRecord, signal: AbortSignal): Promise<void> {
  const tree = jobTree(workers.engine.home, `processing-${job.name}`)
  try {
    const instanceType = job.request.ProcessingResources.ClusterConfig.InstanceType
    const release = await workers.slots.acquire({ slots: slotsOfInstanceType(instanceType ?? ''), signal })
    try {
      await work(workers, job, tree, signal)
    } finally {
      release()
    }
  } catch (error) {
    if (isClosing(signal)) return
    // First: on a full disk it is what the job has written that keeps its end from being recorded.
    await rm(tree.root, { recursive: true, force: true })
    await recordEnd(workers, signal, () => {
      if (signal.aborted) moveProcessingJob(workers, job.name, 'Stopped')
      else moveProcessingJob(workers, job.name, 'Failed', failureOf(error))
    })
  }
  await rm(tree.root, { recursive: true, force: true })
}

/** The job's program ended with another status than 0. */
class ProgramFailure extends JobFailure {
  /** What it left in `/opt/ml/output/message`. */
  readonly exitMessage: string | undefined

  constructor(message: string, exitMessage: string | undefined) {
    super('AlgorithmError', message)
    this.name = 'ProgramFailure'
    this.exitMessage = exitMessage
  }
}

function failureOf(error: unknown): { failureReason: string; exitMessage?: string | undefined } {
  const failureReason = failureReasonOf(error)
  return error instanceof ProgramFailure ? { failureReason, exitMessage: error.exitMessage } : { failureReason }
}

async function work(workers: Workers, job: ProcessingJobRecord, tree: JobTree, signal: AbortSignal): Promise<void> {
  const { engine } = workers
  const { request } = job
  const startedAt = engine.clock.now()
  processingJobs(engine).update(job.name, (old) => ({ ...old, startedAt }))
  const image = (await workers.images()).resolve(request.AppSpecification.ImageUri)
  const role = engine.assumeServiceRole(request.RoleArn, SAGEMAKER_PRINCIPAL, 'SageMaker')
  await resetJobTree(tree)
  await writeConfiguration(tree, job)
  await takeInputs(workers, role, tree, request)
  const outputs = await openOutputs(workers, role, tree, request)
  signal.throwIfAborted()

  const end = await runProcess(workers, job, tree, role, signal, image.entrypoint).catch(async (error: unknown) => {
    await outputs.cancel()
    throw error
  })
  if (end.how !== 'exit') {
    await outputs.cancel()
    if (end.how === 'timeout') {
      moveProcessingJob(workers, job.name, 'Stopping')
      const seconds = request.StoppingCondition?.MaxRuntimeInSeconds
      moveProcessingJob(workers, job.name, 'Stopped', {
        failureReason: `ClientError: the job ran for longer than MaxRuntimeInSeconds (${seconds})`,
      })
      return
    }
    throw signal.reason
  }
  const exitMessage = await readMessage(tree)
  if (end.code !== 0) {
    await outputs.cancel()
    const said = exitMessage ?? 'See job logs for more information'
    throw new ProgramFailure(`${said}, exit code: ${end.code}`, exitMessage)
  }
  await outputs.finish()
  if (!signal.aborted) moveProcessingJob(workers, job.name, 'Completed', { exitMessage })
  else throw signal.reason
}

async function runProcess(
  workers: Workers,
  job: ProcessingJobRecord,
  tree: JobTree,
  role: Principal,
  signal: AbortSignal,
  imageEntrypoint: readonly string[],
): Promise<ProcessEnd> {
  const { engine } = workers
  const { AppSpecification, Environment, StoppingCondition } = job.request
  // Docker's rule: an entrypoint in the request replaces the image's; arguments are appended to whichever holds.
  const command = [
    ...(AppSpecification.ContainerEntrypoint?.length ? AppSpecification.ContainerEntrypoint : imageEntrypoint),
    ...(AppSpecification.ContainerArguments ?? []),
  ].map((part) => rewriteArgument(tree, part))
  const stream = `${job.name}/algo-1-${Math.floor(engine.clock.now().getTime() / 1000)}`
  const log = createLogWriter(engine.logs, engine.clock, '/aws/sagemaker/ProcessingJobs', stream)
  const grant = engine.credentials.grantToProcess(role)
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
          platform: { PROCESSING_JOB_NAME: job.name, PROCESSING_JOB_ARN: job.arn },
          request: Environment,
        }),
        onLine: (line) => log.write(line),
      },
      maxRuntimeMs: StoppingCondition && StoppingCondition.MaxRuntimeInSeconds * 1000,
      signal,
      isClosing: () => isClosing(signal),
      onStart: (process) => processingJobs(engine).update(job.name, (old) => ({ ...old, process })),
    })
  } finally {
    grant.revoke()
    log.close()
  }
}

/** `config/processingjobconfig.json` echoes the request; `config/resourceconfig.json` names the one host. */
async function writeConfiguration(tree: JobTree, job: ProcessingJobRecord): Promise<void> {
  const { RoleArn, ProcessingJobName, ...rest } = job.request
  const config = join(tree.baseDir, 'config')
  await writeJson(join(config, 'processingjobconfig.json'), {
    ProcessingJobArn: job.arn,
    ProcessingJobName,
    ...rest,
    RoleArn,
  })
  await writeJson(join(config, 'resourceconfig.json'), { current_host: 'algo-1', hosts: ['algo-1'] })
}

async function takeInputs(workers: Workers, role: Principal, tree: JobTree, request: ProcessingRequest): Promise<void> {
  for (const { InputName, S3Input } of request.ProcessingInputs ?? []) {
    if (!S3Input) continue
    const folder = containerPath(tree, S3Input.LocalPath ?? `/opt/ml/processing/input/${InputName}`)
    await materialiseS3Input(workers.engine, role, {
      uri: S3Input.S3Uri,
      dataType: S3Input.S3DataType,
      folder,
      take: 'link',
    })
    if (S3Input.S3CompressionType !== 'Gzip') continue
    for (const file of await listFiles(folder)) {
      if (!/\.(tar\.gz|tgz)$/.test(file.name)) continue
      await unpackTarGz(file.path, folder)
      await rm(file.path)
    }
  }
}

interface Outputs {
  /** Stores everything that is not stored yet. */
  finish(): Promise<void>
  cancel(): Promise<void>
}

/** Makes the output folders and starts those that are stored while the job runs. */
async function openOutputs(
  workers: Workers,
  role: Principal,
  tree: JobTree,
  request: ProcessingRequest,
): Promise<Outputs> {
  const { engine } = workers
  const all = (request.ProcessingOutputConfig?.Outputs ?? []).flatMap(({ S3Output }) => (S3Output ? [S3Output] : []))
  const opened = await Promise.all(
    all.map(async ({ LocalPath, S3Uri, S3UploadMode }) => {
      const folder = containerPath(tree, LocalPath ?? '/opt/ml/processing/output')
      await mkdir(folder, { recursive: true })
      if (S3UploadMode === 'Continuous') return startFolderSync(engine, role, { folder, uri: S3Uri, deletes: false })
      return {
        cancel: async () => {},
        finish: async () => uploadFiles(engine, role, await listFiles(folder), S3Uri, 'link'),
      }
    }),
  )
  return {
    finish: async () => {
      for (const output of opened) await output.finish()
    },
    cancel: async () => {
      for (const output of opened) await output.cancel()
    },
  }
}

/** `output/message` for `ExitMessage`. @throws JobFailure when it is not UTF-8, which SageMaker does not accept either */
async function readMessage(tree: JobTree): Promise<string | undefined> {
  const bytes = await readFile(join(tree.baseDir, 'output', 'message')).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  })
  if (!bytes) return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes).slice(0, REASON_LENGTH)
  } catch {
    throw new JobFailure('AlgorithmError', '/opt/ml/output/message is not UTF-8')
  }
}
