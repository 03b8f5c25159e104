import { readFile } from 'node:fs/promises'
import { messageOf, SkyloopError } from './errors.ts'

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/**
 * Parses JSON text that came from outside.
 *
 * @param source where the text came from, for the message
 * @throws SkyloopError `core.json` naming `source` and what is wrong
 */
export function parseJson(text: string, source: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch (error) {
    throw new SkyloopError({
      code: 'core.json',
      message: `${source} is not valid JSON: ${messageOf(error)}`,
      cause: error,
    })
  }
}

/** @throws SkyloopError `core.json` when the content is not JSON; the system's own error when it cannot be read */
export async function readJson(path: string): Promise<Json> {
  return parseJson(await readFile(path, 'utf8'), path)
}

/** JSON with object keys in sorted order: equal values give equal text, fit for hashing. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : inner,
  )
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
