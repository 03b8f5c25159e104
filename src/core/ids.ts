import { randomBytes, randomUUID } from 'node:crypto'

/** Source of identifiers; passed in, so that tests can make them predictable. */
export interface Ids {
  uuid(): string
  /** `length` characters of `[a-z0-9]`. */
  short(length: number): string
}

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789'

export const systemIds: Ids = {
  uuid: () => randomUUID(),
  short: (length) => Array.from(randomBytes(length), (byte) => ALPHABET[byte % ALPHABET.length]).join(''),
}
