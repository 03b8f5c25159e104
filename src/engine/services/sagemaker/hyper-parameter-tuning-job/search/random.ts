import { seededRandom } from '../../../../../core/random.ts'
import type { Random } from '../../../../../core/random.ts'
import { combinations, decode, keyOf } from './space.ts'
import type { Space } from './space.ts'
import type { Suggest } from './suggestion.ts'

/** Draws before what is left of a small space is listed instead. */
const DRAWS = 100

/** Finite spaces up to this size are listed when drawing finds nothing new. */
const LISTED = 100_000

/** Uniform in the scale of each range, and never the same combination twice. */
export const suggestRandom: Suggest = ({ space, seed, tried }) => {
  const taken = new Set(tried.map((parameters) => keyOf(space, parameters)))
  if (taken.size >= space.size) return undefined
  const random = seededRandom(seed).fork(tried.length)
  let drawn = decode(space, uniformPoint(space, random))
  for (let draw = 1; draw < DRAWS && taken.has(keyOf(space, drawn)); draw++) {
    drawn = decode(space, uniformPoint(space, random))
  }
  if (!taken.has(keyOf(space, drawn)) || space.size > LISTED) return drawn
  return random.pick([...combinations(space)].filter((parameters) => !taken.has(keyOf(space, parameters))))
}

/** A point anywhere in the space. Integers and categories get equal shares. */
export function uniformPoint(space: Space, random: Random): number[] {
  return space.dimensions.map((dimension) => {
    if (dimension.kind === 'categorical') return random.int(dimension.values.length)
    if (dimension.kind === 'integer' && dimension.scale === 'Linear' && dimension.max > dimension.min) {
      return random.int(dimension.max - dimension.min + 1) / (dimension.max - dimension.min)
    }
    return random.next()
  })
}
