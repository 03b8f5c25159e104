import { type ChildProcess, spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../../src/jobs/main.ts', import.meta.url))

export interface JobResult {
  readonly exitCode: number | null
  /** stdout and stderr in the order in which they came. */
  readonly log: string
  /** `output/message`, what a processing job shows as its exit message. */
  readonly message: string
}

/** Starts a program of the `skyloop` image as the engine does: a process with its own `/opt/ml`. */
export function startJob(
  baseDir: string,
  args: readonly string[],
  environment: Record<string, string> = {},
): ChildProcess {
  return spawn(process.execPath, [MAIN, ...args], {
    env: { PATH: process.env['PATH'], SAGEMAKER_BASE_DIR: baseDir, AWS_REGION: 'us-east-1', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

/** Runs a program to its end. */
export async function runJobProcess(
  baseDir: string,
  args: readonly string[],
  environment: Record<string, string> = {},
): Promise<JobResult> {
  const child = startJob(baseDir, args, environment)
  let log = ''
  child.stdout?.on('data', (chunk: Buffer) => (log += chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => (log += chunk.toString()))
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  const message = await readFile(join(baseDir, 'output', 'message'), 'utf8').catch(() => '')
  return { exitCode, log, message }
}
