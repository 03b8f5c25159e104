/** Tells waiters in this process that something about a resource changed; carries no data and survives nothing. */
export interface Notices {
  changed(arn: string): void
  /**
   * Resolves with the first defined answer of `look`, asked now and after each change of `arn`.
   *
   * @throws the signal's reason when aborted first
   */
  until<T>(arn: string, look: () => T | undefined, signal: AbortSignal): Promise<T>
}

export function createNotices(): Notices {
  const waiters = new Map<string, Set<() => void>>()
  return {
    changed: (arn) => {
      for (const ask of waiters.get(arn) ?? []) ask()
    },
    until: (arn, look, signal) =>
      new Promise((resolve, reject) => {
        const done = (settle: () => void): void => {
          waiters.get(arn)?.delete(ask)
          if (waiters.get(arn)?.size === 0) waiters.delete(arn)
          signal.removeEventListener('abort', abandon)
          settle()
        }
        const abandon = (): void => done(() => reject(signal.reason as Error))
        const ask = (): void => {
          try {
            const answer = look()
            if (answer !== undefined) done(() => resolve(answer))
          } catch (error) {
            done(() => reject(error as Error))
          }
        }
        if (signal.aborted) return reject(signal.reason as Error)
        const all = waiters.get(arn) ?? new Set()
        waiters.set(arn, all.add(ask))
        signal.addEventListener('abort', abandon, { once: true })
        ask()
      }),
  }
}
