import { signalGroup } from '../../../runner/process-identity.ts'
import type { Workers } from '../workers.ts'
import { moveTrainingJob, trainingMachine } from './machine.ts'
import { trainingJobs } from './record.ts'
import { startTrainingJob } from './run.ts'

/** After a restart: ends what a dead engine left running, then goes on with unfinished jobs from their checkpoints. */
export function resumeTrainingJobs(workers: Workers): void {
  for (const { value: job } of trainingJobs(workers.engine).list()) {
    if (trainingMachine.isFinal(job.status)) continue
    if (job.process) signalGroup(job.process, 'SIGKILL')
    if (job.status === 'Stopping') {
      // It was told to stop: what it kept in S3 stays, and it does not begin again.
      if (job.secondaryStatus === 'Uploading') moveTrainingJob(workers, job.name, 'Stopping')
      moveTrainingJob(workers, job.name, 'Stopped')
      continue
    }
    if (job.secondaryStatus !== 'Interrupted') moveTrainingJob(workers, job.name, 'Interrupted')
    const again = moveTrainingJob(workers, job.name, 'Starting')
    startTrainingJob(workers, again, true)
  }
}
