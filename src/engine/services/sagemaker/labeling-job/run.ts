import { setTimeout as delay } from 'node:timers/promises'
import type { Principal } from '../../../auth/principal.ts'
import { failureReasonOf } from '../../../runner/job-failure.ts'
import { isDatabaseFull } from '../../../store/is-database-full.ts'
import { AwsError } from '../../../wire/aws-error.ts'
import { SAGEMAKER_PRINCIPAL } from '../permissions.ts'
import { recordEnd } from '../record-end.ts'
import { isClosing } from '../running.ts'
import type { Workers } from '../workers.ts'
import { labelCounters } from './counters.ts'
import { failObject } from './fail-object.ts'
import { jobLog } from './job-log.ts'
import { labelObject } from './label-object.ts'
import { labelingTables } from './labeling-tables.ts'
import type { ObjectState } from './labeling-tables.ts'
import { labelingMachine, moveLabelingJob } from './machine.ts'
import { outputLine } from './output-line.ts'
import { batchSizeOf, iterationOf, outputManifestUri } from './output-tree.ts'
import { readLabelingInput } from './read-input.ts'
import { getLabelingJob, labelingJobId, labelingJobs } from './record.ts'
import type { LabelingJobRecord } from './record.ts'
import { putRoleText } from './role-objects.ts'
import { storeIteration, storeWorkerResponse } from './store-answers.ts'

/** How long an object waits for workers, when the request does not say: 10 days. @source HumanTaskConfig */
const AVAILABLE_S = 864_000
/** A labeling job fails after 30 days. @source LabelingJobStoppingConditions */
const LONGEST_MS = 30 * 24 * 3600 * 1000
/** Timers of the platform overflow after 24.8 days. */
const LONGEST_WAIT_MS = 2_147_483_647
const FULL_DISK_RETRY_MS = 1000

type Counts = Readonly<Record<ObjectState, number>>

/** Goes on with a job from whatever its record says, until it ends or the engine closes. */
export function startLabelingJob(workers: Workers, job: LabelingJobRecord): void {
  workers.running.start(job.arn, (signal) => drive(workers, job.name, signal))
}

/** After a restart: answers and claims are in the tables, so that workers go on where they were. */
export function resumeLabelingJobs(workers: Workers): void {
  for (const { value: job } of labelingJobs(workers.engine).list()) {
    if (!labelingMachine.isFinal(job.status)) startLabelingJob(workers, job)
  }
}

async function drive(workers: Workers, name: string, signal: AbortSignal): Promise<void> {
  const { engine } = workers
  for (;;) {
    try {
      await advance(workers, name, signal)
      return
    } catch (error) {
      if (signal.aborted) return
      if (isDiskFull(error)) {
        engine.log.error('a labeling job waits for room on the disk', { name })
        await delay(FULL_DISK_RETRY_MS)
        continue
      }
      const failureReason = failureReasonOf(error)
      jobLog(engine, name, `failed: ${failureReason}`)
      await recordEnd(workers, signal, () => {
        labelingTables(engine.store).deleteClaims(labelingJobId(name))
        moveLabelingJob(workers, name, 'Failed', { failureReason })
      })
      return
    }
  }
}

/** Neither rows nor objects can be written now: people's work of days shall not fail for it. */
function isDiskFull(error: unknown): boolean {
  return isDatabaseFull(error) || (error instanceof AwsError && error.code === 'InsufficientStorage')
}

/** From its record to its end. Returns early only by an error; the signal's abort is one. */
async function advance(workers: Workers, name: string, signal: AbortSignal): Promise<void> {
  const { engine, notices } = workers
  const tables = labelingTables(engine.store)
  const id = labelingJobId(name)
  const role = engine.assumeServiceRole(getLabelingJob(engine, name).request.RoleArn, SAGEMAKER_PRINCIPAL, 'SageMaker')
  if (getLabelingJob(engine, name).status === 'Initializing') await initialize(workers, name, role)
  for (;;) {
    const revision = tables.revision(id)
    const job = getLabelingJob(engine, name)
    if (!job.ending) {
      offerWork(workers, job)
      await labelWhatIsAnswered(workers, job, role, signal)
      endWhatIsLate(workers, job)
      offerWork(workers, job)
      decideEnd(workers, job)
    }
    const now = getLabelingJob(engine, name)
    if (now.ending) return finish(workers, now, role, signal)
    await waitForChange(now, () => tables.revision(id) !== revision)
  }

  /** Until an answer comes, the job is stopped, or time runs out for something. */
  async function waitForChange(job: LabelingJobRecord, hasChanged: () => boolean): Promise<void> {
    const leftMs = Math.max(1, deadlineMs(workers, job) - engine.clock.now().getTime())
    const timeout = AbortSignal.timeout(Math.min(leftMs, LONGEST_WAIT_MS))
    const isOver = () => (hasChanged() || getLabelingJob(engine, name).ending ? true : undefined)
    try {
      await notices.until(job.arn, isOver, AbortSignal.any([signal, timeout]))
    } catch (error) {
      if (signal.aborted || error !== timeout.reason) throw error
    }
  }
}

async function initialize(workers: Workers, name: string, role: Principal): Promise<void> {
  const { engine } = workers
  const { input, objects } = await readLabelingInput(engine, role, getLabelingJob(engine, name))
  const tables = labelingTables(engine.store)
  const id = labelingJobId(name)
  engine.store.transaction(() => {
    // An engine that died here has left nothing or everything.
    tables.deleteObjects(id)
    for (const object of objects) tables.insertObject(id, object)
    const isStopped = getLabelingJob(engine, name).status !== 'Initializing'
    if (isStopped) labelingJobs(engine).update(id, (old) => ({ ...old, input }))
    else moveLabelingJob(workers, name, 'InProgress', { input })
  })
  const count = (state: string) => objects.filter((object) => object.state === state).length
  jobLog(
    engine,
    name,
    `${objects.length} objects: ${count('queued')} to label, ${count('kept')} labelled before, ${count('failed')} failed`,
  )
}

/** Consolidates each object that has all its answers: first its answers go to S3, then the object counts as labelled. */
async function labelWhatIsAnswered(
  workers: Workers,
  job: LabelingJobRecord,
  role: Principal,
  signal: AbortSignal,
): Promise<void> {
  const needed = job.request.HumanTaskConfig.NumberOfHumanWorkersPerDataObject
  const tables = labelingTables(workers.engine.store)
  for (const position of tables.answered(labelingJobId(job.name), needed)) {
    signal.throwIfAborted()
    await labelOne(workers, job, role, position)
    // Others answer meanwhile: they shall not wait for the files of these.
    if (!job.ending) offerWork(workers, job)
  }
  for (const position of lateOf(workers, job)) {
    signal.throwIfAborted()
    if (tables.answers(labelingJobId(job.name), position).length > 0) await labelOne(workers, job, role, position)
  }
}

async function labelOne(workers: Workers, job: LabelingJobRecord, role: Principal, position: number): Promise<void> {
  const { engine } = workers
  const tables = labelingTables(engine.store)
  const id = labelingJobId(job.name)
  const answers = tables.answers(id, position)
  const object = tables.object(id, position)
  if (!object) return
  await storeWorkerResponse(engine, role, job, position, answers)
  const { attributes } = labelObject(job, object, answers)
  tables.endObject(id, position, 'labeled', JSON.stringify(attributes))
  jobLog(engine, job.name, `object ${position} labelled by ${answers.map(({ worker }) => worker).join(', ')}`)
}

function availableMs({ request }: LabelingJobRecord): number {
  return (request.HumanTaskConfig.TaskAvailabilityLifetimeInSeconds ?? AVAILABLE_S) * 1000
}

/** Open objects whose time is up. */
function lateOf({ engine }: Workers, job: LabelingJobRecord): number[] {
  const openedBy = engine.clock.now().getTime() - availableMs(job)
  return labelingTables(engine.store).openedBy(labelingJobId(job.name), openedBy)
}

/** Those that nobody has answered in time fail; those that somebody has, were labelled just before. */
function endWhatIsLate(workers: Workers, job: LabelingJobRecord): void {
  const { engine } = workers
  const tables = labelingTables(engine.store)
  const id = labelingJobId(job.name)
  for (const position of lateOf(workers, job)) {
    if (tables.answers(id, position).length > 0) continue
    const skips = tables.skips(id, position).map(({ worker, reason }) => `${worker}: ${reason}`)
    const skipped = skips.length > 0 ? `; skipped by ${skips.join('; ')}` : ''
    const reason = `ClientError: nobody answered within ${availableMs(job) / 1000} s${skipped}`
    failObject(engine, job, position, reason)
  }
}

/**
 * Shows as many objects to workers as may wait at a time, and as stopping conditions still allow. One that has all its
 * answers waits for nobody, even before it has its label.
 */
function offerWork({ engine }: Workers, job: LabelingJobRecord): void {
  const tables = labelingTables(engine.store)
  const id = labelingJobId(job.name)
  const counts = tables.counts(id)
  if (counts.queued === 0) return
  const answered = tables.answered(id, job.request.HumanTaskConfig.NumberOfHumanWorkersPerDataObject).length
  const atATime = batchSizeOf(job) - (counts.open - answered)
  const room = Math.min(atATime, labelLimit(objectCount(counts), job) - counts.labeled - counts.open, counts.queued)
  if (room > 0) tables.openObjects(id, room, engine.clock.now().getTime())
}

function objectCount(counts: Counts): number {
  return counts.queued + counts.open + counts.labeled + counts.failed + counts.kept
}

/** Most objects that are to be labelled. */
function labelLimit(total: number, { request }: LabelingJobRecord): number {
  const { MaxHumanLabeledObjectCount: most = Infinity, MaxPercentageOfInputDatasetLabeled: percentage = 100 } =
    request.StoppingConditions ?? {}
  return Math.min(most, Math.ceil((total * percentage) / 100))
}

/** When something ends without anybody's doing, epoch milliseconds. */
function deadlineMs({ engine }: Workers, job: LabelingJobRecord): number {
  const earliest = labelingTables(engine.store).earliestOpenedMs(labelingJobId(job.name))
  const whole = job.createdAt.getTime() + LONGEST_MS
  return earliest === undefined ? whole : Math.min(whole, earliest + availableMs(job))
}

/** Records why the job ends, if it does; from then on no answer is taken. */
function decideEnd(workers: Workers, { name }: LabelingJobRecord): void {
  const { engine } = workers
  const id = labelingJobId(name)
  engine.store.transaction(() => {
    const job = getLabelingJob(engine, name)
    if (job.ending) return
    const counts = labelingTables(engine.store).counts(id)
    const ending = endingOf(workers, job, counts)
    if (!ending) return
    if (ending.status === 'Stopped') moveLabelingJob(workers, name, 'Stopping', { ending })
    else labelingJobs(engine).update(id, (old) => ({ ...old, ending }))
  })
}

function endingOf({ engine }: Workers, job: LabelingJobRecord, counts: Counts): LabelingJobRecord['ending'] {
  if (counts.queued + counts.open === 0) {
    if (counts.failed === 0 || counts.labeled + counts.kept > 0) return { status: 'Completed' }
    return {
      status: 'Failed',
      reason: `ClientError: all ${counts.failed} objects failed; the output manifest says why`,
    }
  }
  const limit = labelLimit(objectCount(counts), job)
  if (counts.labeled >= limit) {
    return {
      status: 'Stopped',
      reason: `a stopping condition is met: ${counts.labeled} of ${limit} objects are labelled`,
    }
  }
  if (engine.clock.now().getTime() >= job.createdAt.getTime() + LONGEST_MS) {
    return { status: 'Failed', reason: 'ClientError: the labeling job did not end within 30 days' }
  }
  return undefined
}

/** Writes everything that is not in S3 yet, then moves the job to its last status. May be done twice. */
async function finish(workers: Workers, job: LabelingJobRecord, role: Principal, signal: AbortSignal): Promise<void> {
  const { engine } = workers
  const { ending } = job
  const tables = labelingTables(engine.store)
  const id = labelingJobId(job.name)
  tables.deleteClaims(id)
  if (job.input) {
    await labelWhatIsAnswered(workers, job, role, signal)
    const total = objectCount(tables.counts(id))
    const size = batchSizeOf(job)
    const lines: string[] = []
    for (let from = 0; from < total; from += size) {
      signal.throwIfAborted()
      for (const object of tables.objects(id, from, from + size)) {
        lines.push(outputLine(object))
        if (object.state !== 'open') continue
        // Too few to make a label, but somebody's work.
        const answers = tables.answers(id, object.position)
        if (answers.length > 0) await storeWorkerResponse(engine, role, job, object.position, answers)
      }
      await storeIteration(engine, role, job, iterationOf(job, from))
    }
    await putRoleText(engine, role, outputManifestUri(job), `${lines.join('\n')}\n`)
  }
  if (isClosing(signal)) return
  const status = ending?.status ?? 'Stopped'
  const { TotalLabeled, FailedNonRetryableError, Unlabeled } = labelCounters(engine, job)
  jobLog(
    engine,
    job.name,
    `${status}: ${TotalLabeled} labelled, ${FailedNonRetryableError} failed, ${Unlabeled} not labelled` +
      (ending?.reason === undefined ? '' : `; ${ending.reason}`),
  )
  await recordEnd(workers, signal, () => {
    moveLabelingJob(workers, job.name, status, ending?.reason === undefined ? {} : { failureReason: ending.reason })
  })
}
