import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { messageOf, SkyloopError } from '../core/errors.ts'
import { isObject, readJson } from '../core/json.ts'

/**
 * The SageMaker container contract as one job sees it: folders under `SAGEMAKER_BASE_DIR` (default `/opt/ml`).
 *
 * @source docs.aws.amazon.com/sagemaker/latest/dg, "your-algorithms-training-algo", "build-your-own-processing-container"
 */
export interface Container {
  readonly baseDir: string
  /** `/opt/ml/model`: read by serving, written by training. */
  readonly modelDir: string
  /** `/opt/ml/checkpoints`, kept by the platform across interruptions. */
  readonly checkpointDir: string
  /** `/opt/ml/output/data`, a training job's further results. */
  readonly outputDataDir: string
  /** Folder of a training channel: `/opt/ml/input/data/<name>`. */
  channelDir(name: string): string
  /** Folder of a processing input or output: `/opt/ml/processing/<name>`. */
  processingDir(name: string): string
  /** Hyperparameters of a training job, all strings; empty when there are none. */
  hyperparameters(): Promise<Record<string, string>>
}

export function openContainer(environment: NodeJS.ProcessEnv): Container {
  const baseDir = environment['SAGEMAKER_BASE_DIR'] ?? '/opt/ml'
  return {
    baseDir,
    modelDir: join(baseDir, 'model'),
    checkpointDir: join(baseDir, 'checkpoints'),
    outputDataDir: join(baseDir, 'output', 'data'),
    channelDir: (name) => join(baseDir, 'input', 'data', name),
    processingDir: (name) => join(baseDir, 'processing', name),
    hyperparameters: async () => {
      const value = await readJson(join(baseDir, 'input', 'config', 'hyperparameters.json'))
      if (!isObject(value))
        throw new SkyloopError({ code: 'jobs.hyperparameters', message: 'hyperparameters.json is not an object' })
      return Object.fromEntries(
        Object.entries(value).map(([key, given]) => [key, typeof given === 'string' ? given : JSON.stringify(given)]),
      )
    },
  }
}

/**
 * Runs a job's work, turns any failure into one clear sentence in `output/failure` (training) and `output/message`
 * (processing), and returns the process exit code.
 */
export async function runJob(container: Container, work: () => Promise<string | void>): Promise<number> {
  const outputDir = join(container.baseDir, 'output')
  await mkdir(outputDir, { recursive: true })
  try {
    const message = await work()
    if (message !== undefined) await writeFile(join(outputDir, 'message'), message.slice(0, 1024))
    return 0
  } catch (error) {
    const sentence = failureSentence(error)
    console.error(error instanceof SkyloopError && error.fault === 'user' ? sentence : error)
    await writeFile(join(outputDir, 'failure'), sentence)
    await writeFile(join(outputDir, 'message'), sentence)
    return 1
  }
}

/** Platforms keep 1024 characters of a failure and put a few words of their own around it. */
const SENTENCE_LENGTH = 960

/** What happened and the next step, which a long list of problems must not push out. */
function failureSentence(error: unknown): string {
  if (!(error instanceof SkyloopError)) return messageOf(error).slice(0, SENTENCE_LENGTH)
  const next = error.hint === undefined ? '' : `\nnext: ${error.hint}`
  return `${error.code}: ${error.message}`.slice(0, SENTENCE_LENGTH - next.length) + next
}

/** The processing-job configuration that the platform writes, or undefined outside a processing job. */
export async function processingJobConfig(container: Container): Promise<Record<string, unknown> | undefined> {
  const text = await readFile(join(container.baseDir, 'config', 'processingjobconfig.json'), 'utf8').catch(
    () => undefined,
  )
  if (text === undefined) return undefined
  const value: unknown = JSON.parse(text)
  return isObject(value) ? value : undefined
}
