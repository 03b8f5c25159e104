import { agree, countOf, fileName, listNames } from '../phrase.ts'
import type { Rule } from '../recommendation.ts'

/** No drone photographed before; a clock that says so was never set. */
const EARLIEST_MS = Date.UTC(2006, 0, 1)

/** Clocks that were never set. */
export const wrongClock: Rule = ({ images }) => {
  const found = images.filter(({ camera }) => (camera.capturedAtMs ?? EARLIEST_MS) < EARLIEST_MS)
  if (found.length === 0) return undefined
  return {
    severity: 'improve',
    title: `${countOf(found.length, images.length, 'image')} ${agree(found.length, 'was', 'were')} taken with an unset clock`,
    action: `Name their flights in \`metadata.jsonl\`: ${listNames(found.map(({ path, camera }) => `${fileName(path)} (${camera.capturedAt})`))}. Set the camera's clock.`,
    why: 'Flights are told apart by time. With an unset clock all flights begin at the same moment and fall into one, or into the wrong split.',
    images: found.map(({ path }) => path),
    values: { unset: found.length },
  }
}
