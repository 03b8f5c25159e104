import type { DetectorSession, ImageSize } from '../runtime/detector-session.ts'
import type { NetworkOutput } from '../runtime/network-output.ts'

/** Memory for one run of a network. Fresh memory costs time where it is first touched: as much as suppression takes. */
interface RunMemory {
  /** `[B, 3, H, W]`, with whatever the last run left there */
  readonly images: Float32Array
  output: NetworkOutput | undefined
}

/** What no run is using, by session and shape. */
const idle = new WeakMap<DetectorSession, Map<string, RunMemory[]>>()

/** Most memories kept for a session, which bounds one that sees images of every shape. */
const MOST_KEPT = 4

/**
 * Runs the network on `batch` images of one size in memory that later runs use again.
 *
 * @param run.confidence least one of the boxes that `read` wants
 * @param fill writes all of `[B, 3, H, W]`
 * @param read takes from the output what is to be kept; afterwards it is overwritten
 * @returns what `read` made, and the time in the network
 */
export async function runInMemory<T>(
  session: DetectorSession,
  size: ImageSize,
  run: { readonly batch: number; readonly confidence: number },
  fill: (images: Float32Array) => void,
  read: (output: NetworkOutput) => T,
): Promise<{ readonly value: T; readonly inferMs: number }> {
  let kept = idle.get(session)
  if (!kept) idle.set(session, (kept = new Map<string, RunMemory[]>()))
  const { batch, confidence } = run
  const shape = `${batch}x${size.height}x${size.width}`
  const memory = kept.get(shape)?.pop() ?? {
    images: new Float32Array(batch * 3 * size.height * size.width),
    output: undefined,
  }
  fill(memory.images)
  const begun = performance.now()
  memory.output = await session.run(memory.images, size, { confidence, into: memory.output })
  const inferMs = performance.now() - begun
  const value = read(memory.output)
  if ([...kept.values()].reduce((sum, list) => sum + list.length, 0) >= MOST_KEPT) kept.clear()
  kept.set(shape, [...(kept.get(shape) ?? []), memory])
  return { value, inferMs }
}
