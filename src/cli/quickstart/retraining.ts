import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { codeOf, SkyloopError } from '../../core/errors.ts'
import type { Account } from '../account.ts'
import { listExecutions } from '../execution/find-execution.ts'

const EVENT_TIMEOUT_MS = 30_000

/**
 * The message in the engine's outbox that tells of a monitoring run.
 *
 * @param mentions text that only this alert carries
 * @returns its file, the readable one where there are two
 * @throws SkyloopError `quickstart.alert` when none comes within half a minute
 */
export async function awaitAlert(home: string, mentions: string, since: Date, signal: AbortSignal): Promise<string> {
  const outbox = join(home, 'outbox')
  const deadline = Date.now() + EVENT_TIMEOUT_MS
  while (Date.now() < deadline) {
    const found = await searchOutbox(outbox, mentions, since)
    if (found !== undefined) return found
    await sleep(200, undefined, { signal })
  }
  throw new SkyloopError({
    code: 'quickstart.alert',
    fault: 'machine',
    message: `no alert that mentions ${mentions} came to ${outbox} within ${EVENT_TIMEOUT_MS / 1000} s`,
  })
}

async function searchOutbox(outbox: string, mentions: string, since: Date): Promise<string | undefined> {
  let names: string[]
  try {
    names = await readdir(outbox)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
  const hits: string[] = []
  for (const name of names.toSorted()) {
    const path = join(outbox, name)
    if ((await stat(path)).mtime < since) continue
    if ((await readFile(path, 'utf8')).includes(mentions)) hits.push(path)
  }
  return hits.find((path) => !path.endsWith('.json')) ?? hits[0]
}

export interface Retraining {
  readonly pipelineExecutionArn: string
  readonly status: string
}

/**
 * The execution that the event rule started: one that was not there before and is at work.
 *
 * @param known executions from before the event
 * @throws SkyloopError `quickstart.retraining` when none is seen executing within half a minute
 */
export async function awaitRetraining(
  account: Account,
  pipeline: string,
  known: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<Retraining> {
  const sagemaker = await account.clients.sagemaker()
  const deadline = Date.now() + EVENT_TIMEOUT_MS
  let seen: string | undefined
  while (Date.now() < deadline) {
    for (const one of await listExecutions(sagemaker, pipeline, 20)) {
      const arn = one.PipelineExecutionArn as string
      if (known.has(arn)) continue
      seen = `${arn} is ${one.PipelineExecutionStatus}`
      if (one.PipelineExecutionStatus === 'Executing') return { pipelineExecutionArn: arn, status: 'Executing' }
    }
    await sleep(200, undefined, { signal })
  }
  throw new SkyloopError({
    code: 'quickstart.retraining',
    fault: 'machine',
    message: `no retraining was seen executing within ${EVENT_TIMEOUT_MS / 1000} s${seen ? `; ${seen}` : ''}`,
  })
}
