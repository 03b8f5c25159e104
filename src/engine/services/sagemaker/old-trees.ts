import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { codeOf } from '../../../core/errors.ts'
import type { Engine } from '../../engine.ts'
import { processingMachine } from './processing-job/machine.ts'
import { processingJobs } from './processing-job/record.ts'
import { trainingMachine } from './training-job/machine.ts'
import { trainingJobs } from './training-job/record.ts'

/** At the start of an engine: removes the trees of jobs that go on no more, which a crash left on disk. */
export async function removeOldTrees(engine: Engine): Promise<void> {
  const folder = join(engine.home, 'jobs')
  const names = await readdir(folder).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return []
    throw error
  })
  for (const name of names) {
    if (!goesOn(engine, name)) await rm(join(folder, name), { recursive: true, force: true })
  }
}

/** Endpoints unpack their models anew, so their trees never go on. */
function goesOn(engine: Engine, tree: string): boolean {
  const [, kind, name] = /^(processing|training)-(.+)$/.exec(tree) ?? []
  if (name === undefined) return false
  if (kind === 'processing') {
    const job = processingJobs(engine).get(name)
    return job !== undefined && !processingMachine.isFinal(job.status)
  }
  const job = trainingJobs(engine).get(name)
  return job !== undefined && !trainingMachine.isFinal(job.status)
}
