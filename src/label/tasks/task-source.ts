import type { BoxAnswer, ImageSize, LabelledBox, WorkerAnswer } from '../../core/labelling/worker-answer.ts'

/** What workers are asked for: boxes on a bare image, corrected boxes, or a judgement of boxes. */
export type TaskKind = 'annotation' | 'adjustment' | 'verification'

/** What a labelling page has to tell before the first task. */
export interface LabellingWork {
  readonly title: string
  /** Guidelines, plain text or the text of the job's description; may be empty. */
  readonly instructions: string
  /** Classes of boxes; in a verification, the judgements to choose from. Number key n picks the n-th. */
  readonly labels: readonly string[]
  readonly kind: TaskKind
  /** How many workers answer for one image. */
  readonly workersPerObject: number
  /** From claim to submission, in seconds; a claim ends after it. */
  readonly taskTimeLimitS: number
}

/** A box that stands there before the worker begins: from an earlier job, or from a model. */
export interface ProposedBox extends LabelledBox {
  /** From 0 to 1, when its origin gave one. */
  readonly confidence?: number
}

/** Where one image stands, as one worker sees it. */
export interface TaskSummary {
  /** Position in the manifest, from 0, as text. */
  readonly objectId: string
  /** `s3://bucket/key` of the image */
  readonly sourceRef: string
  /**
   * `open` may be claimed; `mine` is claimed by this worker; `taken` has all its workers at the moment; `answered` and
   * `skipped` are this worker's own doing; `closed` needs nobody any more.
   */
  readonly state: 'open' | 'mine' | 'taken' | 'answered' | 'skipped' | 'closed'
}

/** One image, claimed by one worker. */
export interface LabellingTask {
  /** Names the claim; ends with it. */
  readonly taskId: string
  readonly objectId: string
  readonly sourceRef: string
  readonly worker: string
  readonly kind: TaskKind
  readonly labels: readonly string[]
  /** Boxes to begin with (adjustment), or to judge (verification); empty in an annotation. */
  readonly proposals: readonly ProposedBox[]
  /** Size as shown, EXIF orientation applied, when the source knows it; boxes must lie inside. */
  readonly image?: ImageSize
  /** What this worker had saved for this image, also under an earlier claim. */
  readonly draft?: readonly LabelledBox[]
  /** The claim is exclusive until then. */
  readonly expiresAt: Date
}

/** Bytes of one image, streamed. */
export interface TaskImage {
  /** e.g. `image/jpeg` */
  readonly contentType: string
  readonly sizeBytes: number
  readonly body: ReadableStream<Uint8Array>
}

/**
 * Where labelling tasks come from and answers go to: a Ground Truth job's worker portal, or a plain manifest in S3.
 *
 * Errors of every source: `label.claim-lost` when a task's claim has ended (claim the object again: its draft is there),
 * `label.answer` when an answer does not fit, `label.work-over` when the work was stopped or has failed,
 * `label.no-such-object`, and `label.source-unreachable` (fault `machine`), after which a call may be repeated.
 */
export interface TaskSource {
  readonly about: LabellingWork
  /** All images in manifest order: for ordering, progress, and copying boxes from the frame before. */
  list(worker: string): Promise<readonly TaskSummary[]>
  /**
   * Claims one image for a worker. A worker who holds a claim on it gets the same claim again.
   *
   * @param objectId the image wanted. @default the worker's unfinished one, else the next that needs this worker
   * @returns undefined when nothing is left for this worker now
   * @throws SkyloopError `label.object-taken` when `objectId` is not open to this worker
   */
  claim(worker: string, objectId?: string): Promise<LabellingTask | undefined>
  /** Makes the claim last, where the source's rules allow it. @returns when it ends now */
  renew(task: LabellingTask): Promise<Date>
  /** Durable when it resolves. */
  saveDraft(task: LabellingTask, boxes: readonly LabelledBox[]): Promise<void>
  /** Resolves only when the answer is durable. Submitting the same answer again under the same claim changes nothing. */
  submit(task: LabellingTask, answer: WorkerAnswer): Promise<void>
  /** Declines an image for good, for this worker; another may take it. @param reason at most 500 characters */
  skip(task: LabellingTask, reason: string): Promise<void>
  /** Gives a claim back; the draft stays. */
  release(task: LabellingTask): Promise<void>
  /** The image of any object in {@link list}. */
  image(objectId: string, signal?: AbortSignal): Promise<TaskImage>
  /** This worker's own answer, e.g. for copying boxes from the frame before. */
  answerOf(worker: string, objectId: string): Promise<BoxAnswer | undefined>
}
