import { FEWEST_VALUES } from './robust.ts'
import type { ImageRow } from './profile-image-row.ts'

/**
 * Images that may be compared by how they look: those of one flight, which share ground, light and lens. Flights too
 * small to judge anything by are put together.
 */
export function comparableGroups(images: readonly ImageRow[]): ImageRow[][] {
  const flights = [...Map.groupBy(images, ({ flight }) => flight).values()]
  const rest = flights.filter((group) => group.length < FEWEST_VALUES).flat()
  return [...flights.filter((group) => group.length >= FEWEST_VALUES), ...(rest.length > 0 ? [rest] : [])]
}
