import { codeOf, SkyloopError } from '../../core/errors.ts'
import type { LabelledBox, WorkerAnswer } from '../../core/labelling/worker-answer.ts'
import type { ClaimedTask, Progress, WireBox } from '../page/protocol.ts'
import type { LabellingTask, ProposedBox, TaskSource, TaskSummary } from '../tasks/task-source.ts'

/** What a model knows of the images, when there is one. */
export interface Adviser {
  /** Who proposes, for the page to show. */
  readonly model: string
  /** Best first: in which order open images are worth a worker's time. Images not known yet come last, in given order. */
  order(open: readonly TaskSummary[]): readonly TaskSummary[]
  why(objectId: string): string | undefined
  /** Waits for the proposals of an image, at most a moment. */
  propose(task: { readonly objectId: string; readonly sourceRef: string }): Promise<readonly ProposedBox[]>
  /** How many images have been looked at. */
  scored(): number
  /** An image has been answered: others like it are worth less. */
  answered(objectId: string): void
}

/** A task as the page names it. The object lets a server that was started anew take the task up again. */
export interface TaskName {
  readonly taskId: string
  readonly objectId: string
}

/** One worker's side of the table: the tasks claimed and what comes next. */
export interface Desk {
  claim(): Promise<ClaimedTask | undefined>
  renew(task: TaskName): Promise<{ expiresInMs: number }>
  saveDraft(task: TaskName, boxes: readonly WireBox[]): Promise<void>
  submit(task: TaskName, answer: WorkerAnswer): Promise<void>
  skip(task: TaskName, reason: string): Promise<void>
  progress(): Promise<Progress>
  /** Gives back what is claimed, when the server ends. */
  release(): Promise<void>
}

export interface DeskOptions {
  readonly source: TaskSource
  readonly worker: string
  readonly adviser?: Adviser
  readonly nowMs: () => number
}

const TRIES = 20

export function createDesk({ source, worker, adviser, nowMs }: DeskOptions): Desk {
  const tasks = new Map<string, LabellingTask>()
  /** Tasks that have ended well; a page that did not hear so asks again. */
  const ended = new Set<string>()

  const taskOf = async ({ taskId, objectId }: TaskName): Promise<LabellingTask> => {
    const known = tasks.get(taskId)
    if (known) return known
    return takeUp(taskId, objectId)
  }
  /** Claims an object again whose claim has ended, under the name that the page knows. */
  const takeUp = async (taskId: string, objectId: string): Promise<LabellingTask> => {
    const task = await source.claim(worker, objectId)
    if (!task) {
      throw new SkyloopError({
        code: 'label.object-taken',
        message: 'the time for this image was over, and it needs nobody any more',
        hint: 'go to another image; what you drew is kept as a draft',
      })
    }
    tasks.set(taskId, task)
    return task
  }
  const end = (taskId: string): void => {
    tasks.delete(taskId)
    ended.add(taskId)
  }
  /** Those that may come next, best first. */
  const upcoming = (summaries: readonly TaskSummary[]): readonly TaskSummary[] => {
    const mine = summaries.filter(({ state }) => state === 'mine')
    const open = summaries.filter(({ state }) => state === 'open')
    return [...mine, ...(adviser ? adviser.order(open) : open)]
  }
  const claimBest = async (summaries: readonly TaskSummary[]): Promise<LabellingTask | undefined> => {
    for (const { objectId } of upcoming(summaries).slice(0, TRIES)) {
      try {
        const task = await source.claim(worker, objectId)
        if (task) return task
      } catch (error) {
        if (codeOf(error) !== 'label.object-taken') throw error
      }
    }
    // So many were snatched away that the source may choose.
    return source.claim(worker)
  }

  const present = async (task: LabellingTask, summaries: readonly TaskSummary[]): Promise<ClaimedTask> => {
    const { boxes, boxesFrom } = await startingBoxes(task)
    const why = adviser?.why(task.objectId)
    const previous = await previousAnswer(task, summaries)
    const next = upcoming(summaries).find(({ objectId }) => objectId !== task.objectId)
    return {
      taskId: task.taskId,
      objectId: task.objectId,
      name: shortName(task.sourceRef),
      image: imagePath(task.objectId),
      boxes,
      boxesFrom,
      expiresInMs: task.expiresAt.getTime() - nowMs(),
      ...(why === undefined ? {} : { why }),
      ...(previous === undefined ? {} : { previous }),
      ...(next === undefined ? {} : { nextImage: imagePath(next.objectId) }),
    }
  }
  const startingBoxes = async (task: LabellingTask): Promise<Pick<ClaimedTask, 'boxes' | 'boxesFrom'>> => {
    if (task.draft) return { boxes: task.draft, boxesFrom: 'draft' }
    if (task.kind !== 'annotation') return { boxes: task.proposals, boxesFrom: 'earlier-labels' }
    const given = task.proposals.length > 0 ? task.proposals : ((await adviser?.propose(task)) ?? [])
    if (given.length === 0) return { boxes: [], boxesFrom: 'nothing' }
    return { boxes: given.map((box) => ({ ...box, proposed: true })), boxesFrom: 'model' }
  }
  const previousAnswer = async (
    task: LabellingTask,
    summaries: readonly TaskSummary[],
  ): Promise<ClaimedTask['previous']> => {
    const index = summaries.findIndex(({ objectId }) => objectId === task.objectId)
    const before = summaries[index - 1]
    if (before?.state !== 'answered' || task.kind === 'verification') return undefined
    const answer = await source.answerOf(worker, before.objectId)
    return answer && { name: shortName(before.sourceRef), boxes: answer.annotatedResult.boundingBoxes }
  }

  return {
    claim: async () => {
      const summaries = await source.list(worker)
      const task = await claimBest(summaries)
      if (!task) return undefined
      tasks.set(task.taskId, task)
      return present(task, summaries)
    },
    renew: async (name) => {
      const task = await taskOf(name)
      const expiresAt = await source.renew(task)
      tasks.set(name.taskId, { ...task, expiresAt })
      return { expiresInMs: expiresAt.getTime() - nowMs() }
    },
    saveDraft: async (name, boxes) => {
      if (!ended.has(name.taskId)) await source.saveDraft(await taskOf(name), boxes satisfies readonly LabelledBox[])
    },
    submit: async (name, answer) => {
      if (ended.has(name.taskId)) return
      const task = await taskOf(name)
      try {
        await source.submit(task, answer)
      } catch (error) {
        if (codeOf(error) !== 'label.claim-lost') throw error
        // The time was over. If nobody else has taken the image, the answer is as good as one in time.
        await source.submit(await takeUp(name.taskId, name.objectId), answer)
      }
      end(name.taskId)
      adviser?.answered(name.objectId)
    },
    skip: async (name, reason) => {
      if (ended.has(name.taskId)) return
      await source.skip(await taskOf(name), reason)
      end(name.taskId)
    },
    progress: async () => {
      const summaries = await source.list(worker)
      const count = (...states: readonly TaskSummary['state'][]): number =>
        summaries.filter(({ state }) => states.includes(state)).length
      return {
        images: summaries.length,
        finished: count('closed') + (source.about.workersPerObject === 1 ? count('answered') : 0),
        mine: count('answered'),
        skipped: count('skipped'),
        open: count('open', 'mine', 'taken'),
        ...(adviser ? { scored: adviser.scored() } : {}),
      }
    },
    release: async () => {
      for (const task of tasks.values()) await source.release(task)
      tasks.clear()
    },
  }
}

const imagePath = (objectId: string): string => `/api/images/${encodeURIComponent(objectId)}`

/** The last two parts of a key: the folder is often the flight. */
const shortName = (sourceRef: string): string => sourceRef.split('/').slice(-2).join('/')
