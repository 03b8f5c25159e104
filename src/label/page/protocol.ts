// What page and server say to each other. Types only: each side checks what it receives at its own edge.

/** A box on the wire: whole pixels of the upright image. */
export interface WireBox {
  readonly label: string
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
  /** Set on boxes that a model proposed and nobody has accepted. */
  readonly proposed?: boolean
  readonly confidence?: number
}

/** `GET /api/session`: what does not change while the page is open. */
export interface SessionInfo {
  readonly worker: string
  readonly title: string
  /** Plain text; blank lines part paragraphs. */
  readonly instructions: string
  readonly labels: readonly string[]
  readonly kind: 'annotation' | 'adjustment' | 'verification'
  readonly workersPerObject: number
  /** Who proposes boxes, or undefined. */
  readonly model?: string
}

/** `GET /api/progress` */
export interface Progress {
  readonly images: number
  /** Images that need no further answer. */
  readonly finished: number
  /** Images that this worker has answered. */
  readonly mine: number
  readonly skipped: number
  /** Images that this worker may still answer. */
  readonly open: number
  /** Images for which the model has proposed boxes so far; undefined without a model. */
  readonly scored?: number
}

/** `POST /api/claim` */
export interface ClaimedTask {
  readonly taskId: string
  readonly objectId: string
  /** Where the image comes from, for the person to recognise. */
  readonly name: string
  /** Path of the image on this server. */
  readonly image: string
  readonly boxes: readonly WireBox[]
  /** Why `boxes` are what they are. */
  readonly boxesFrom: 'nothing' | 'draft' | 'model' | 'earlier-labels'
  /** How long the claim lasts from now on; the page renews it before. */
  readonly expiresInMs: number
  /** Why this image comes now, e.g. `7 uncertain boxes`. */
  readonly why?: string
  /** The worker's answer to the image before it in the manifest, to copy from. */
  readonly previous?: { readonly name: string; readonly boxes: readonly WireBox[] }
  /** Path of the image that will most probably come next, to load ahead. */
  readonly nextImage?: string
}

/** What `POST /api/claim` answers: a task, or how things stand when there is none for this worker now. */
export type ClaimAnswer = { readonly task: ClaimedTask } | { readonly progress: Progress }

/** An error as the server tells it. */
export interface ErrorMessage {
  readonly code: string
  readonly message: string
  readonly hint?: string
}

/** One row of the quality page, `GET /api/quality`. */
export interface QualityReport {
  readonly images: number
  /** Images with answers of at least two workers. */
  readonly compared: number
  readonly pairs: readonly {
    readonly a: string
    readonly b: string
    readonly images: number
    readonly f1: number
    readonly meanIou: number
  }[]
  readonly workers: readonly {
    readonly worker: string
    readonly images: number
    readonly boxes: number
    readonly precision?: number
    readonly recall?: number
    readonly meanIou?: number
    readonly medianSeconds?: number
  }[]
}
