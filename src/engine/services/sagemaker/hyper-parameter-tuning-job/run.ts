import { setTimeout as delay } from 'node:timers/promises'
import { isDatabaseFull } from '../../../store/is-database-full.ts'
import { failureReasonOf, REASON_LENGTH } from '../../../runner/job-failure.ts'
import { internalError } from '../../../../core/errors.ts'
import { isClosing } from '../running.ts'
import { tagsOf } from '../tags/tag-store.ts'
import { checkTrainingRequest, insertTrainingJob } from '../training-job/create-training-job.ts'
import { startTrainingJob } from '../training-job/run.ts'
import { endTrainingJob } from '../training-job/stop-training-job.ts'
import type { Workers } from '../workers.ts'
import { maxTrainingJobs, rangesOf } from './check-request.ts'
import { failureOf, secondsLeft, whyEnough } from './completion.ts'
import { isHopeless } from './early-stopping.ts'
import { moveTuningJob, tuningMachine } from './machine.ts'
import { getTuningJob, tuningJobs } from './record.ts'
import type { TuningJobRecord, TuningRequest } from './record.ts'
import { readSpace } from './search/space.ts'
import { STRATEGIES } from './search/strategies.ts'
import { trialName, trialRequest } from './trial-request.ts'
import { isRunning, lossOf, trialsOf } from './trials.ts'
import type { Trial } from './trials.ts'
import { tuningTrials } from './trial-record.ts'

/** Timers of the platform overflow after 24.8 days. */
const LONGEST_WAIT_MS = 2_147_483_647

/** On a full disk it waits for room rather than failing what can go on. */
const FULL_DISK_RETRY_MS = 1000

/** Goes on with a tuning job from whatever its record says, until it ends or the engine closes. */
export function startTuningJob(workers: Workers, job: TuningJobRecord): void {
  workers.running.start(job.arn, (signal) => drive(workers, job, signal))
}

/** After a restart. Training jobs that it launched go on by themselves; none is launched twice. */
export function resumeTuningJobs(workers: Workers): void {
  for (const { value: job } of tuningJobs(workers.engine).list()) {
    if (!tuningMachine.isFinal(job.status)) startTuningJob(workers, job)
  }
}

async function drive(workers: Workers, { name, arn }: TuningJobRecord, signal: AbortSignal): Promise<void> {
  const { engine, notices } = workers
  const revision = (): number =>
    engine.store.revision('sagemaker.training-job') + engine.store.revision('sagemaker.hyper-parameter-tuning-job')
  while (!tuningMachine.isFinal(getTuningJob(engine, name).status)) {
    const seen = revision()
    try {
      advance(workers, getTuningJob(engine, name))
    } catch (error) {
      if (isClosing(signal)) return
      if (isDatabaseFull(error)) {
        await delay(FULL_DISK_RETRY_MS)
        continue
      }
      fail(workers, name, failureReasonOf(error).slice(0, REASON_LENGTH))
    }
    const job = getTuningJob(engine, name)
    if (tuningMachine.isFinal(job.status)) return
    const left = secondsLeft(job, engine.clock.now()) * 1000
    const timeout = left > 0 ? AbortSignal.timeout(Math.ceil(Math.min(left, LONGEST_WAIT_MS))) : undefined
    const until = timeout ? AbortSignal.any([signal, timeout]) : signal
    try {
      await notices.until(arn, () => (revision() === seen ? undefined : true), until)
    } catch (error) {
      if (signal.aborted) return
      if (error !== timeout?.reason) throw error
    }
  }
}

/** Does what can be done now: stops jobs, launches jobs, ends. */
function advance(workers: Workers, job: TuningJobRecord): void {
  const { engine } = workers
  const trials = trialsOf(engine, job)
  const running = trials.filter(isRunning)
  const enough = job.enough ?? whyEnough(job, trials, engine.clock.now())
  if (enough !== undefined && job.enough === undefined) {
    tuningJobs(engine).update(job.name, (old) => ({ ...old, enough }))
    engine.log.info('tuning job launches no more training jobs', { name: job.name, reason: enough })
  }
  if (job.status === 'Stopping' || enough !== undefined) {
    for (const trial of running) stop(workers, trial)
    if (!trialsOf(engine, job).some(isRunning)) end(workers, job)
    return
  }
  if (job.request.HyperParameterTuningJobConfig.TrainingJobEarlyStoppingType === 'Auto') {
    stopHopeless(workers, job, trials)
  }
  launch(workers, job, trials)
  if (!trialsOf(engine, job).some(isRunning)) end(workers, job)
}

function end(workers: Workers, job: TuningJobRecord): void {
  if (job.status === 'Stopping') moveTuningJob(workers, job.name, 'Stopped')
  else {
    const failureReason = job.failureReason ?? failureOf(trialsOf(workers.engine, job))
    if (failureReason === undefined) moveTuningJob(workers, job.name, 'Completed')
    else moveTuningJob(workers, job.name, 'Failed', { failureReason })
  }
}

/** A training job could not be launched: none will be, and the tuning job ends once those that run have. */
function fail(workers: Workers, name: string, failureReason: string): void {
  tuningJobs(workers.engine).update(name, (old) => ({ ...old, failureReason, enough: failureReason }))
  advance(workers, getTuningJob(workers.engine, name))
}

function launch(workers: Workers, job: TuningJobRecord, before: readonly Trial[]): void {
  const { engine } = workers
  const { HyperParameterTuningJobConfig: config } = job.request
  if (config.Strategy === 'Hyperband') throw internalError('a tuning job by Hyperband was accepted')
  const suggest = STRATEGIES[config.Strategy]
  const { space } = readSpace(rangesOf(job.request))
  const results = before.flatMap(({ parameters, value, objectiveStatus }) =>
    objectiveStatus === 'Succeeded' && value !== undefined ? [{ parameters, loss: lossOf(job, value) }] : [],
  )
  const tried = before.map(({ parameters }) => parameters)
  let free = config.ResourceLimits.MaxParallelTrainingJobs - before.filter(isRunning).length
  for (; free > 0 && tried.length < maxTrainingJobs(job.request); free--) {
    const parameters = suggest({ space, seed: job.seed, results, tried })
    if (!parameters) return
    tried.push(parameters)
    const number = tried.length
    const name = trialName(job.name, number, engine.ids.uuid().slice(0, 8))
    const Tags = tagsOf(engine, job.arn) as TuningRequest['Tags']
    const request = trialRequest({ ...job.request, Tags }, name, parameters)
    checkTrainingRequest(request)
    // Both or neither: a crash neither loses a launched job nor launches it twice.
    const launched = engine.store.transaction(() => {
      tuningTrials(engine).put(name, { name, tuningArn: job.arn, number, parameters })
      return insertTrainingJob(workers, request)
    })
    startTrainingJob(workers, launched, false)
  }
}

function stopHopeless(workers: Workers, job: TuningJobRecord, trials: readonly Trial[]): void {
  const losses = ({ job: { objective = [] } }: Trial): number[] => objective.map((value) => lossOf(job, value))
  const earlier = trials.filter((trial) => !isRunning(trial) && trial.objectiveStatus === 'Succeeded').map(losses)
  for (const trial of trials) {
    if (trial.job.secondaryStatus === 'Training' && isHopeless(losses(trial), earlier)) stop(workers, trial)
  }
}

function stop(workers: Workers, trial: Trial): void {
  if (trial.job.status === 'InProgress') endTrainingJob(workers, trial.job)
}
