import { short } from '../../advice/phrase.ts'
import type { Range } from '../../set/flights.ts'
import { markup, type Markup } from '../markup.ts'
import { section, type PageContext } from '../page-context.ts'

const MOST_FLIGHTS = 60

/** Flights with their numbers. */
export function flightsSection({ profile, colourOf }: PageContext): Markup | undefined {
  if (profile.flights.length === 0) return undefined
  const range = (of: Range | undefined, unit: string): string =>
    of ? `${short(of.min)}${of.max > of.min ? ` to ${short(of.max)}` : ''} ${unit}` : ''
  const rows = profile.flights
    .slice(0, MOST_FLIGHTS)
    .map(
      (flight) =>
        markup`<tr><td><i class="key c${colourOf(flight.name)}"></i>${flight.name}</td><td class="n">${flight.images}</td><td>${flight.camera ?? ''}</td><td>${clock(flight.from, flight.to)}</td><td class="n">${range(flight.altitudeM, 'm')}</td><td class="n">${range(flight.groundSampleCmPerPx, 'cm/px')}</td><td class="n">${flight.trackM === undefined ? '' : `${short(flight.trackM)} m`}</td><td class="n">${flight.boxes}</td></tr>`,
    )
  const left = profile.flights.length - MOST_FLIGHTS
  return section(
    'flights',
    'Flights',
    `As metadata.jsonl names them, else by camera, clock and place: a pause of ten minutes or a jump of two kilometres begins a new one; else by file name.${left > 0 ? ` The ${MOST_FLIGHTS} largest of ${profile.flights.length}.` : ''}`,
    markup`<div class="scroll"><table class="plain"><thead><tr><th>flight</th><th class="n">images</th><th>camera</th><th>camera’s clock</th><th class="n">altitude</th><th class="n">ground sample</th><th class="n">track</th><th class="n">boxes</th></tr></thead><tbody>${rows}</tbody></table></div>`,
  )
}

function clock(from: string | undefined, to: string | undefined): string {
  if (from === undefined || to === undefined) return ''
  const [day, time] = [from.slice(0, 10), from.slice(11, 19)]
  return from === to
    ? `${day} ${time}`
    : `${day} ${time} to ${to.slice(0, 10) === day ? to.slice(11, 19) : to.slice(0, 19).replace('T', ' ')}`
}
