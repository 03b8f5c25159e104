import { createHash, randomBytes } from 'node:crypto'
import type { Engine } from '../../../../engine.ts'

/** A worker who is signed in to the portal of a team; stored under the hash of the token. */
interface WorkerToken {
  readonly team: string
  readonly worker: string
  readonly expiresAt: Date
}

/** How long a worker stays signed in: a working day, and the night after it. */
const LIFE_MS = 16 * 3600 * 1000

function tokens(engine: Engine) {
  return engine.store.collection<WorkerToken>('sagemaker.worker-token')
}

/** Of the token only its hash is stored. */
export function issueWorkerToken(
  engine: Engine,
  team: string,
  worker: string,
): WorkerToken & { readonly token: string } {
  const now = engine.clock.now()
  for (const { id, value } of tokens(engine).list()) if (value.expiresAt <= now) tokens(engine).delete(id)
  const token = randomBytes(32).toString('base64url')
  const issued = { team, worker, expiresAt: new Date(now.getTime() + LIFE_MS) }
  tokens(engine).put(hashOf(token), issued)
  return { ...issued, token }
}

/** @returns undefined when the token is none of this team's, or has ended */
export function findWorker(engine: Engine, team: string, token: string): string | undefined {
  const found = tokens(engine).get(hashOf(token))
  return found?.team === team && found.expiresAt > engine.clock.now() ? found.worker : undefined
}

/** Signs out all workers of a team. */
export function dropWorkerTokens(engine: Engine, team: string): void {
  for (const { id, value } of tokens(engine).list()) if (value.team === team) tokens(engine).delete(id)
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
