import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Principal } from './principal.ts'

/** What a session token says about its bearer. */
export interface SessionClaims {
  readonly accessKeyId: string
  readonly expiresMs: number
  readonly principal: Principal
  /** Grant to a process; the token is void once the grant has been revoked. */
  readonly grantId?: string
}

/**
 * Temporary credentials without a table of sessions: the token carries its claims under a MAC of the engine's own
 * secret, and the secret access key is derived from the token. Both survive a restart; neither can be forged.
 */
export class SessionTokens {
  readonly #engineSecret: Buffer

  /** @param engineSecret 32 random bytes that never leave the engine's home */
  constructor(engineSecret: Buffer) {
    this.#engineSecret = engineSecret
  }

  encode(claims: SessionClaims): string {
    const payload = Buffer.from(JSON.stringify(claims)).toString('base64url')
    return `${payload}.${this.#mac(`token/${payload}`).toString('base64url')}`
  }

  /** @returns undefined when the token was not made by this engine */
  decode(token: string): SessionClaims | undefined {
    const [payload, mac] = token.split('.')
    if (payload === undefined || mac === undefined) return undefined
    const [given, expected] = [Buffer.from(mac, 'base64url'), this.#mac(`token/${payload}`)]
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined
    return JSON.parse(Buffer.from(payload, 'base64url').toString()) as SessionClaims
  }

  secretAccessKey(token: string): string {
    return this.#mac(`secret/${token}`).toString('base64').slice(0, 40)
  }

  #mac(text: string): Buffer {
    return createHmac('sha256', this.#engineSecret).update(text).digest()
  }
}
