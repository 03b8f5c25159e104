import type { BoxTraits } from './labelled-image.ts'

/** Attributes by name, as tools write them, into traits; those without a meaning of their own stay attributes. */
export function readTraits(given: Readonly<Record<string, unknown>>): BoxTraits {
  const attributes: Record<string, string | number | boolean> = Object.create(null) as Record<string, never>
  const traits: { -readonly [K in keyof BoxTraits]: BoxTraits[K] } = {}
  for (const [name, value] of Object.entries(given)) {
    const flag = flagOf(value)
    if (name === 'difficult' && flag !== undefined) traits.difficult = flag > 0
    else if (name === 'truncated' && flag !== undefined) traits.truncated = flag > 0
    else if (name === 'occluded' && flag !== undefined) traits.occluded = flag
    else if (name === 'confidence' && typeof value === 'number' && value >= 0 && value <= 1) traits.confidence = value
    else if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      // No rotation is no attribute: exports of CVAT write it for every box.
      if (!(name === 'rotation' && Number(value) === 0)) attributes[name] = value
    } else if (value !== null) attributes[name] = JSON.stringify(value)
  }
  if (Object.keys(attributes).length > 0) traits.attributes = attributes
  return traits
}

function flagOf(value: unknown): 0 | 1 | 2 | undefined {
  if (typeof value === 'boolean') return value ? 1 : 0
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  if (number === 0 || number === 1 || number === 2) return number
  if (typeof value !== 'string') return undefined
  const word = value.trim().toLowerCase()
  return word === 'true' || word === 'yes' ? 1 : word === 'false' || word === 'no' ? 0 : undefined
}
