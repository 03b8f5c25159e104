const UNITS_MS = { w: 604_800_000, d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000 } as const

/**
 * Milliseconds of an ISO 8601 duration of weeks, days, hours, minutes and seconds: `P30D`, `PT1H30M`. The documentation
 * also shows `30d` and `T16m`; they are read too. Months and years, having no fixed length, are taken as 30 and 365 days.
 *
 * @returns undefined when the text is no duration
 */
export function durationMs(text: string): number | undefined {
  const match =
    /^P?(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/i.exec(text)
  if (!match || !/\d/.test(text)) return undefined
  const [years, months, weeks, days, hours, minutes, seconds] = match.slice(1).map((part) => Number(part ?? 0))
  const { w, d, h, m, s } = UNITS_MS
  return (
    (years ?? 0) * 365 * d +
    (months ?? 0) * 30 * d +
    (weeks ?? 0) * w +
    (days ?? 0) * d +
    (hours ?? 0) * h +
    (minutes ?? 0) * m +
    (seconds ?? 0) * s
  )
}
