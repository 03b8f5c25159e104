import type { DetectorSession } from '../runtime/detector-session.ts'

/** Arrays of one session that no run is reading, by length. Fresh ones cost as much time as a tenth of a letterbox. */
const free = new WeakMap<DetectorSession, Map<number, Float32Array[]>>()

/** Most arrays kept for a session, which bounds the memory of one that sees images of every shape. */
const MOST_KEPT = 4

/**
 * Lends an array for the images of one run; it holds whatever the last one left there.
 *
 * @param work gets the array until its promise is settled
 */
export async function withInput<T>(
  session: DetectorSession,
  length: number,
  work: (input: Float32Array) => Promise<T>,
): Promise<T> {
  let arrays = free.get(session)
  if (!arrays) free.set(session, (arrays = new Map<number, Float32Array[]>()))
  const input = arrays.get(length)?.pop() ?? new Float32Array(length)
  try {
    return await work(input)
  } finally {
    const kept = [...arrays.values()].reduce((sum, list) => sum + list.length, 0)
    if (kept >= MOST_KEPT) arrays.clear()
    const list = arrays.get(length)
    if (list) list.push(input)
    else arrays.set(length, [input])
  }
}
