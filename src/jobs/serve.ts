import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { SkyloopError } from '../core/errors.ts'
import { openContainer, runJob } from './container.ts'
import { jobArguments, numberArgument } from './job-arguments.ts'
import { openModelFolder } from './model-folder.ts'
import { createServing } from './serving.ts'

/** SageMaker kills a container 30 s after SIGTERM; requests still running by then are cut off with a margin. */
const DRAIN_LIMIT_MS = 25_000

/**
 * Serves the model of `/opt/ml/model`: `GET /ping`, `POST /invocations`; drains and ends on SIGTERM or SIGINT.
 *
 * Port: `SAGEMAKER_BIND_TO_PORT`, default 8080. Address: `SAGEMAKER_BIND_HOST`, default loopback under an engine
 * (`SAGEMAKER_BASE_DIR` set), all addresses in a container of its own. `--confidence` is the least confidence reported.
 */
export async function run(args: string[]): Promise<number> {
  const environment = process.env
  const container = openContainer(environment)
  return runJob(container, async () => {
    const values = jobArguments(args, {
      confidence: { type: 'string', default: '0.25' },
      threads: { type: 'string', default: '0' },
    })
    const confidence = numberArgument('confidence', values.confidence, 0, 1)
    const threads = numberArgument('threads', values.threads, 0, 256)
    const port = bindPort(environment['SAGEMAKER_BIND_TO_PORT'])
    const host =
      environment['SAGEMAKER_BIND_HOST'] ?? (environment['SAGEMAKER_BASE_DIR'] === undefined ? '0.0.0.0' : '127.0.0.1')

    await using session = await openModelFolder(container.modelDir, threads === 0 ? {} : { threads })
    const server = createServing(session, { confidence })
    server.listen(port, host)
    await once(server, 'listening')
    const { address, port: bound } = server.address() as AddressInfo
    console.log(
      `serving ${session.classNames.join(', ')} at ${session.width}x${session.height} px on http://${address}:${bound}`,
    )

    const signal = await new Promise<string>((resolve) => {
      for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => resolve(name))
    })
    console.log(`${signal}: finishing the requests under way`)
    const cutOff = setTimeout(() => server.closeAllConnections(), DRAIN_LIMIT_MS)
    await new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeIdleConnections()
    })
    clearTimeout(cutOff)
  })
}

function bindPort(text: string | undefined): number {
  const port = Number(text ?? '8080')
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new SkyloopError({ code: 'jobs.serve.port', message: `SAGEMAKER_BIND_TO_PORT is "${text}", not a port` })
  }
  return port
}
