import { placeOf } from '../../set/group-flights.ts'
import { agree, countOf, listFiles } from '../phrase.ts'
import type { Rule } from '../recommendation.ts'

/** Degrees around 0, 0: the sea off Africa, where receivers without a fix say they are. */
const NULL_ISLAND_DEG = 0.05

/** Places that no GPS fix stands behind. */
export const wrongPlace: Rule = ({ images }) => {
  const found = images.filter((image) => {
    const place = placeOf(image)
    if (!place) return false
    const { latitudeDeg, longitudeDeg } = place
    const nowhere = Math.abs(latitudeDeg) < NULL_ISLAND_DEG && Math.abs(longitudeDeg) < NULL_ISLAND_DEG
    return nowhere || Math.abs(latitudeDeg) > 90 || Math.abs(longitudeDeg) > 180
  })
  if (found.length === 0) return undefined
  return {
    severity: 'improve',
    title: `${countOf(found.length, images.length, 'image')} ${agree(found.length, 'claims', 'claim')} a place that cannot be`,
    action: `Do not use the place of ${listFiles(found.map(({ path }) => path))}; wait for the GPS fix before take-off.`,
    why: 'A receiver without a fix writes 0, 0 or nonsense. Maps, flight grouping and detections on the ground would be off by thousands of kilometres.',
    images: found.map(({ path }) => path),
    values: { wrong: found.length },
  }
}
