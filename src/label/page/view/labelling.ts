import { acceptAll, addCopies, proposals, rejectAll } from '../edit/sheet.ts'
import type { ClaimAnswer, ClaimedTask, SessionInfo } from '../protocol.ts'
import * as api from './api.ts'
import { ask, askSkipReason, paragraph } from './dialogs.ts'
import { button, byId } from './dom.ts'
import { createDrafts, fromWire, toWire } from './drafts.ts'
import { createImageStore, type Picture } from './image-store.ts'
import { untilReached } from './reach.ts'
import { showProgress, showSaved, showTimeLeft, toast, veil } from './status.ts'
import type { Workbench } from './workbench.ts'

const TICK_MS = 1000
const WAITING_LOOK_MS = 5000
const DONE_LOOK_MS = 30_000

/** One task after another, until there are none. */
export interface Labelling {
  start(): Promise<void>
  submit(): Promise<void>
  skip(): Promise<void>
  copyPrevious(): void
}

export function createLabelling(bench: Workbench, info: SessionInfo): Labelling {
  const images = createImageStore()
  const drafts = createDrafts(bench, `${info.worker}:${info.title}`)
  const isVerification = info.kind === 'verification'
  let task: ClaimedTask | undefined
  let expiresAtMs = 0
  let renewing = false
  let restored = false

  bench.listen((change) => {
    if (change === 'boxes' && task && !restored && !isVerification) drafts.changed()
  })

  const refreshProgress = async (): Promise<void> => {
    try {
      showProgress(await api.getProgress())
    } catch {
      // Progress is only looked at; a server that is gone is told of by what needs it.
    }
  }

  const next = async (): Promise<void> => {
    task = undefined
    bench.open(undefined, [])
    showTimeLeft(undefined)
    showImageLine(undefined)
    veil('Loading the next image')
    void refreshProgress()
    await take(await untilReached(api.claim))
  }
  const take = async (answer: ClaimAnswer): Promise<void> => {
    if ('task' in answer) {
      await open(answer.task)
      return
    }
    const { open: left, images: count } = answer.progress
    showProgress(answer.progress)
    if (left > 0) {
      veil('Waiting', `Others are working on the remaining ${left} images. The page looks again by itself.`)
    } else {
      veil('All done', `Nothing is left for ${info.worker} in these ${count} images. Thank you!`, again())
    }
    setTimeout(() => void lookAgain(), left > 0 ? WAITING_LOOK_MS : DONE_LOOK_MS)
  }
  /** Nobody waits for an answer here, so a server that has ended is no alarm. */
  const lookAgain = async (): Promise<void> => {
    if (task) return
    try {
      await take(await api.claim())
    } catch {
      setTimeout(() => void lookAgain(), DONE_LOOK_MS)
    }
  }
  const again = (): HTMLButtonElement => button('Look again', undefined, () => void next(), { class: 'primary' })

  const open = async (claimed: ClaimedTask): Promise<void> => {
    showImageLine(claimed)
    expiresAtMs = Date.now() + claimed.expiresInMs
    let picture: Picture
    try {
      picture = await untilReached(() => images.load(claimed.image))
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      task = claimed
      veil(
        'This image cannot be shown',
        `${claimed.name}: ${why}`,
        button('Try again', undefined, () => void open(claimed)),
        button('Skip it', undefined, () => void leave(() => api.skip(claimed, `cannot be shown: ${why}`)), {
          class: 'primary',
        }),
      )
      return
    }
    restored = true
    bench.open(picture, drafts.open(claimed).map(fromWire))
    restored = false
    bench.locked = isVerification
    if (isVerification) {
      // A judgement is chosen, never the one that happens to be first.
      bench.currentLabel = ''
      bench.tell('look')
    }
    task = claimed
    veil()
    byId('stage', HTMLElement).focus({ preventScroll: true })
    const found = proposals(bench.sheet).length
    if (found > 0) toast(`${found} proposed boxes: A accepts one, Shift+A all, R rejects`)
    if (claimed.nextImage !== undefined) images.preload(claimed.nextImage)
  }

  /** Sends what ends the task, then goes on. The boxes stay in the browser until the server has them. */
  const leave = async (send: () => Promise<void>): Promise<void> => {
    const ending = task
    if (!ending) return
    bench.locked = true
    try {
      await untilReached(send)
    } catch (error) {
      bench.locked = isVerification
      const hint = error instanceof api.RefusedError ? error.hint : undefined
      const goOn = await ask(
        'The server did not take it',
        [paragraph(error instanceof Error ? error.message : String(error)), ...(hint ? [paragraph(hint)] : [])],
        [
          { text: 'Go to another image', value: true },
          { text: 'Back to this image', value: false, primary: true },
        ],
      )
      if (!goOn) return
      drafts.suspend()
      await next()
      return
    }
    drafts.close()
    await next()
  }

  setInterval(() => {
    if (!task) return
    const left = expiresAtMs - Date.now()
    showTimeLeft(left)
    if (renewing || left > task.expiresInMs / 2) return
    renewing = true
    const renewed = task
    api
      .renew(renewed)
      .then(
        ({ expiresInMs }) => {
          if (task === renewed) expiresAtMs = Date.now() + expiresInMs
        },
        // The claim's end is told of when the task is submitted, and the draft outlives it.
        () => showSaved('local'),
      )
      .finally(() => setTimeout(() => (renewing = false), 10 * TICK_MS))
  }, TICK_MS)

  const showImageLine = (shown: ClaimedTask | undefined): void => {
    byId('image-name', HTMLElement).textContent = shown?.name ?? ''
    byId('image-name', HTMLElement).title = shown?.name ?? ''
    const why = byId('why', HTMLElement)
    why.hidden = shown?.why === undefined
    why.textContent = shown?.why ?? ''
    why.title = `Why this image comes now: ${shown?.why ?? ''}`
  }

  return {
    start: next,
    submit: async () => {
      const ending = task
      if (!ending || !bench.picture || (bench.locked && !isVerification)) return
      if (isVerification && bench.currentLabel === '') {
        toast(`Judge the boxes first: ${bench.labels.map((label, i) => `${i + 1} ${label}`).join(', ')}`, 'warn')
        return
      }
      if (!isVerification && !(await isDecided(bench))) return
      const { width, height } = bench.size
      const submission: api.Submission = {
        boxes: bench.sheet.boxes.map(toWire),
        width,
        height,
        ...(isVerification ? { verdict: bench.currentLabel } : {}),
      }
      veil('Sending')
      await leave(() => api.submit(ending, submission))
      if (task === ending) veil()
    },
    skip: async () => {
      const ending = task
      if (!ending) return
      const reason = await askSkipReason()
      if (reason === undefined || task !== ending) return
      await leave(() => api.skip(ending, reason))
    },
    copyPrevious: () => {
      const previous = task?.previous
      if (!previous) {
        toast('There is no answer of yours to the image before this one', 'warn')
        return
      }
      const before = bench.sheet.boxes.length
      bench.edit((sheet) => addCopies(sheet, previous.boxes.map(fromWire), bench.size))
      toast(`${bench.sheet.boxes.length - before} boxes copied from ${previous.name}`)
    },
  }
}

/** Asks what must not happen by accident: to submit with undecided proposals, or nothing at all. */
async function isDecided(bench: Workbench): Promise<boolean> {
  const undecided = proposals(bench.sheet).length
  if (undecided > 0) {
    const choice = await ask(
      `${undecided} proposals are undecided`,
      [paragraph('Only accepted boxes are submitted.')],
      [
        { text: 'Back', value: 'back' as const },
        { text: 'Reject them and submit', value: 'reject' as const },
        { text: 'Accept them and submit', value: 'accept' as const, primary: true },
      ],
    )
    if (choice === undefined || choice === 'back') return false
    bench.edit(choice === 'accept' ? acceptAll : rejectAll)
  }
  if (bench.sheet.boxes.length > 0) return true
  const sure = await ask(
    'Nothing to be seen here?',
    [paragraph('Without boxes the image counts as background: a model learns that there is no object in it.')],
    [
      { text: 'Back', value: false },
      { text: 'Submit as background', value: true, primary: true },
    ],
  )
  return sure === true
}
