import { randomBytes, timingSafeEqual } from 'node:crypto'

/** Who may use the server: each worker by a token that only its printed address holds. */
export interface Sessions {
  /** Token by worker, in the order given. */
  readonly tokens: ReadonlyMap<string, string>
  /** @param authorization the request's header. @returns undefined when it names nobody */
  workerOf(authorization: string | undefined): string | undefined
}

const TOKEN_BYTES = 24

export function createSessions(workers: readonly string[]): Sessions {
  const tokens = new Map(workers.map((worker) => [worker, randomBytes(TOKEN_BYTES).toString('base64url')]))
  return {
    tokens,
    workerOf: (authorization) => {
      const given = Buffer.from(/^Bearer ([A-Za-z0-9_-]+)$/.exec(authorization ?? '')?.[1] ?? '')
      let found: string | undefined
      for (const [worker, token] of tokens) {
        const expected = Buffer.from(token)
        if (given.length === expected.length && timingSafeEqual(given, expected)) found = worker
      }
      return found
    },
  }
}
