/** A value with what it was before, and what it was before that was undone. */
export interface History<T> {
  readonly past: readonly T[]
  readonly present: T
  readonly future: readonly T[]
}

/** Steps kept; each is a list of references to boxes, so this is small. */
const MOST_STEPS = 500

export const begin = <T>(present: T): History<T> => ({ past: [], present, future: [] })

/** Makes a new present. What was undone before is forgotten. */
export function record<T>(history: History<T>, present: T): History<T> {
  if (present === history.present) return history
  return { past: [...history.past, history.present].slice(-MOST_STEPS), present, future: [] }
}

export function undo<T>(history: History<T>): History<T> {
  const before = history.past.at(-1)
  if (before === undefined) return history
  return { past: history.past.slice(0, -1), present: before, future: [history.present, ...history.future] }
}

export function redo<T>(history: History<T>): History<T> {
  const [next, ...future] = history.future
  if (next === undefined) return history
  return { past: [...history.past, history.present], present: next, future }
}
