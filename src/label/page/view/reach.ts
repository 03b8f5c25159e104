import { keepToken, RefusedError, UnreachableError } from './api.ts'
import { askToken } from './dialogs.ts'
import { banner } from './status.ts'

const FIRST_WAIT_MS = 1000
const LONGEST_WAIT_MS = 15_000

/**
 * Makes a call until the server answers: when it is gone, says so and tries again by itself, with nothing lost; when it
 * does not know this tab any more, asks for the token.
 *
 * @throws RefusedError when the server answers that it will not
 */
export async function untilReached<T>(call: () => Promise<T>): Promise<T> {
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(LONGEST_WAIT_MS, wait * 2)) {
    try {
      return await call()
    } catch (error) {
      if (error instanceof RefusedError && error.status === 401) {
        keepToken(await askToken(error.message))
        wait = FIRST_WAIT_MS
      } else if (error instanceof UnreachableError) {
        await waitOrRetry(error.message, wait)
      } else {
        throw error
      }
    }
  }
}

function waitOrRetry(what: string, wait: number): Promise<void> {
  return new Promise((resolve) => {
    const until = Date.now() + wait
    const go = (): void => {
      clearTimeout(timer)
      close()
      resolve()
    }
    const timer = setTimeout(go, wait)
    const left = (): number => Math.max(0, Math.round((until - Date.now()) / 1000))
    const close = banner(() => `${what}. Your boxes are kept in this browser; next try in ${left()} s.`, go)
  })
}
