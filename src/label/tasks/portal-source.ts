import { DescribeLabelingJobCommand, DescribeWorkteamCommand } from '@aws-sdk/client-sagemaker'
import type { SageMakerClient } from '@aws-sdk/client-sagemaker'
import { SkyloopError } from '../../core/errors.ts'
import type { BoxAnswer } from '../../core/labelling/worker-answer.ts'
import { portalClient } from './portal-client.ts'
import type { LabellingTask, LabellingWork, TaskSource, TaskSummary } from './task-source.ts'

/** Whoever asks about the job before any worker has come. */
const ASKER = 'skyloop'

/**
 * The tasks of a Ground Truth labelling job whose work team meets at a worker portal on this machine.
 *
 * Workers come in under names of their own choosing: the caller's credentials, which must be allowed to
 * `sagemaker:UpdateWorkteam` the team, sign them in.
 *
 * @throws SkyloopError `label.portal-elsewhere` for a job whose workers answer at AWS; the SDK's errors
 */
export async function openPortalSource(sagemaker: SageMakerClient, jobName: string): Promise<TaskSource> {
  const address = await portalAddress(sagemaker, jobName)
  const portal = portalClient(sagemaker, address)
  const job = `jobs/${encodeURIComponent(jobName)}`
  const json = async <T>(worker: string, method: string, path: string, body?: unknown): Promise<T | undefined> => {
    const response = await portal.call(worker, method, path, body)
    return response.status === 204 ? undefined : ((await response.json()) as T)
  }
  const claimPath = ({ taskId }: LabellingTask) => `${job}/claims/${encodeURIComponent(taskId)}`
  const about = (await json<LabellingWork>(ASKER, 'GET', job)) as LabellingWork
  return {
    about,
    list: async (worker) => (await json<TaskSummary[]>(worker, 'GET', `${job}/objects`)) ?? [],
    claim: async (worker, objectId) => {
      const body = objectId === undefined ? {} : { objectId }
      const task = await json<LabellingTask & { expiresAt: string }>(worker, 'POST', `${job}/claims`, body)
      return task && { ...task, expiresAt: new Date(task.expiresAt) }
    },
    renew: async (task) => {
      const renewed = await json<{ expiresAt: string }>(task.worker, 'POST', `${claimPath(task)}/renew`)
      return new Date(renewed?.expiresAt ?? task.expiresAt)
    },
    saveDraft: async (task, boxes) => {
      await json(task.worker, 'PUT', `${claimPath(task)}/draft`, { boxes })
    },
    submit: async (task, answer) => {
      await json(task.worker, 'POST', `${claimPath(task)}/answer`, answer)
    },
    skip: async (task, reason) => {
      await json(task.worker, 'POST', `${claimPath(task)}/skip`, { reason })
    },
    release: async (task) => {
      await json(task.worker, 'DELETE', claimPath(task))
    },
    image: async (objectId, signal) => {
      const path = `${job}/objects/${encodeURIComponent(objectId)}/image`
      const response = await portal.call(ASKER, 'GET', path, undefined, signal)
      return {
        contentType: response.headers.get('content-type') ?? 'application/octet-stream',
        sizeBytes: Number(response.headers.get('content-length')),
        body: response.body ?? new Blob([]).stream(),
      }
    },
    answerOf: (worker, objectId) =>
      json<BoxAnswer>(worker, 'GET', `${job}/objects/${encodeURIComponent(objectId)}/answer`),
  }
}

/** Where the workers of a job's team meet, as the team's `SubDomain` says. */
async function portalAddress(sagemaker: SageMakerClient, jobName: string): Promise<string> {
  const job = await sagemaker.send(new DescribeLabelingJobCommand({ LabelingJobName: jobName }))
  const team = job.HumanTaskConfig?.WorkteamArn ?? ''
  const elsewhere = (where: string): SkyloopError =>
    new SkyloopError({
      code: 'label.portal-elsewhere',
      message: `workers answer the labeling job ${jobName} ${where}, not here`,
      hint: 'to label with this page, serve the manifest itself: skyloop label serve --manifest s3://…',
    })
  const name = /:workteam\/private-crowd\/(.+)$/.exec(team)?.[1]
  if (name === undefined) throw elsewhere(`through ${team}`)
  const { Workteam } = await sagemaker.send(new DescribeWorkteamCommand({ WorkteamName: name }))
  const address = Workteam?.SubDomain ?? ''
  if (!/^127\.0\.0\.1:\d+\//.test(address)) throw elsewhere(`at https://${address}`)
  return `http://${address}`
}
