import { listNames, percent } from '../phrase.ts'
import type { Rule } from '../recommendation.ts'

/** Flights under which train, validation and test cannot each have some. */
const FEWEST = 3
const FEWEST_IMAGES = 10
const LARGEST_SHARE = 0.7

/** Too few flights for a split that says how the model does elsewhere. */
export const fewFlights: Rule = ({ flights, images }) => {
  if (images.length < FEWEST_IMAGES || flights.length === 0) return undefined
  const share = flights[0]!.images / images.length
  if (flights.length >= FEWEST && share <= LARGEST_SHARE) return undefined
  const described = listNames(flights.map(({ name, images: n }) => `${name} (${n})`))
  return {
    severity: 'note',
    title:
      flights.length < FEWEST
        ? `All ${images.length} images are of ${flights.length} flight(s)`
        : `${percent(share)} of the images are of one flight`,
    action: `Fly other places, hours and heights before trusting a score; split by flight (the default of \`skyloop data prepare\`), never by image. Flights: ${described}.`,
    why: 'Images of one flight are of the same place, light and height. Split at random, validation asks what training has shown, and the score says nothing of the next flight.',
    images: [],
    values: { flights: flights.length, largestShare: share },
  }
}
