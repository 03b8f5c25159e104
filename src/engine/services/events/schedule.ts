import { validationError } from './errors.ts'

/** Gives the next time at or after which a schedule fires, strictly after `after`; undefined when it never does again. */
export type Schedule = (after: Date) => Date | undefined

const UNIT_MS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 }

/**
 * Reads `rate(5 minutes)` or `cron(minutes hours day-of-month month day-of-week year)`, in UTC.
 *
 * @source docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
 * @throws ValidationException when it is neither
 */
export function parseSchedule(expression: string): Schedule {
  const rate = /^rate\((\d{1,9}) (minute|hour|day)(s?)\)$/.exec(expression)
  if (rate) {
    const count = Number(rate[1])
    if (count < 1 || (count === 1) !== (rate[3] === '')) throw notValid(expression)
    return (after) => new Date(after.getTime() + count * (UNIT_MS[rate[2] as string] as number))
  }
  const cron = /^cron\(([^()]+)\)$/.exec(expression)
  const fields = cron?.[1]?.trim().split(/\s+/)
  if (fields?.length !== 6) throw notValid(expression)
  return cronSchedule(fields, expression)
}

const notValid = (expression: string) =>
  validationError(
    `Parameter ScheduleExpression is not valid: "${expression}" is neither rate(n minutes|hours|days) nor cron(m h dom mon dow year)`,
  )

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT']

function cronSchedule(fields: readonly string[], expression: string): Schedule {
  const [minuteText, hourText, domText, monthText, dowText, yearText] = fields as [
    string,
    string,
    string,
    string,
    string,
    string,
  ]
  // Exactly one of the two day fields says which day; the other is `?`.
  if ((domText === '?') === (dowText === '?')) throw notValid(expression)
  const numbers = (text: string, low: number, high: number, names: readonly string[] = [], first = low) => {
    const set = numberSet(text, low, high, names, first)
    if (!set) throw notValid(expression)
    return set
  }
  const minutes = numbers(minuteText, 0, 59)
  const hours = numbers(hourText, 0, 23)
  const months = numbers(monthText, 1, 12, MONTHS)
  const years = numbers(yearText, 1970, 2199)
  const onDay = domText === '?' ? weekdayRule(dowText, numbers) : monthDayRule(domText, numbers)

  return (after) => {
    const start = new Date(Math.floor(after.getTime() / 60_000) * 60_000 + 60_000)
    const day = new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth(), start.getUTCDate()))
    for (; day.getUTCFullYear() <= 2199; day.setUTCDate(day.getUTCDate() + 1)) {
      if (!years.has(day.getUTCFullYear())) {
        day.setUTCMonth(11, 31)
        continue
      }
      if (!months.has(day.getUTCMonth() + 1) || !onDay(day)) continue
      for (const hour of hours) {
        for (const minute of minutes) {
          const time = new Date(day.getTime() + hour * 3_600_000 + minute * 60_000)
          if (time >= start) return time
        }
      }
    }
    return undefined
  }
}

type NumbersOf = (text: string, low: number, high: number, names?: readonly string[], first?: number) => Set<number>

/** Day of month: numbers, `L` for the last day, `15W` for the weekday nearest to the 15th. */
function monthDayRule(text: string, numbers: NumbersOf): (day: Date) => boolean {
  if (text === 'L') return (day) => day.getUTCDate() === lastDayOf(day)
  const near = /^(\d{1,2})W$/.exec(text)
  if (!near) {
    const days = numbers(text, 1, 31)
    return (day) => days.has(day.getUTCDate())
  }
  const [wanted] = numbers(near[1] as string, 1, 31)
  return (day) => {
    const last = lastDayOf(day)
    if (wanted === undefined || wanted > last) return false
    const weekday = new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth(), wanted)).getUTCDay()
    const shift = weekday === 6 ? (wanted === 1 ? 2 : -1) : weekday === 0 ? (wanted === last ? -2 : 1) : 0
    return day.getUTCDate() === wanted + shift
  }
}

/** Day of week, 1 is Sunday: numbers or names, `L` (Saturday), `6L` (last Friday), `3#2` (second Tuesday). */
function weekdayRule(text: string, numbers: NumbersOf): (day: Date) => boolean {
  const special = /^([A-Z]{3}|\d)?(?:(L)|#([1-5]))$/i.exec(text)
  if (!special) {
    const days = numbers(text, 1, 7, DAYS)
    return (day) => days.has(day.getUTCDay() + 1)
  }
  if (special[1] === undefined) return (day) => special[2] !== undefined && day.getUTCDay() === 6
  const [weekday] = numbers(special[1], 1, 7, DAYS)
  return (day) =>
    day.getUTCDay() + 1 === weekday &&
    (special[2] === undefined
      ? Math.ceil(day.getUTCDate() / 7) === Number(special[3])
      : day.getUTCDate() + 7 > lastDayOf(day))
}

function lastDayOf(day: Date): number {
  return new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + 1, 0)).getUTCDate()
}

/** `*`, `1,5`, `MON-FRI`, `0/15`, `10-20/5`; ascending. Undefined when it cannot be read. */
function numberSet(
  text: string,
  low: number,
  high: number,
  names: readonly string[],
  first: number,
): Set<number> | undefined {
  const numberOf = (word: string): number => {
    const named = names.indexOf(word.toUpperCase())
    return named >= 0 ? named + first : /^\d{1,4}$/.test(word) ? Number(word) : Number.NaN
  }
  const found = new Set<number>()
  for (const part of text.split(',')) {
    const match = /^(\*|[A-Za-z0-9]+)(?:-([A-Za-z0-9]+))?(?:\/(\d{1,4}))?$/.exec(part)
    if (!match || (match[1] === '*' && match[2] !== undefined)) return undefined
    const from = match[1] === '*' ? low : numberOf(match[1] as string)
    const to = match[2] === undefined ? (match[1] === '*' || match[3] !== undefined ? high : from) : numberOf(match[2])
    const step = match[3] === undefined ? 1 : Number(match[3])
    if (!(from >= low && to <= high && from <= to && step >= 1)) return undefined
    for (let n = from; n <= to; n += step) found.add(n)
  }
  return new Set([...found].sort((a, b) => a - b))
}
