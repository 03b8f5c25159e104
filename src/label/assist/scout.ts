import type { LabelledBox } from '../../core/labelling/worker-answer.ts'
import { messageOf } from '../../core/errors.ts'
import type { Adviser } from '../serve/desk.ts'
import type { ProposedBox, TaskImage, TaskSummary } from '../tasks/task-source.ts'
import { type ImageFeature, imageFeature } from './image-feature.ts'
import { rankImages, type Ranked } from './rank-images.ts'
import { uncertainty } from './uncertainty.ts'

/** A box that a model has found, in pixels of the upright image. */
export interface FoundBox extends LabelledBox {
  readonly confidence: number
}

/** Finds objects in one image: an ONNX file on this machine, or an endpoint. */
export type Propose = (image: Uint8Array, contentType: string) => Promise<readonly FoundBox[]>

export interface ScoutOptions {
  /** Who proposes, for people to read. */
  readonly model: string
  /** Asked for everything above {@link lowest}, as weak boxes tell of uncertainty. */
  readonly propose: Propose
  /** Boxes from this confidence on are shown. */
  readonly showFrom: number
  readonly labels: readonly string[]
  readonly image: (objectId: string) => Promise<TaskImage>
  /** Told once of each class that the model finds and the work does not have. */
  readonly onUnknownClass: (label: string) => void
  /** Told when an image could not be looked at; the worker gets it without proposals. */
  readonly onError: (objectId: string, why: string) => void
}

/** Looks at images ahead of the workers, one at a time in the background. */
export interface Scout extends Adviser, AsyncDisposable {
  /** Begins to look at these images, in this order. */
  look(images: readonly TaskSummary[]): void
}

interface Seen {
  readonly boxes: readonly ProposedBox[]
  readonly uncertainty: number
  readonly uncertainBoxes: number
  readonly feature: ImageFeature
}

/** A box is uncertain between these confidences. */
const UNSURE = { from: 0.15, to: 0.6 } as const
/** How far ahead the order is worked out; answers change it anyway. */
const AHEAD = 20
/** A worker does not wait longer for proposals. */
const PATIENCE_MS = 4000

export function createScout(options: ScoutOptions): Scout {
  const { propose, showFrom, labels, image, onUnknownClass, onError } = options
  const seen = new Map<string, Seen>()
  const looking = new Map<string, Promise<Seen | undefined>>()
  const answeredIds = new Set<string>()
  const unknown = new Set<string>()
  let ranked = new Map<string, Ranked>()
  let queue: string[] = []
  let stopped = false
  let work = Promise.resolve()

  const lookAt = async (objectId: string): Promise<Seen | undefined> => {
    try {
      const { body, contentType } = await image(objectId)
      const bytes = new Uint8Array(await new Response(body).arrayBuffer())
      const [found, feature] = [await propose(bytes, contentType), await imageFeature(bytes)]
      for (const { label } of found) {
        if (labels.includes(label) || unknown.has(label)) continue
        unknown.add(label)
        onUnknownClass(label)
      }
      const known = found.filter(({ label }) => labels.includes(label))
      const confidences = known.map(({ confidence }) => confidence)
      const one: Seen = {
        boxes: known.filter(({ confidence }) => confidence >= showFrom),
        uncertainty: uncertainty(confidences),
        uncertainBoxes: confidences.filter((value) => value >= UNSURE.from && value <= UNSURE.to).length,
        feature,
      }
      seen.set(objectId, one)
      return one
    } catch (error) {
      onError(objectId, messageOf(error))
      return undefined
    }
  }
  const once = (objectId: string): Promise<Seen | undefined> => {
    const before = looking.get(objectId)
    if (before) return before
    const made = lookAt(objectId)
    looking.set(objectId, made)
    return made
  }
  const run = async (): Promise<void> => {
    for (;;) {
      const next = queue.shift()
      if (next === undefined || stopped) return
      await once(next)
    }
  }

  return {
    model: options.model,
    look: (images) => {
      const idle = queue.length === 0
      queue = images.map(({ objectId }) => objectId).filter((objectId) => !looking.has(objectId))
      if (idle) work = work.then(run)
    },
    order: (open) => {
      const candidates = open.flatMap(({ objectId }) => {
        const known = seen.get(objectId)
        return known ? [{ objectId, uncertainty: known.uncertainty, feature: known.feature }] : []
      })
      const labelled = [...answeredIds].flatMap((objectId) => seen.get(objectId)?.feature ?? [])
      const best = rankImages(candidates, labelled, AHEAD)
      ranked = new Map(best.map((one) => [one.objectId, one]))
      const byId = new Map(open.map((one) => [one.objectId, one]))
      const first = best.map(({ objectId }) => byId.get(objectId) as TaskSummary)
      return [...first, ...open.filter(({ objectId }) => !ranked.has(objectId))]
    },
    why: (objectId) => {
      const known = seen.get(objectId)
      if (!known) return undefined
      const novelty = ranked.get(objectId)?.novelty
      const unsure = known.uncertainBoxes
      const sure =
        unsure > 0
          ? `${unsure} uncertain ${unsure === 1 ? 'box' : 'boxes'}`
          : known.boxes.length > 0
            ? 'the model is sure here'
            : 'the model finds nothing here'
      if (novelty === undefined) return sure
      const rarity = novelty >= 0.5 ? 'looks new' : novelty >= 0.25 ? 'a little new' : 'like images before'
      return `${sure} · ${rarity} (${Math.round(novelty * 100)}%)`
    },
    propose: async ({ objectId }) => {
      // It is wanted now: it goes before all that are looked at ahead.
      const patience = new AbortController()
      const tooLate = new Promise<undefined>((resolve) => {
        const timer = setTimeout(() => resolve(undefined), PATIENCE_MS)
        patience.signal.addEventListener('abort', () => clearTimeout(timer))
      })
      const found = await Promise.race([once(objectId), tooLate])
      patience.abort()
      return found?.boxes ?? []
    },
    scored: () => seen.size,
    answered: (objectId) => void answeredIds.add(objectId),
    [Symbol.asyncDispose]: async () => {
      stopped = true
      queue = []
      await work
    },
  }
}
