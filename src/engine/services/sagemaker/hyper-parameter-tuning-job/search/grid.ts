import { combinations, keyOf } from './space.ts'
import type { Suggest } from './suggestion.ts'

/** Every combination in turn. */
export const suggestGrid: Suggest = ({ space, tried }) => {
  const taken = new Set(tried.map((parameters) => keyOf(space, parameters)))
  for (const parameters of combinations(space)) if (!taken.has(keyOf(space, parameters))) return parameters
  return undefined
}
