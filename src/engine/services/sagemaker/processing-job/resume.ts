import { signalGroup } from '../../../runner/process-identity.ts'
import type { Workers } from '../workers.ts'
import { moveProcessingJob, processingMachine } from './machine.ts'
import { processingJobs } from './record.ts'
import { startProcessingJob } from './run.ts'

/** After a restart: ends what a dead engine left running, then runs unfinished jobs again from their inputs. */
export function resumeProcessingJobs(workers: Workers): void {
  for (const { value: job } of processingJobs(workers.engine).list()) {
    if (processingMachine.isFinal(job.status)) continue
    if (job.process) signalGroup(job.process, 'SIGKILL')
    if (job.status === 'Stopping') moveProcessingJob(workers, job.name, 'Stopped')
    else startProcessingJob(workers, job)
  }
}
