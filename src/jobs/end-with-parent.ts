import process from 'node:process'

/** How often the parent is looked at, milliseconds. */
const LOOK_EVERY_MS = 1000

/**
 * Ends this process, as a SIGTERM would, when the one that started it is gone: an engine that is killed can no longer
 * stop its jobs. Only where a base folder stands in for `/opt/ml`: inside a container the platform ends what it runs.
 */
export function endWithParent(environment: NodeJS.ProcessEnv): void {
  if (environment['SAGEMAKER_BASE_DIR'] === undefined || process.platform === 'win32') return
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    console.error('the process that started this job is gone; ending')
    process.kill(process.pid, 'SIGTERM')
  }, LOOK_EVERY_MS)
  timer.unref()
}
