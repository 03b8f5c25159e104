import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { jobEnvironment } from '../../../runner/environment.ts'
import { JobFailure } from '../../../runner/job-failure.ts'
import { jobTree, resetJobTree } from '../../../runner/job-tree.ts'
import { createLogWriter } from '../../../runner/log-writer.ts'
import type { ProcessIdentity } from '../../../runner/process-identity.ts'
import type { Principal } from '../../../auth/principal.ts'
import type { VariantRequest } from '../endpoint-config/record.ts'
import { SAGEMAKER_PRINCIPAL } from '../permissions.ts'
import type { Workers } from '../workers.ts'
import { placeModel, servingCommand, servingContainer } from './container.ts'
import { endpoints } from './record.ts'
import { startReplica } from './replica.ts'
import type { Replica } from './replica.ts'

/** SageMaker's time for a container to become healthy. */
const DEFAULT_STARTUP_SECONDS = 240

/** One variant of an endpoint, with its processes. */
export interface LiveVariant {
  readonly name: string
  /** The role of its model; data capture writes as this role. */
  readonly role: Principal
  readonly logStream: string
  /** Temporary files of this variant; gone with it. */
  readonly scratchDir: string
  readonly replicas: readonly Replica[]
  /** Starts or stops processes. @throws JobFailure when one does not come up */
  scaleTo(instances: number, signal: AbortSignal): Promise<void>
  stop(): Promise<void>
}

/** Unpacks the model and starts the processes; all of them are healthy when this resolves. */
export async function startVariant(
  workers: Workers,
  endpointName: string,
  request: VariantRequest,
  instances: number,
  signal: AbortSignal,
): Promise<LiveVariant> {
  const { engine } = workers
  const container = servingContainer(engine, request.ModelName ?? '')
  const image = (await workers.images()).resolve(container.image)
  const role = engine.assumeServiceRole(container.roleArn, SAGEMAKER_PRINCIPAL, 'SageMaker')
  const tree = jobTree(engine.home, `endpoint-${endpointName}-${request.VariantName}-${engine.ids.short(8)}`)
  const logStream = `${request.VariantName}/i-${randomBytes(9).toString('hex').slice(0, 17)}`
  const log = createLogWriter(engine.logs, engine.clock, `/aws/sagemaker/Endpoints/${endpointName}`, logStream)
  const grant = engine.credentials.grantToProcess(role)
  const replicas: Replica[] = []
  const stop = async (): Promise<void> => {
    await Promise.all(replicas.splice(0).map((replica) => replica.stop()))
    grant.revoke()
    log.close()
    await rm(tree.root, { recursive: true, force: true })
  }
  const add = async (stopping: AbortSignal): Promise<void> => {
    const replica = await startReplica(
      {
        command: servingCommand(tree, image, container.environment),
        folder: tree.baseDir,
        environment: (port) =>
          jobEnvironment({
            host: workers.host,
            tree,
            endpointUrl: engine.endpointUrl,
            region: engine.region,
            grant: grant.environment,
            platform: {
              SAGEMAKER_BIND_TO_PORT: String(port),
              SAGEMAKER_BIND_HOST: '127.0.0.1',
              SAGEMAKER_ENDPOINT_NAME: endpointName,
              SAGEMAKER_VARIANT_NAME: request.VariantName,
            },
            request: container.environment,
          }),
        startupTimeoutMs: (request.ContainerStartupHealthCheckTimeoutInSeconds ?? DEFAULT_STARTUP_SECONDS) * 1000,
        onLine: (line) => log.write(line),
        onProcess: (identity, isRunning) => noteProcess(workers, endpointName, identity, isRunning),
      },
      stopping,
    )
    replicas.push(replica)
  }
  const scaleTo = async (wanted: number, stopping: AbortSignal): Promise<void> => {
    while (replicas.length < wanted) await add(stopping)
    await Promise.all(replicas.splice(wanted).map((replica) => replica.stop()))
  }
  try {
    await resetJobTree(tree)
    await placeModel(engine, role, tree, container.modelUri)
    await scaleTo(instances, signal)
  } catch (error) {
    await stop()
    if (signal.aborted || !(error instanceof JobFailure)) throw error
    throw new JobFailure(
      'ClientError',
      `production variant ${request.VariantName}: ${error.reason.replace(/^\w+: /, '')}. ` +
        `Please check CloudWatch logs for this endpoint: /aws/sagemaker/Endpoints/${endpointName}`,
    )
  }
  return { name: request.VariantName, role, logStream, scratchDir: tree.temporaryDir, replicas, scaleTo, stop }
}

function noteProcess({ engine }: Workers, endpointName: string, identity: ProcessIdentity, isRunning: boolean): void {
  endpoints(engine).update(endpointName, (old) => {
    const others = old.processes.filter(({ pid }) => pid !== identity.pid)
    return { ...old, processes: isRunning ? [...others, identity] : others }
  })
}
