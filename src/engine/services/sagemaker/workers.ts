import { currentHost } from '../../runner/host.ts'
import type { Host } from '../../runner/host.ts'
import { openImageRegistry } from '../../runner/images.ts'
import type { ImageRegistry } from '../../runner/images.ts'
import { createSlots } from '../../runner/slots.ts'
import type { Slots } from '../../runner/slots.ts'
import type { Engine } from '../../engine.ts'
import { createNotices } from './notices.ts'
import type { Notices } from './notices.ts'
import { createRunning } from './running.ts'
import type { Running } from './running.ts'

/** What the background work of SageMaker shares within one engine process. */
export interface Workers {
  readonly engine: Engine
  readonly host: Host
  readonly slots: Slots
  readonly notices: Notices
  readonly running: Running
  images(): Promise<ImageRegistry>
}

export function createWorkers(engine: Engine): Workers {
  const host = currentHost()
  let images: Promise<ImageRegistry> | undefined
  return {
    engine,
    host,
    // Two slots even on one core: a small processing job must not wait for a training job of hours.
    slots: createSlots(Math.max(2, host.cores)),
    notices: createNotices(),
    running: createRunning(engine.log),
    images: () => (images ??= openImageRegistry(engine.home, host)),
  }
}
